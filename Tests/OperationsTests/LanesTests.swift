import Foundation
import Model
import Testing

@testable import Operations

@Suite("Each destination has threads of its own")
struct LanesTests {
    @Test("looks that never end hold up no other look, are not begun twice, and are found when they end after all")
    func silence() async throws {
        let lanes = Lanes()
        let stuck = try (1...6).map { try DestinationID("s\($0)") }
        let well = try DestinationID("w")
        let digest = try Digest([UInt8](repeating: 7, count: 32))
        let gate = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            let looked = await lanes.look(at: stuck + [well], patience: .milliseconds(300)) { id in
                if id != well { gate.wait() }
                return digest
            }
            #expect(looked.found[well] == digest)
            #expect(looked.silent == Set(stuck))
            // The threads that all tasks share are free.
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 0..<50 { group.addTask { number } }
                return await group.reduce(0, +)
            }
            #expect(sum == 1225)
        }
        for _ in stuck { gate.signal() }
        var found: [DestinationID: Digest] = [:]
        for _ in 0..<100 where found.count < stuck.count {
            try await Task.sleep(for: .milliseconds(20))
            found = await lanes.look(at: []) { _ in nil }.found.filter { $0.key != well }
        }
        #expect(found.count == stuck.count)
    }

    @Test("exports are told to end; one that does not is named")
    func ends() async throws {
        let lanes = Lanes()
        let (polite, stuck) = (try DestinationID("p"), try DestinationID("s"))
        let gate = DispatchSemaphore(value: 0)
        await lanes.run(polite) {
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
            return true
        }
        await lanes.run(stuck) {
            waitBlocking(gate)
            return false
        }
        #expect(await lanes.isRunning(polite))
        #expect(await lanes.end(within: .milliseconds(500)) == [stuck])
        gate.signal()
        for _ in 0..<100 where await lanes.isRunning(stuck) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(await lanes.takeFailure(stuck))
        #expect(await !lanes.takeFailure(stuck))
    }
}

/// As a disk that does not answer.
private func waitBlocking(_ gate: DispatchSemaphore) { gate.wait() }
