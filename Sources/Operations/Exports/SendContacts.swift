internal import AsyncAlgorithms
internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

/// What became of one batch.
struct Delivered: Sendable {
    typealias Refused = (batch: PreparedBatch, intent: Int64, reason: String)

    var jobs: [Job] = []
    var bytes = 0
    /// Contacts that SendGrid refuses as such, under the intent that carried them last.
    var refused: [Refused] = []
    /// Contacts that were refused for a reason that is none of theirs.
    var refusedWhole = 0
    var unknown = 0
    var hadTrouble = false
    var error: (any Error)?
}

extension ExportRun {
    /// Encodes and sends side by side: while some batches are under way, the next is made ready.
    ///
    /// Returns the jobs. What ended it early is in `end`.
    func send(_ end: inout ExportEnd) async -> [Job] {
        let batches = AsyncThrowingChannel<PreparedBatch, any Error>()
        let selection = plan.selection
        var jobs: [Job] = []
        var concurrency = Concurrency()
        await withTaskGroup(of: Delivered?.self) { group in
            group.addTask {
                do {
                    _ = try await selection.forEachBatch { batch in
                        try Task.checkCancellation()
                        await batches.send(batch)
                    }
                    batches.finish()
                } catch {
                    batches.fail(error)
                }
                return nil
            }
            var underWay = 0
            func take(_ delivered: Delivered?) async {
                guard let delivered else { return }
                underWay = max(0, underWay - 1)
                concurrency.note(isWell: !delivered.hadTrouble && delivered.error == nil)
                await count(delivered, &end, &jobs)
            }
            do {
                var file: [PreparedBatch] = []
                for try await batch in batches {
                    if let fileFields {
                        file.append(batch)
                        guard file.count == Self.batchesOfFile else { continue }
                        await take(try await upload(file, fileFields))
                        file = []
                        guard end.error == nil else { break }
                        continue
                    }
                    while underWay >= concurrency.limit, end.error == nil, let next = await group.next() {
                        await take(next)
                    }
                    guard end.error == nil else { break }
                    underWay += 1
                    let othersPassed = !jobs.isEmpty
                    group.addTask { await deliver(batch, othersPassed: othersPassed) }
                }
                if let fileFields, !file.isEmpty, end.error == nil { await take(try await upload(file, fileFields)) }
            } catch {
                end.error = end.error ?? error
            }
            // Once something has ended it, what waits to be sent is dropped; what is under way comes to its end.
            if end.error != nil { batches.finish() }
            while underWay > 0, let next = await group.next() { await take(next) }
            group.cancelAll()
        }
        if end.error == nil, Task.isCancelled { end.error = CancellationError() }
        return jobs
    }

    private func count(_ delivered: Delivered, _ end: inout ExportEnd, _ jobs: inout [Job]) async {
        jobs += delivered.jobs
        end.batches += delivered.jobs.count
        end.bytes += delivered.bytes
        let refused = delivered.refused.reduce(delivered.refusedWhole) { $0 + $1.batch.count }
        let sent = delivered.jobs.reduce(0) { $0 + $1.contacts } + refused + delivered.unknown
        end.counts.sent += sent
        end.counts.unsent -= sent
        end.counts.refused += refused
        end.counts.unknown += delivered.unknown
        end.error = end.error ?? delivered.error
        for (batch, _, reason) in delivered.refused {
            let packed = batch.addresses.reveal()
            end.note(
                refused: packed.ranges.indices.prefix(ExportEnd.maximumRefused).map {
                    RefusedContact(address: Personal(String(decoding: packed[$0], as: UTF8.self)), reason: reason)
                })
        }
        do {
            if !delivered.refused.isEmpty {
                try await gate.settle(delivered.refused.map { .refused($0.batch, intent: $0.intent) }, in: record)
            }
        } catch {
            end.error = end.error ?? error
        }
        progress(
            ExportProgress(
                phase: .sending, fraction: Double(end.counts.sent) / Double(max(1, plan.tally.prepared)),
                sent: end.counts.sent, openJobs: jobs.count))
    }

    /// Sends a batch; if SendGrid refuses it because of some contacts, the rest without them.
    ///
    /// What is left when the search for them is given up is not sent: nothing of it was taken.
    /// - Parameter othersPassed: whether a request of this export was taken before.
    private func deliver(_ batch: PreparedBatch, othersPassed: Bool) async -> Delivered {
        var delivered = Delivered()
        var pieces: [(batch: PreparedBatch, earlier: Int64?)] = [(batch, nil)]
        var narrowing = Narrowing(count: batch.count)
        while let (piece, earlier) = narrowing.search.next(of: &pieces) {
            var attempts = Attempts()
            let (outcome, intent): (TransferOutcome, Int64)
            do {
                (outcome, intent, _) = try await settle(piece, .upsert, repeating: earlier, &attempts) {
                    [sendGrid] permit in (await sendGrid.upsert(permit), ())
                }
            } catch {
                if attempts.mayHaveLeft { delivered.unknown += piece.count }
                delivered.error = error
                return delivered
            }
            delivered.hadTrouble = delivered.hadTrouble || attempts.hadTrouble
            switch outcome.status {
            case .accepted(let job):
                delivered.refused += narrowing.accepted()
                delivered.jobs.append(Job(id: job, intent: intent, contacts: piece.count))
                delivered.bytes += piece.byteCount
            case .refused where !outcome.isAboutContacts:
                delivered.refusedWhole += piece.count
                delivered.error = failure(outcome)
                return delivered
            case .refused:
                // Smaller than one contact no request can be: that it is too large is none of the person's.
                let isSmallest = outcome.isTooLarge && piece.count == 1
                if !isSmallest {
                    let found = narrowing.refused(piece, intent, outcome)
                    delivered.refused += found.refused
                    pieces += found.rest.map { ($0, intent) }
                }
                guard !isSmallest, !narrowing.search.isGivenUp || pieces.isEmpty else {
                    delivered.error = failure(outcome)
                    return delivered
                }
            default:
                delivered.unknown += piece.count
                delivered.error = failure(outcome)
                return delivered
            }
        }
        if othersPassed {
            delivered.refused += narrowing.suspects
        } else if let outcome = narrowing.refusal, !narrowing.suspects.isEmpty {
            delivered.error = failure(outcome)
        }
        return delivered
    }
}

/// The search for the contacts of one batch that SendGrid refuses.
private struct Narrowing {
    var search: OffenderSearch
    /// Refused by themselves while nothing else of the batch was taken: nobody is blamed for that.
    private(set) var suspects: [Delivered.Refused] = []
    /// What the last of them was told.
    private(set) var refusal: TransferOutcome?

    init(count: Int) {
        search = OffenderSearch(count: count)
    }

    /// Notes that a request was taken; returns who was suspected until then.
    mutating func accepted() -> [Delivered.Refused] {
        search.noteAccepted()
        defer { suspects = [] }
        return suspects
    }

    /// Notes that a request was refused; returns who is refused for it, and what is to be tried next.
    mutating func refused(
        _ piece: PreparedBatch, _ intent: Int64, _ outcome: TransferOutcome
    ) -> (refused: [Delivered.Refused], rest: [PreparedBatch]) {
        let found = search.narrow(piece.count, outcome.offenders)
        if let batch = piece.subset(found.suspects) {
            suspects.append((batch, intent, outcome.reason))
            refusal = outcome
        }
        let refused: [Delivered.Refused] = piece.subset(found.refused).map { [($0, intent, outcome.reason)] } ?? []
        return (refused, found.rest.compactMap { piece.subset($0) })
    }
}
