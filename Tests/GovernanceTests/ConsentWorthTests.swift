import Governance
import Model
import Store
import Testing

@Suite("What a consent is worth at a time")
struct ConsentWorthTests {
    @Test(
        "before its time, in it, at its last second and after it, and the gate clears just then",
        arguments: [(-1, "not-yet"), (0, "in-force"), (86_399, "in-force"), (86_400, "expired")] as [(Int64, String)])
    func time(seconds: Int64, state: String) async throws {
        let fixture = try await GateFixture()
        let now = GateFixture.start.adding(seconds: seconds)
        let (worths, objection) = try fixture.store.reading { transaction in
            (
                try transaction.worths(ofConsentsTo: fixture.destination, now: now),
                try transaction.objection(to: fixture.destination, now: now)
            )
        }
        #expect(worths.map(\.state) == [state])
        #expect(worths[0].isInForce == (objection == nil))
        fixture.advance(seconds: seconds)
        let cleared = try? await fixture.gate.preflight(fixture.destination)
        #expect((cleared != nil) == worths[0].isInForce)
    }

    @Test("what is changed for the look of it is as it was afterwards")
    func rehearsal() async throws {
        let fixture = try await GateFixture()
        let retired = try fixture.store.rehearsing { transaction in
            try transaction.retire(try AdministratorName(GateFixture.anna), at: GateFixture.start)
            return try transaction.worths(ofConsentsTo: fixture.destination, now: GateFixture.start).map(\.state)
        }
        #expect(retired == ["retired"])
        #expect(throws: Refusal.noPolicy) { try fixture.store.rehearsing { _ in throw Refusal.noPolicy } }
        let after = try fixture.store.reading {
            try $0.worths(ofConsentsTo: fixture.destination, now: GateFixture.start).map(\.state)
        }
        #expect(after == ["in-force"])
    }
}
