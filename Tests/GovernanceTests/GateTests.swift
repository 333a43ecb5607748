import Consent
import Foundation
import Governance
import Ledger
import Model
import Store
import Synchronization
import Testing
import Vault

@Suite("The gate")
struct GateTests {
    let fixture: GateFixture

    init() async throws {
        fixture = try await GateFixture()
    }

    private func begin(profiles: Int = 3) async throws -> ExportSession {
        try await fixture.gate.begin(
            try await fixture.gate.preflight(fixture.destination), ExportTerms(profiles: profiles))
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.code ?? "\(type(of: error))"
        }
    }

    private func accept(_ permit: consuming TransferPermit<PreparedBatch>) -> Conclusion {
        permit.conclude(TransferOutcome(status: .accepted(job: "j1"), httpStatus: 202))
    }

    @Test(
        "the sender runs after the intent is in a signed head, and its outcome is in the log when the transfer returns")
    func order() async throws {
        let session = try await begin()
        let fixture = fixture
        let batch = try fixture.batch()
        let record = try await fixture.gate.transfer(batch, in: session, attempt: 1) { permit in
            let intents = try fixture.entries("transfer.intent")
            #expect(intents.count == 1)
            #expect(try intents[0].string("body_sha256") == SHA256.digest(of: permit.cargo.body.reveal()).hex)
            #expect(try fixture.entries("transfer.outcome").isEmpty)
            let head = try fixture.store.reading { try $0.latestHead() }
            #expect((head?.size ?? 0) > permit.intent.index)
            #expect(permit.withKey { Array($0) } == Array("SG.a.b".utf8))
            return permit.conclude(TransferOutcome(status: .accepted(job: "j1"), httpStatus: 202))
        }
        #expect(record.outcome.statusName == "accepted")
        #expect(try fixture.entries("transfer.outcome").first?.string("job") == "j1")
    }

    @Test("a sender that throws leaves an outcome all the same: unknown")
    func throwing() async throws {
        let session = try await begin()
        let record = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { _ in
            throw CancellationError()
        }
        #expect(record.outcome.statusName == "unknown")
        #expect(try fixture.entries("transfer.outcome").first?.string("reason") == "sender-failed")
    }

    @Test("the conclusion of another transfer is no conclusion of this one")
    func foreignConclusion() async throws {
        let session = try await begin()
        let kept = Mutex<Conclusion?>(nil)
        _ = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { permit in
            let conclusion = permit.conclude(TransferOutcome(status: .accepted(job: "j1")))
            kept.withLock { $0 = conclusion }
            return conclusion
        }
        let record = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { _ in
            guard let conclusion = kept.withLock({ $0 }) else { throw CancellationError() }
            return conclusion
        }
        #expect(record.outcome.statusName == "unknown")
    }

    @Test(
        "a batch that does not belong to the export is refused before an intent",
        arguments: [
            ("d2", "list", "email", "all"), ("d1", "other", "email", "all"), ("d1", "list", "city", "all"),
            ("d1", "list", "email", "some"),
        ])
    func foreignBatch(destination: String, list: String, field: String, segment: String) async throws {
        let session = try await begin()
        let fields: [ContactField] = field == "email" ? [.email] : [.email, .city]
        let batch = try fixture.batch(for: destination, list: list, fields: fields, segments: [segment])
        let found = await code {
            _ = try await fixture.gate.transfer(batch, in: session, attempt: 1) { self.accept($0) }
        }
        #expect(found == "batch-outside-export")
        #expect(try fixture.entries("transfer.intent").isEmpty)
    }

    @Test("more profiles than the policy allows are refused, and the refusal is on the log")
    func tooMany() async throws {
        let found = await code { _ = try await begin(profiles: 1001) }
        #expect(found == "too-many-profiles")
        #expect(try fixture.entries("transfer.refused").first?.string("code") == "too-many-profiles")
        #expect(try fixture.entries("export.started").isEmpty)
    }

    @Test("a consent that expires in the middle of an export ends it")
    func expiry() async throws {
        let session = try await begin()
        _ = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { self.accept($0) }
        fixture.advance(seconds: 86_400)
        let found = await code {
            _ = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { self.accept($0) }
        }
        #expect(found == "consent-expired")
        #expect(try fixture.entries("transfer.intent").count == 1)
    }

    @Test(
        "a removal waits for the sender that is under way, cancels it, and nothing is cleared after it",
        arguments: 0..<10)
    func removalRace(round: Int) async throws {
        let session = try await begin()
        let fixture = fixture
        let batch = try fixture.batch()
        let ended = Mutex(false)
        async let transfer = fixture.gate.transfer(batch, in: session, attempt: 1) { permit in
            // As Delivery does: works until it is cancelled, and returns only when its connection is gone.
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
            try? await Task.sleep(for: .milliseconds(round))
            ended.withLock { $0 = true }
            return permit.conclude(TransferOutcome(status: .aborted, reason: "halted"))
        }
        while try fixture.entries("transfer.intent").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let removal = try await fixture.gate.remove(
            fixture.destination, by: try AdministratorName(GateFixture.anna), reason: nil)
        #expect(ended.withLock { $0 }, "removal returned while the sender was at work")
        #expect(removal.aborted == 1)
        let record = try await transfer
        #expect(record.outcome.statusName == "aborted")
        #expect((record.halt as? Refusal)?.code == "destination-removed")
        let found = await code {
            _ = try await fixture.gate.transfer(batch, in: session, attempt: 1) { self.accept($0) }
        }
        #expect(found == "destination-removed")
        let types = try fixture.entries().map { try $0.string("type") }
        let removed = try #require(types.firstIndex(of: "destination.removed"))
        #expect(!types[removed...].contains("transfer.intent"))
    }

    @Test("a removal says so if somebody does not let go, and stands all the same")
    func stubborn() async throws {
        let session = try await begin()
        let fixture = fixture
        let batch = try fixture.batch()
        let release = Mutex(false)
        async let transfer = fixture.gate.transfer(batch, in: session, attempt: 1) { permit in
            while !release.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
            return permit.conclude(TransferOutcome(status: .aborted, reason: "halted"))
        }
        while try fixture.entries("transfer.intent").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let anna = try AdministratorName(GateFixture.anna)
        let found = await code {
            _ = try await fixture.gate.remove(fixture.destination, by: anna, reason: nil, patience: 0)
        }
        #expect(found == "request-still-in-flight")
        #expect(try fixture.entries("destination.removed").count == 1)
        release.withLock { $0 = true }
        _ = try await transfer
        let removal = try await fixture.gate.remove(fixture.destination, by: anna, reason: nil)
        #expect(try fixture.entries("destination.removed").count == 1)
        #expect(removal.transfers == 1)
    }

    @Test("a second export to the same destination is refused while one runs, and not after")
    func exclusive() async throws {
        let session = try await begin()
        #expect(await code { _ = try await begin() } == "export-running")
        try await fixture.gate.finish(session, state: "completed", counts: ["sent": 0], jobs: [])
        _ = try await begin()
    }

    @Test("tags are the same for one destination, sorted, and found by search; those of another key are not")
    func manifests() async throws {
        let key = try SecretBytes.random(count: 32)
        let other = try SecretBytes.random(count: 32)
        var tags: [[UInt8]] = []
        for index in 0..<200 { tags.append(try Manifest.tag(of: Personal("p\(index)@example.com"), key: key)) }
        let bytes = tags.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self)
        #expect(tags.allSatisfy { Manifest.contains($0, in: bytes) })
        #expect(!Manifest.contains(try Manifest.tag(of: Personal("p1@example.com"), key: other), in: bytes))
        #expect(!Manifest.contains(try Manifest.tag(of: Personal("nobody@example.com"), key: key), in: bytes))
        #expect(!Manifest.contains(tags[0], in: []))
    }

    @Test(
        "a manifest is its tags in ascending order, each address's once for each contact",
        arguments: [1, 2, 3, 100, 5000])
    func manifest(count: Int) throws {
        let batch = try fixture.batch(count: count)
        let key = try SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        let manifest = try Manifest(addresses: batch.addresses, key: key)
        let single = try (0..<count).map {
            try Manifest.tag(of: Personal(String(decoding: batch.addresses.reveal()[$0], as: UTF8.self)), key: key)
        }
        let sorted = single.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(manifest.bytes == sorted.flatMap(\.self))
        #expect(manifest.digest == (try SHA256.digest(of: manifest.bytes)))
        for tag in single.prefix(50) { #expect(Manifest.contains(tag, in: manifest.bytes)) }
    }

    @Test("what changes while an export is under way stops it: nothing goes out under other terms than it began with")
    func changedScope() async throws {
        let session = try await begin()
        try await fixture.store.transaction { [fixture] transaction in
            guard var destination = try transaction.destination(fixture.destination) else { return }
            destination.matching = DataMatching(email: "Email", others: [:])
            try transaction.update(configurationOf: destination)
        }
        let found = await code {
            _ = try await fixture.gate.transfer(try fixture.batch(), in: session, attempt: 1) { permit in
                permit.conclude(TransferOutcome(status: .unknown, reason: "test"))
            }
        }
        #expect(found == "configuration-changed")
    }

    @Test("a commit that has returned is on disk: SQLite syncs each, in write-ahead mode too")
    func durable() throws {
        #expect(try fixture.store.synchronous() == 2)
    }

    @Test("a policy with another purpose asks for consent anew")
    func changedTerms() async throws {
        var policy = GateFixture.policy
        policy.purpose = "advertising"
        let canonical = policy.canonical
        try await fixture.store.transaction { try $0.insert(policy: canonical, at: 1_000_000) }
        #expect(await code { _ = try await fixture.gate.preflight(fixture.destination) } == "terms-changed")
    }

    @Test("of what two requests say of a contact the newer counts, in whatever order it is settled")
    func newestCounts() async throws {
        for newerFirst in [true, false] {
            let fixture = try await GateFixture()
            let scope = try await fixture.gate.preflight(fixture.destination)
            let session = try await fixture.gate.begin(scope, ExportTerms(profiles: 3))
            let batch = try fixture.batch()
            let lost = try await fixture.gate.transfer(batch, in: session, attempt: 1) { permit in
                permit.conclude(TransferOutcome(status: .unknown, reason: "connection-lost"))
            }
            let taken = try await fixture.gate.transfer(batch, in: session, attempt: 2) { self.accept($0) }
            let record = try #require(try await fixture.gate.record(of: fixture.destination))
            let settlements: [Settlement] = [
                .delivered(intent: taken.intent, refused: []), .uncertain(intent: lost.intent),
            ]
            for settlement in newerFirst ? settlements : settlements.reversed() {
                try await fixture.gate.settle([settlement], in: record)
            }
            let known = try (0..<256).flatMap { try record.contacts(part: $0) }
            #expect(known.map(\.state) == [.delivered, .delivered, .delivered])
            #expect(try await fixture.gate.unsettled(fixture.destination).isEmpty)
            try await fixture.gate.settle([.gone(known.map(\.tag))], in: record)
            #expect(try (0..<256).flatMap { try record.contacts(part: $0) }.map(\.state) == [.left, .left, .left])
            // What is gone has no address any more.
            try await record.forEachAddress(of: known.map(\.tag), limit: 10) { found in
                #expect(found.count == 3 && found.allSatisfy { $0.address.reveal().isEmpty })
            }
        }
    }

    @Test("only a file goes elsewhere than to the API, and SendGrid cannot name this machine for it")
    func uploads() async throws {
        let session = try await begin()
        let here = UploadTarget(
            endpoint: try Endpoint("http://127.0.0.1:9"), path: "/x", address: Personal("/x"), headers: [], job: "j")
        let batch = try fixture.batch()
        let found = await code {
            _ = try await fixture.gate.transferForAnswer(batch, in: session, to: here, attempt: 1) { permit in
                (self.accept(permit), ())
            }
        }
        #expect(found == "batch-outside-export")
        #expect(try fixture.entries("transfer.intent").isEmpty)
        let loopback = try Endpoint("http://127.0.0.1:9")
        #expect(GateFixture.policy.allows(loopback, namedBy: loopback))
        #expect(!GateFixture.policy.allows(loopback, namedBy: .sendGrid))
        #expect(GateFixture.policy.allows(.sendGrid, namedBy: .sendGrid))
        #expect(!GateFixture.policy.allows(try Endpoint("https://elsewhere.example"), namedBy: .sendGrid))
    }
}
