internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

/// How an export ended, so far.
struct ExportEnd: Sendable {
    var counts: ExportCounts
    var batches = 0
    var bytes = 0
    /// Jobs that did not simply complete, for the log; the first hundred.
    var unfinishedJobs: [CanonicalJSON] = []
    /// Contacts that SendGrid refused, the first thousand.
    var refused: [RefusedContact] = []
    var warnings: [String] = []
    /// What ended it before its time.
    var error: (any Error)?

    static let maximumJobs = 100
    static let maximumRefused = 1000

    init(_ plan: ExportPlan) {
        counts = ExportCounts(plan.tally)
    }

    var state: ExportReport.State {
        if counts.unknown > 0 { return .pending }
        if counts.refused == 0 { return .completed }
        return counts.accepted > 0 ? .completedWithRefusals : .failed
    }

    /// The word in the log.
    var stateName: String {
        guard let error else { return state.rawValue }
        switch error {
        case Refusal.removed: return "stopped-by-removal"
        case OperationError.cancelled: return "cancelled"
        case let error as any ReportableError where error.failure == .refused: return "stopped-by-governance"
        case is CancellationError: return "interrupted"
        default: return "failed"
        }
    }

    mutating func note(refused contacts: [RefusedContact]) {
        refused += contacts.prefix(max(0, Self.maximumRefused - refused.count))
    }

    mutating func note(_ job: Job, state: String, refused: Int) {
        // An entry has a size limit; the counts are complete all the same.
        guard unfinishedJobs.count < Self.maximumJobs else { return }
        // A name that cannot be made fit for the log is left out with the rest of its job: the counts are complete.
        guard let name = try? LoggedName.job(job.id) else { return }
        unfinishedJobs.append(
            .object([
                "job": .string(name), "state": .string(state), "contacts": .integer(Int64(job.contacts)),
                "refused": .integer(Int64(refused)), "intent": .integer(job.intent),
            ]))
    }
}

/// A contact that SendGrid refused: its row is found in the source when the export is over.
struct RefusedContact: Sendable {
    let address: Personal<String>
    let reason: String
}

/// A job that SendGrid gave a request, and what the request was about.
struct Job: Sendable {
    let id: String
    let intent: Int64
    let contacts: Int
}

/// One run of an export: send, follow the jobs, take off who left.
struct ExportRun: Sendable {
    let gate: Gate<SQLiteStore>
    let store: SQLiteStore
    let sendGrid: SendGrid
    let session: ExportSession
    let record: DeliveryRecord<SQLiteStore>
    let plan: ExportPlan
    /// The identifiers of the fields if contacts go by files.
    let fileFields: [String: String]?
    let progress: @Sendable (ExportProgress) -> Void

    var id: DestinationID { session.destination.id }

    /// Never throws: whatever happens, what was counted until then is returned with it.
    func run(jobPatience: Duration) async -> ExportEnd {
        var end = ExportEnd(plan)
        let jobs = await send(&end)
        await follow(jobs, &end, patience: jobPatience)
        if end.error == nil, end.counts.leaving > 0 {
            if end.counts.unknown == 0 {
                await takeOff(plan.tally.changes.leavers, &end, patience: jobPatience)
            } else {
                end.warnings.append(
                    "\(end.counts.leaving) contacts that left stay on the list for now: what was sent is not settled")
            }
        }
        return end
    }

    /// Waits, in steps short enough to notice that somebody asked for the end.
    func pause(for delay: Duration) async throws {
        var left = delay
        while left > .zero {
            try requireNotCancelled()
            let step = min(left, .seconds(1))
            try await gate.pause(session, for: step)
            left -= step
        }
    }

    func requireNotCancelled() throws {
        try Task.checkCancellation()
        if try store.isCancelled(session.export) { throw OperationError.cancelled(session.export.text) }
    }

