internal import AsyncAlgorithms
internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

/// How an export ended.
struct ExportEnd: Sendable {
    var counts: ExportCounts
    var state: ExportReport.State
    var batches: Int
    var bytes: Int
    /// Jobs that did not simply complete, for the log; the first hundred.
    var unfinishedJobs: [CanonicalJSON]
    /// What ended it before its time.
    var error: (any Error)?

    /// The word in the log.
    var stateName: String {
        guard let error else { return state.rawValue }
        switch error {
        case Refusal.removed: return "stopped-by-removal"
        case let error as any ReportableError where error.failure == .refused: return "stopped-by-governance"
        case is CancellationError: return "interrupted"
        default: return "failed"
        }
    }
}

/// One run of an export, from its first batch to the end of its jobs.
struct ExportRun: Sendable {
    let gate: Gate<SQLiteStore>
    let sendGrid: SendGrid
    let session: ExportSession
    let plan: ExportPlan
    let progress: @Sendable (ExportProgress) -> Void

    /// A job and the contacts of the batch it was given.
    private struct Job: Sendable {
        let id: String
        let contacts: Int
    }

    /// Never throws: whatever happens, what was counted until then is returned with it.
    func run(jobPatience: Duration) async -> ExportEnd {
        var end = ExportEnd(
            counts: ExportCounts(), state: .completed, batches: 0, bytes: 0, unfinishedJobs: [], error: nil)
        end.counts.take(plan.tally)
        var jobs: [Job] = []
        do {
            try await send(&end, &jobs)
        } catch {
            end.error = error
        }
        end.counts.unsent = plan.tally.prepared - end.counts.sent
        await follow(jobs, &end, patience: jobPatience)
        end.state = Self.state(end.counts)
        return end
    }

    private static func state(_ counts: ExportCounts) -> ExportReport.State {
        if counts.unknown > 0 { return .pending }
        if counts.refused == 0 { return .completed }
        return counts.accepted > 0 ? .completedWithRefusals : .failed
    }

    // MARK: Sending

