import Model
import Testing
import Vault

@Suite("Vault from many tasks at once")
struct ConcurrencyTests {
    @Test("five hundred tasks share a signing key: each signature is valid for its own message and for no other's")
    func signing() async throws {
        let key = try SigningKey.generate()
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let (message, other) = (Array("message \(number)".utf8), Array("message \(number + 1)".utf8))
                    let signature = try key.sign(message)
                    // What fails on one thread must not be seen on the thread where the task goes on.
                    let isOther = try Ed25519.isValid(signature: signature, of: other, publicKey: key.publicKey)
                    await Task.yield()
                    let isOurs = try Ed25519.isValid(signature: signature, of: message, publicKey: key.publicKey)
                    return try isOurs && !isOther && key.sign(message) == signature
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 500)
    }

    @Test("five hundred tasks hash, authenticate, derive and wrap, each as if it were alone")
    func otherAlgorithms() async throws {
        @Sendable func results(_ number: Int) throws -> [[UInt8]] {
            let message = Array("message \(number)".utf8)
            let key = try SecretBytes(copying: SHA256.digest(of: message).bytes)
            let authenticator = try MessageAuthenticator(key: key)
            let tag = try authenticator.tag(message).bytes
            let derived = try KeyDerivation.hkdfSHA256(ikm: key, salt: tag, info: message, count: 32).revealed()
            let wrapped = try KeyWrap.wrap(SecretBytes(copying: derived), with: key)
            let unwrapped = try KeyWrap.unwrap(wrapped, with: key).revealed()
            return [tag, derived, wrapped, unwrapped, try SHA512.digest(of: message)]
        }
        let found = try await withThrowingTaskGroup(of: (Int, [[UInt8]]).self) { group in
            for number in 0..<500 { group.addTask { (number, try results(number)) } }
            return try await group.reduce(into: [Int: [[UInt8]]]()) { $0[$1.0] = $1.1 }
        }
        #expect(found.count == 500)
        for number in 0..<500 {
            #expect(try found[number] == results(number), "task \(number)")
        }
        #expect(Set(found.values.map { $0[1] }).count == 500)
    }
}
