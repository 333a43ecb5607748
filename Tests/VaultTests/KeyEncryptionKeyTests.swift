import FoundationEssentials
import Glibc
import Model
import Testing

@testable import Vault

@Suite("Key files")
struct KeyEncryptionKeyTests {
    private static func refusal(path: String) -> VaultError? {
        failure { () throws(VaultError) in _ = try KeyEncryptionKey(path: path) }
    }

    /// The problem and the remedy of a refused key file.
    private static func problem(path: String) throws -> (problem: String, remedy: String) {
        let refusal = try #require(Self.refusal(path: path))
        guard case .keyFile(path, let problem, let remedy) = refusal else {
            Issue.record("\(refusal)")
            return ("", "")
        }
        #expect(refusal.message.contains(path))
        #expect(refusal.failure == .configuration)
        return (problem, remedy)
    }

    @Test("a made key file has mode 0400 and 32 bytes that no other has, and opens what it sealed")
    func create() throws {
        let folder = try TemporaryFolder()
        try KeyEncryptionKey.create(path: folder.path("one"))
        try KeyEncryptionKey.create(path: folder.path("two"))
        var status = stat()
        #expect(lstat(folder.path("one"), &status) == 0)
        #expect(status.st_mode == S_IFREG | 0o400)
        let (one, two) = try (
            Data(contentsOf: URL(filePath: folder.path("one"))), Data(contentsOf: URL(filePath: folder.path("two")))
        )
        #expect(one.count == 32)
        #expect(one != two)
        let box = try SealedBox.seal(
            SecretBytes(copying: [1, 2, 3]), label: SealedBoxTests.label(),
            under: KeyEncryptionKey(path: folder.path("one")))
        let opened = try box.open(label: SealedBoxTests.label(), under: KeyEncryptionKey(path: folder.path("one")))
            .revealed()
        #expect(opened == [1, 2, 3])
        #expect(box.keyVersion == 1)
        let other = failure { () throws(VaultError) in
            _ = try box.open(label: SealedBoxTests.label(), under: KeyEncryptionKey(path: folder.path("two")))
        }
        #expect(other == .authentication)
    }

    @Test("a file that is there is never overwritten, nor is what a link points to")
    func createRefusesToOverwrite() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([7], to: "key", mode: 0o600)
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("new"))
        for taken in [path, folder.path("link")] {
            let refusal = failure { () throws(VaultError) in try KeyEncryptionKey.create(path: taken) }
            #expect(refusal?.message == "the key file \(taken) already exists")
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([7]))
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    @Test("a key file in a folder that is not there cannot be made")
    func createWithoutFolder() throws {
        let folder = try TemporaryFolder()
        let refusal = failure { () throws(VaultError) in try KeyEncryptionKey.create(path: folder.path("none/key")) }
        #expect(refusal?.code == "bad-key-file")
        #expect(refusal?.hint == "check that its folder exists and can be written")
    }

    @Test(
        "any mode but 0400 is refused, with the command that sets it",
        arguments: [0o440, 0o444, 0o404, 0o410, 0o401, 0o600, 0o500, 0o640, 0o644, 0o700, 0o777, 0o4400] as [mode_t])
    func modes(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](repeating: 1, count: 32), to: "key", mode: mode)
        let found = try Self.problem(path: path)
        #expect(found.problem == "has mode 0\(String(mode, radix: 8)), it must be 0400")
        #expect(found.remedy == "chmod 0400 \(path)")
        #expect(chmod(path, 0o400) == 0)
        #expect(Self.refusal(path: path) == nil)
    }

    @Test(
        "a mode without the owner's right to read is refused, and the remedy gives it",
        arguments: [0o000, 0o200, 0o040, 0o004] as [mode_t])
    func unreadableModes(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](repeating: 1, count: 32), to: "key", mode: mode)
        let found = try Self.problem(path: path)
        // Root may open it all the same, and finds the mode; anybody else does not get so far.
        let octal = String(mode, radix: 8)
        let name = String(repeating: "0", count: 4 - octal.count) + octal
        #expect(found.problem == (geteuid() == 0 ? "has mode \(name), it must be 0400" : "cannot be read by this user"))
        #expect(found.remedy.contains("chmod 0400 \(path)"))
    }

    @Test("a length other than 32 bytes is refused", arguments: [0, 1, 31, 33, 64, 65])
    func lengths(count: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](repeating: 1, count: count), to: "key")
        #expect(try Self.problem(path: path).problem == "has \(count) bytes, it must have 32")
    }

    @Test("a symbolic link is refused even if it points to a key")
    func symbolicLink() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](repeating: 1, count: 32), to: "key")
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        #expect(try Self.problem(path: folder.path("link")).problem == "is a symbolic link")
    }

    @Test("a missing file, a folder and a pipe without a writer are refused, and nothing waits for one")
    func notAFile() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.problem(path: folder.path("none")).problem == "does not exist")
        #expect(try Self.problem(path: folder.path).problem == "is not a regular file")
        try #require(mkfifo(folder.path("pipe"), 0o400) == 0)
        #expect(try Self.problem(path: folder.path("pipe")).problem == "is not a regular file")
    }

    @Test("a key file of another user is refused")
    func owner() throws {
        let folder = try TemporaryFolder()
        var path = "/etc/passwd"
        if geteuid() == 0 {
            path = try folder.write([UInt8](repeating: 1, count: 32), to: "key")
            try #require(chown(path, 65534, gid_t.max) == 0)
        }
        #expect(try Self.problem(path: path).problem == "belongs to another user")
    }
}
