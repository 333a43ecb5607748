/// Lets only so many of a large table's cases run at once: each has a server and processes of its own.
actor Turns {
    static let table = Turns(3)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }

    func run(_ body: @Sendable () async throws -> Void) async throws {
        await take()
        do {
            try await body()
            giveBack()
        } catch {
            giveBack()
            throw error
        }
    }
}
