import Consent
import Foundation
import Governance
import Ledger
import Model
import Store
import Synchronization
import Vault

/// A gate over a real database, with everything in order for one destination.
final class GateFixture: Sendable {
    let folder: URL
    let store: SQLiteStore
    let gate: Gate<SQLiteStore>
    let destination: DestinationID
    private let clock: SharedClock

    static let start = Timestamp(seconds: 1_790_000_000)
    static let anna = "anna"

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waybill-gate-\(UUID().uuidString)")
        let files = WorkspaceFiles(home: folder.path)
        try files.create()
        try KeyEncryptionKey.create(path: files.key)
        store = try SQLiteStore.create(files)
        destination = try DestinationID("d1")
        let signer = try SigningKey.generate()
        let clock = SharedClock()
        let time = TimeSource { clock.now() }
        self.clock = clock
        let log = try TransparencyLog(
            storage: store, signer: signer, origin: "waybill/test", instance: "test", time: time)
        gate = Gate(storage: store, log: log, keys: try KeyRing(path: files.key), time: time)
        try await prepare(signer)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Lets time pass.
    func advance(seconds: Int64) { clock.advance(seconds) }

    static let policy = Policy(
        hosts: ["api.sendgrid.com"], fields: ["email": "contact", "first_name": "identity"], maximumProfiles: 1000,
        warnProfiles: 100, consentDays: 1, requestMinutes: 60, purpose: "marketing", transferMechanism: "none",
        country: "US", recipient: "Twilio SendGrid")

    private func prepare(_ signer: SigningKey) async throws {
        let person = try SigningKey.generate()
        let anna = Administrator(
            name: try AdministratorName(Self.anna), role: .administrator,
            key: try SSHPublicKey(blob: SSHForm.publicKey(person)),
            enrolled: Self.start, retired: nil)
        let agreement = Agreement(version: 1, texts: [.english: "text"])
        let matching = DataMatching(email: "Email", others: [.firstName: "First"])
        let vkey = try VerifierKey(name: "waybill/test", publicKey: signer.publicKey).text
        let keyDigest = try anna.key.digest().hex
        try await gate.log.commit { transaction, appender in
            try appender.append(
                LogEntry(.logOpened, actor: "system", ["origin": .string("waybill/test"), "vkey": .string(vkey)]))
            try transaction.insert(administrator: anna)
            try appender.append(
                LogEntry(
                    .adminEnrolled, actor: Self.anna,
                    [
                        "administrator": .string(Self.anna), "role": .string("administrator"),
                        "key_type": .string("ssh-ed25519"), "public_key": .string(anna.key.text),
                        "key_sha256": .string(keyDigest),
                    ]))
            try transaction.insert(agreement: agreement)
            try appender.append(
                LogEntry(
                    .agreementPublished, actor: "system",
                    [
                        "agreement": .string(Agreement.identifier), "version": .integer(1),
                        "texts": .object(["en": .string(try agreement.digest(.english).hex)]),
                    ]))
            let policy = Self.policy
            let index = try appender.append(
                LogEntry(
                    .policyApplied, actor: "system",
                    ["policy_sha256": .string(try policy.digest().hex), "policy": policy.canonical]))
            try transaction.insert(policy: policy.canonical, at: index)
            try transaction.insert(source: SourceDefinition(name: try SourceName("s"), format: .csv(path: "/none")))
            try transaction.upsert(
                segment: SegmentDefinition(
                    name: try SegmentName("all"), source: try SourceName("s"), membership: .rule("Email is not null")))
        }
        var target = Destination(
            id: destination, displayName: "test", listID: try ContactListID("list"),
            endpoint: try Endpoint("http://127.0.0.1:9"))
        try await gate.connect(target, key: try SecretBytes(copying: Array("SG.a.b".utf8)), by: anna.name)
        target.matching = matching
        target.segments = [try SegmentName("all")]
        try await store.transaction { [target] in try $0.update(configurationOf: target) }
        try await consent(anna, person, agreement, target)
    }