    /// Makes transfers with one cargo until one settles it: each is an intent of its own, and cites the one before.
    /// - Parameter send: makes the request.
    /// - Throws: what ended it; ``Attempts/mayHaveLeft`` of `attempts` says whether anything can be at SendGrid.
    func settle<Cargo: TransferCargo, Answer: Sendable>(
        _ cargo: Cargo, _ kind: RequestKind, to upload: UploadTarget? = nil, repeating earlier: Int64? = nil,
        _ attempts: inout Attempts,
        send: @escaping @Sendable (consuming TransferPermit<Cargo>) async throws -> (Conclusion, Answer)
    ) async throws -> (outcome: TransferOutcome, intent: Int64, answer: Answer?) {
        var policy = RetryPolicy()
        var earlier = earlier
        while true {
            try requireNotCancelled()
            while let delay = sendGrid.delay(kind, for: id) { try await pause(for: delay) }
            attempts.count += 1
            let (record, answer) = try await transfer(cargo, upload, earlier, &attempts, send)
            let outcome = record.outcome
            attempts.mayHaveLeft = attempts.mayHaveLeft || outcome.mayHaveLeft
            attempts.hadTrouble = attempts.hadTrouble || outcome.status.isTrouble
            if let halt = record.halt { throw halt }
            if outcome.status == .aborted { throw CancellationError() }
            var step = policy.step(after: outcome, jitter: .random(in: 0...1))
            if outcome.reason == "unknown-custom-field" { step = attempts.fieldStep() }
            switch step {
            case .stop:
                guard attempts.mayHaveLeft else { throw failure(outcome) }
                // An earlier request may have been taken although its answer was lost; a refusal now does not undo it. But
                // one for what is in it was met by the earlier one as well: the same bytes.
                guard outcome.status == .refused, attempts.mayBeStored, !outcome.isAboutContacts else {
                    return (outcome, record.intent, answer)
                }
                let unknown = TransferOutcome(
                    status: .unknown, httpStatus: outcome.httpStatus, reason: outcome.reason, words: outcome.words)
                return (unknown, record.intent, nil)
            case .retry(let delay):
                attempts.mayBeStored = attempts.mayBeStored || outcome.status == .unknown
                earlier = record.intent
                try await pause(for: delay)
            }
        }
    }

    private func transfer<Cargo: TransferCargo, Answer: Sendable>(
        _ cargo: Cargo, _ upload: UploadTarget?, _ earlier: Int64?, _ attempts: inout Attempts,
        _ send: @escaping @Sendable (consuming TransferPermit<Cargo>) async throws -> (Conclusion, Answer)
    ) async throws -> (record: TransferRecord, answer: Answer?) {
        do {
            return try await gate.transferForAnswer(
                cargo, in: session, to: upload, attempt: attempts.count, repeating: earlier, send: send)
        } catch let error as UnrecordedOutcome {
            attempts.mayHaveLeft = attempts.mayHaveLeft || error.outcome.mayHaveLeft
            throw error
        }
    }

    func failure(_ outcome: TransferOutcome) -> any Error {
        DeliveryError(
            reason: outcome.reason, words: outcome.words, list: session.destination.listID,
            endpoint: session.destination.endpoint)
            ?? DeliveryError.unexpectedStatus(outcome.httpStatus)
    }
}

/// What the tries with one cargo have come to.
struct Attempts: Sendable {
    var count = 0
    var mayHaveLeft = false
    var mayBeStored = false
    var hadTrouble = false
    private var fieldWait = Duration.seconds(2)

    /// A custom field that was just made is known to the account some seconds before contacts can be written with it; a
    /// minute is waited for that.
    mutating func fieldStep() -> RetryPolicy.Step {
        guard fieldWait <= .seconds(32) else { return .stop }
        defer { fieldWait *= 2 }
        return .retry(after: fieldWait)
    }
}

extension TransferOutcome.Status {
    /// Whether fewer requests at once would be better.
    var isTrouble: Bool {
        switch self {
        case .rateLimited, .unavailable, .unknown: true
        case .accepted, .answered, .refused, .aborted: false
        }
    }
}