    /// Encodes and sends side by side: while one batch is under way, the next is made ready and one more waits.
    private func send(_ end: inout ExportEnd, _ jobs: inout [Job]) async throws {
        let batches = AsyncThrowingChannel<PreparedBatch, any Error>()
        let selection = plan.selection
        try await withThrowingTaskGroup(of: Void.self) { group in
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
            }
            do {
                for try await batch in batches { try await send(batch, &end, &jobs) }
            } catch {
                group.cancelAll()
                throw error
            }
        }
        try Task.checkCancellation()
    }

    private func send(_ batch: PreparedBatch, _ end: inout ExportEnd, _ jobs: inout [Job]) async throws {
        try Task.checkCancellation()
        let outcome = try await deliver(batch, &end)
        switch outcome.status {
        case .accepted(let job):
            jobs.append(Job(id: job, contacts: batch.count))
            end.batches += 1
            end.bytes += batch.byteCount
        case .refused:
            end.counts.refused += batch.count
        case .rateLimited, .unavailable, .unknown, .aborted:
            end.counts.unknown += batch.count
        }
        try stopIfHopeless(outcome)
        progress(
            ExportProgress(
                phase: .sending, fraction: Double(end.counts.sent) / Double(max(1, plan.tally.prepared)),
                sent: end.counts.sent, openJobs: jobs.count))
    }

    /// Makes transfers with one batch until one settles it.
    ///
    /// Each is an intent of its own. If it ends in an error after something may have left, the contacts are counted as
    /// sent, of unknown fate.
    private func deliver(_ batch: PreparedBatch, _ end: inout ExportEnd) async throws -> TransferOutcome {
        var mayHaveLeft = false
        do {
            let outcome = try await settle(batch, &mayHaveLeft)
            end.counts.sent += batch.count
            return outcome
        } catch {
            if let unrecorded = error as? UnrecordedOutcome {
                mayHaveLeft = mayHaveLeft || Self.mayHaveLeft(unrecorded.outcome)
            }
            if mayHaveLeft {
                end.counts.sent += batch.count
                end.counts.unknown += batch.count
            }
            throw error
        }
    }

    private func settle(_ batch: PreparedBatch, _ mayHaveLeft: inout Bool) async throws -> TransferOutcome {
        var policy = RetryPolicy()
        var attempt = 1
        var earlier: Int64?
        var mayBeStored = false
        while true {
            let record = try await gate.transfer(batch, in: session, attempt: attempt, repeating: earlier) {
                [sendGrid] permit in await sendGrid.upsert(permit)
            }
            mayHaveLeft = mayHaveLeft || Self.mayHaveLeft(record.outcome)
            if let halt = record.halt { throw halt }
            if record.outcome.status == .aborted { throw CancellationError() }
            switch policy.step(after: record.outcome, jitter: .random(in: 0...1)) {
            case .stop:
                guard mayHaveLeft else { throw failure(record.outcome) }
                // An earlier request may have been taken although its answer was lost; a refusal now does not undo it.
                guard record.outcome.status == .refused, mayBeStored else { return record.outcome }
                return TransferOutcome(
                    status: .unknown, httpStatus: record.outcome.httpStatus, reason: record.outcome.reason)
            case .retry(let delay):
                mayBeStored = mayBeStored || record.outcome.status == .unknown
                earlier = record.intent
                attempt += 1
                try await gate.pause(session, for: delay)
            }
        }
    }

    /// A connection that never stood carried nothing.
    private static func mayHaveLeft(_ outcome: TransferOutcome) -> Bool {
        !["cannot-connect", "tls-not-verified"].contains(outcome.reason)
    }

    /// Some refusals will not change with the next batch: the key, the list, the certificate, an API that stays away.
    private func stopIfHopeless(_ outcome: TransferOutcome) throws {
        switch outcome.status {
        case .accepted: return
        case .refused
        where !["key-not-accepted", "access-forbidden", "list-not-found", "redirected", "tls-not-verified"]
            .contains(outcome.reason):
            return
        default: throw failure(outcome)
        }
    }

    private func failure(_ outcome: TransferOutcome) -> any Error {
        DeliveryError(reason: outcome.reason, list: session.destination.listID, endpoint: session.destination.endpoint)
            ?? DeliveryError.unexpectedStatus(outcome.httpStatus)
    }

    // MARK: Following jobs

    /// Asks after the jobs until each is at its end or the patience is.
    ///
    /// An export that was stopped by governance asks nothing any more: the key may be gone.
    private func follow(_ jobs: [Job], _ end: inout ExportEnd, patience: Duration) async {
        var open = jobs[...]
        let deadline = ContinuousClock.now.advanced(by: patience)
        var delay = Duration.milliseconds(250)
        while let job = open.first, mayAsk(end.error) {
            progress(
                ExportProgress(
                    phase: .following, fraction: Double(jobs.count - open.count) / Double(max(1, jobs.count)),
                    sent: end.counts.sent, openJobs: open.count))
            do {
                let report = try await gate.inquire(session.destination.id) { [sendGrid] permit in
                    try await sendGrid.job(job.id, permit)
                }
                if report.state != .pending {
                    settle(job, report, &end)
                    open = open.dropFirst()
                    continue
                }
            } catch let error as any ReportableError where error.failure == .refused {
                end.error = end.error ?? error
                break
            } catch is CancellationError {
                end.error = end.error ?? CancellationError()
                break
            } catch {
                // SendGrid may not know a fresh job yet, may be busy, may limit us: all of that passes, or the
                // patience ends.
            }
            guard ContinuousClock.now < deadline else { break }
            do {
                try await gate.pause(session, for: delay)
            } catch {
                end.error = end.error ?? error
                break
            }
            delay = min(delay * 2, .seconds(5))
        }
        for job in open { leaveOpen(job, &end) }
    }

    private func mayAsk(_ error: (any Error)?) -> Bool {
        guard let error else { return true }
        if error is CancellationError { return false }
        return (error as? any ReportableError)?.failure != .refused
    }

    private func settle(_ job: Job, _ report: JobReport, _ end: inout ExportEnd) {
        let refused =
            switch report.state {
            case .completed, .pending: 0
            case .errored: min(report.errored, job.contacts)
            case .failed: job.contacts
            }
        end.counts.refused += refused
        end.counts.accepted += job.contacts - refused
        if report.state != .completed { note(job, state: report.state.rawValue, refused: refused, &end) }
    }

    private func leaveOpen(_ job: Job, _ end: inout ExportEnd) {
        end.counts.unknown += job.contacts
        note(job, state: "pending", refused: 0, &end)
    }

    private func note(_ job: Job, state: String, refused: Int, _ end: inout ExportEnd) {
        // An entry has a size limit; the counts are complete all the same.
        guard end.unfinishedJobs.count < 100 else { return }
        end.unfinishedJobs.append(
            .object([
                "job": .string(job.id), "state": .string(state), "contacts": .integer(Int64(job.contacts)),
                "refused": .integer(Int64(refused)),
            ]))
    }
}