    private func consent(
        _ anna: Administrator, _ key: SigningKey, _ agreement: Agreement, _ target: Destination
    ) async throws {
        let head = try store.reading { try $0.latestHead() }
        let digest = try store.reading { try $0.segmentDigest(try SegmentName("all")) }
        guard let head, let digest else { return }
        let statement = Statement(
            Statement.Parts(
                agreementVersion: 1, agreementDigest: try agreement.digest(.english), language: .english,
                organization: "Example", administrator: anna.name, destination: destination, listID: target.listID,
                endpoint: target.endpoint.description, processor: "Twilio SendGrid", country: "US",
                purpose: "marketing",
                matching: target.matching ?? DataMatching(email: "Email", others: [:]), doNotContact: [],
                segments: [try SegmentName("all"): digest], transferMechanism: "none",
                validFrom: Self.start, validUntil: Self.start.adding(seconds: 86_400),
                nonce: String(repeating: "0", count: 64),
                issued: Self.start, logOrigin: "waybill/test", logSize: head.size, logRoot: head.root))
        let signature = try SSHForm.signature(of: statement.bytes, by: key)
        let id = destination
        try await gate.log.commit { transaction, appender in
            try transaction.insert(
                request: ConsentRequest(
                    id: "c1", administrator: anna.name, destination: id, statement: statement.bytes,
                    expires: Self.start.adding(seconds: 3600), answered: nil))
            let parts = statement.parts
            let index = try appender.append(
                LogEntry(
                    .consentGiven, actor: Self.anna,
                    [
                        "consent": .string("c1"), "destination": .string(id.text), "administrator": .string(Self.anna),
                        "agreement": .string(Agreement.identifier), "agreement_version": .integer(1),
                        "agreement_sha256": .string(parts.agreementDigest.hex), "language": .string("en"),
                        "fields": .strings(parts.fields.map(\.name)), "segments": .strings(["all"]),
                        "valid_from": .string("\(parts.validFrom)"), "valid_until": .string("\(parts.validUntil)"),
                        "statement_sha256": .string(try SHA256.digest(of: statement.bytes).hex),
                        "signature_sha256": .string(try SHA256.digest(of: Array(signature.utf8)).hex),
                        "key_sha256": .string(try anna.key.digest().hex),
                    ]))
            try transaction.insert(
                consent: ConsentRecord(
                    index: index, administrator: anna.name, destination: id, statement: statement.bytes,
                    signature: signature, withdrawn: nil),
                answering: "c1")
        }
    }

    /// A batch for a destination, of contacts with made-up addresses.
    func batch(
        for id: String = "d1", list: String = "list", fields: [ContactField] = [.email], segments: [String] = ["all"],
        count: Int = 3
    ) throws -> PreparedBatch {
        var builder = try BatchBuilder(
            destination: DestinationID(id), listID: ContactListID(list),
            segments: try segments.map { try SegmentName($0) },
            fields: fields)
        var contacts = EncodedContacts()
        for index in 0..<count {
            let address = Array("p\(index)@example.com".utf8)
            let bytes = address + Array("x".utf8)
            let values = fields.indices.map { $0 == 0 ? 0..<address.count : address.count..<bytes.count }
            try builder.encoder.encode(bytes.span.bytes, values.span, into: &contacts)
        }
        _ = try builder.add(contacts)
        guard let batch = builder.finish() else { throw CancellationError() }
        return batch
    }

    /// The entries of the log, as type and members.
    func entries(_ type: String? = nil) throws -> [CanonicalJSON] {
        try store.reading { transaction in
            var found: [CanonicalJSON] = []
            try transaction.forEachEntry { found.append(try CanonicalJSON(bytes: $0.bytes)) }
            return found.filter { type == nil || $0.optionalString("type") == type }
        }
    }
}

/// A clock that tests set.
final class SharedClock: Sendable {
    private let time = Mutex(GateFixture.start)

    func now() -> Timestamp { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// What `ssh-keygen` would write, made with a key of ours (OpenSSH PROTOCOL.sshsig).
enum SSHForm {
    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt32(bytes.count)
        return [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + bytes
    }

    static func publicKey(_ key: SigningKey) -> [UInt8] { string(Array("ssh-ed25519".utf8)) + string(key.publicKey) }

    static func signature(of message: [UInt8], by key: SigningKey) throws -> String {
        let namespace = string(Array(SSHSignature.namespace.utf8)) + string([]) + string(Array("sha256".utf8))
        let signed = Array("SSHSIG".utf8) + namespace + string(try SHA256.digest(of: message).bytes)
        let field = string(Array("ssh-ed25519".utf8)) + string(try key.sign(signed))
        let blob = Array("SSHSIG".utf8) + [0, 0, 0, 1] + string(publicKey(key)) + namespace + string(field)
        return "-----BEGIN SSH SIGNATURE-----\n\(Data(blob).base64EncodedString())\n-----END SSH SIGNATURE-----\n"
    }
}
