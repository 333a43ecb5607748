internal import FoundationEssentials
internal import Model

/// The destinations that are served, each on threads of its own, so that none has to wait for another's disk.
actor Lanes {
    private var threads: [DestinationID: OwnThreads] = [:]
    private var exports: [DestinationID: Task<Void, Never>] = [:]
    private var failures: Set<DestinationID> = []
    /// Looks that have not ended.
    private var looks: Set<DestinationID> = []
    private var found: [DestinationID: Digest] = [:]

    private func lane(_ id: DestinationID) -> OwnThreads {
        if let known = threads[id] { return known }
        // One more than an export keeps busy, for the look at its sources.
        let made = OwnThreads(count: ProcessInfo.processInfo.activeProcessorCount + 1)
        threads[id] = made
        return made
    }

    // MARK: Looking at sources

    /// Looks at the sources of several destinations side by side.
    ///
    /// A look that has not ended in time goes on, and is waited for no more; until it has ended there is no other.
    /// - Parameters:
    ///   - patience: for how long all of them together are waited for.
    ///   - look: how the sources of a destination are now; nil if they cannot be read.
    /// - Returns: what was found, and whose sources do not answer.
    func look(
        at ids: [DestinationID], patience: Duration = .seconds(2),
        _ look: @escaping @Sendable (DestinationID) -> Digest?
    ) async -> (found: [DestinationID: Digest], silent: Set<DestinationID>) {
        let started = Set(ids).subtracting(looks)
        for id in started {
            looks.insert(id)
            found[id] = nil
            Task(executorPreference: lane(id)) { await self.end(look: id, look(id)) }
        }
        let deadline = ContinuousClock.now.advanced(by: patience)
        while !started.isDisjoint(with: looks), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { break }
        }
        return (found, looks.intersection(ids))
    }

    private func end(look id: DestinationID, _ digest: Digest?) {
        looks.remove(id)
        found[id] = digest
    }

    // MARK: Exports

    func isRunning(_ id: DestinationID) -> Bool { exports[id] != nil }

    /// Runs an export to a destination.
    /// - Parameter export: says whether it ended well.
    func run(_ id: DestinationID, _ export: @escaping @Sendable () async -> Bool) {
        exports[id] = Task(executorPreference: lane(id)) {
            let isWell = await export()
            await self.end(export: id, isWell: isWell)
        }
    }

    private func end(export id: DestinationID, isWell: Bool) {
        exports[id] = nil
        if !isWell { failures.insert(id) }
    }

    /// Whether the last export to a destination failed, once.
    func takeFailure(_ id: DestinationID) -> Bool { failures.remove(id) != nil }

    /// Cancels all exports, which conclude what they have under way, and waits for them.
    /// - Returns: whose did not end in time.
    func end(within patience: Duration) async -> [DestinationID] {
        for export in exports.values { export.cancel() }
        let deadline = ContinuousClock.now.advanced(by: patience)
        while !exports.isEmpty, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
        }
        return exports.keys.sorted { $0.text < $1.text }
    }
}
