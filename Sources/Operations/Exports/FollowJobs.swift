internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

/// How a job ended, for whoever follows it.
enum JobEnd: Sendable {
    case completed
    /// Finished, but not with all contacts: how many were refused, and who as far as that is known.
    case errored(count: Int, errors: [JobError])
    case failed(errors: [JobError])
    /// At an end that contradicts its own counts or its error file: of whom the file does not name nobody knows.
    case contradictory(errors: [JobError])
    /// Not at an end when the patience was.
    case pending

    /// What the record has to know of it; nil while it is not at an end.
    ///
    /// Unless it is known of every refused contact who it is, of none of the job's it is known whether it arrived.
    func settlement(of job: Job) -> Settlement? {
        switch self {
        case .completed: return .delivered(intent: job.intent, refused: [])
        case .errored(let count, let errors):
            guard errors.count >= count else { return .uncertain(intent: job.intent) }
            return .delivered(intent: job.intent, refused: errors.map(\.address))
        case .failed: return .refusedAll(intent: job.intent)
        case .contradictory(let errors): return .uncertain(intent: job.intent, refused: errors.map(\.address))
        case .pending: return nil
        }
    }
}

/// Takes settlements into the record, some at once: each time, most of the record is written anew.
struct Settler {
    let gate: Gate<SQLiteStore>
    let record: DeliveryRecord<SQLiteStore>
    private var waiting: [Settlement] = []

    /// How many wait at most: their contacts are in memory when they are taken.
    private static var limit: Int { 16 }

    init(gate: Gate<SQLiteStore>, record: DeliveryRecord<SQLiteStore>) {
        self.gate = gate
        self.record = record
    }

    mutating func add(_ settlement: Settlement) async throws {
        waiting.append(settlement)
        if waiting.count >= Self.limit { try await finish() }
    }

    mutating func finish() async throws {
        guard !waiting.isEmpty else { return }
        try await gate.settle(waiting, in: record)
        waiting = []
    }
}

/// Asks after jobs, with growing pauses, until each is at its end or the patience is.
///
/// Jobs end about in the order in which they were taken, so only the oldest open one is asked for; once the patience is at
/// its end, each that is left is asked for a last time.
struct JobWatch: Sendable {
    let gate: Gate<SQLiteStore>
    let sendGrid: SendGrid
    let destination: DestinationID
    let record: DeliveryRecord<SQLiteStore>
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameter ended: told how each ended, in order.
    /// - Throws: what makes asking on pointless: a refusal, a key that is not accepted, a cancellation; and what `ended`
    ///   throws.
    func follow(_ jobs: [Job], patience: Duration, ended: (Job, JobEnd, _ open: Int) async throws -> Void) async throws
    {
        let deadline = ContinuousClock.now.advanced(by: patience)
        var delay = Duration.milliseconds(100)
        for (place, job) in jobs.enumerated() {
            while true {
                let (end, wait) = try await ask(job)
                if let end {
                    delay = .milliseconds(100)
                    try await ended(job, end, jobs.count - place - 1)
                    break
                }
                guard ContinuousClock.now < deadline else {
                    try await ended(job, .pending, jobs.count - place - 1)
                    break
                }
                try await pause(min(max(delay, wait), max(deadline - .now, .milliseconds(1))))
                delay = min(delay * 2, .seconds(5))
            }
        }
    }

    /// The job's end, or nil and how long SendGrid wants to be left alone.
    private func ask(_ job: Job) async throws -> (end: JobEnd?, wait: Duration) {
        do {
            while let delay = sendGrid.delay(.read, for: destination) { try await pause(delay) }
            let report = try await gate.inquire(destination) { [sendGrid] permit in
                try await sendGrid.job(job.id, permit)
            }
            if report.state == .pending { return (nil, .zero) }
            let errors = report.errorFile == nil ? [] : try await errors(report, of: job)
            if report.contradicts(contacts: job.contacts, named: errors.count) {
                return (.contradictory(errors: errors), .zero)
            }
            switch report.state {
            case .pending: return (nil, .zero)
            case .completed: return (.completed, .zero)
            case .errored: return (.errored(count: min(max(report.errored, 1), job.contacts), errors: errors), .zero)
            case .failed: return (.failed(errors: errors), .zero)
            }
        } catch DeliveryError.rateLimited(let seconds) {
            return (nil, .seconds(seconds))
        } catch let error as any ReportableError where error.failure == .refused {
            throw error
        } catch let error as DeliveryError where error.isAboutAccess {
            throw error
        } catch is DeliveryError {
            // SendGrid may not know a fresh job yet, or may be away: that passes, or the patience ends.
            return (nil, .zero)
        }
    }

    /// Who was refused, and why: of the contacts that the job is about, each once.
    ///
    /// A file that cannot be had says nothing: the count alone stands then.
    /// - Throws: what keeps the record from being read.
    private func errors(_ report: JobReport, of job: Job) async throws -> [JobError] {
        let errors: [JobError]
        do {
            errors = try await gate.inquire(destination) { [sendGrid] permit in
                try await sendGrid.errors(of: report, limit: 2 * job.contacts, permit)
            }
        } catch {
            return []
        }
        let carried = try await gate.carried(errors.map(\.address), by: job.intent, in: record)
        return errors.filter { carried.contains($0.address.reveal()) }
    }
}

extension ExportRun {
    var watch: JobWatch {
        JobWatch(gate: gate, sendGrid: sendGrid, destination: id, record: record) { try await pause(for: $0) }
    }

    /// Follows the jobs of what was sent, and takes into the record what became of it.
    ///
    /// An export that was stopped by governance asks nothing any more: the key may be gone.
    func follow(_ jobs: [Job], _ end: inout ExportEnd, patience: Duration) async {
        var settler = Settler(gate: gate, record: record)
        var followed = 0
        do {
            guard mayAsk(end.error) else { throw CancellationError() }
            report(open: jobs.count, of: jobs.count, end)
            try await watch.follow(jobs, patience: patience) { job, jobEnd, open in
                followed += 1
                count(job, jobEnd, &end)
                // The page of a pending one stays: the next export to the destination, or this one resumed, asks for it.
                if let settlement = jobEnd.settlement(of: job) { try await settler.add(settlement) }
                report(open: open, of: jobs.count, end)
            }
        } catch {
            end.error = end.error ?? error
        }
        for job in jobs.dropFirst(followed) { count(job, .pending, &end) }
        do {
            try await settler.finish()
        } catch {
            end.error = end.error ?? error
        }
    }

    private func report(open: Int, of jobs: Int, _ end: ExportEnd) {
        progress(
            ExportProgress(
                phase: .following, fraction: Double(jobs - open) / Double(max(1, jobs)), sent: end.counts.sent,
                openJobs: open))
    }

    private func mayAsk(_ error: (any Error)?) -> Bool {
        guard let error else { return true }
        if error is CancellationError { return false }
        if let error = error as? DeliveryError, error.isAboutAccess { return false }
        if case OperationError.cancelled = error { return false }
        return (error as? any ReportableError)?.failure != .refused
    }

    /// Counts how a job ended.
    private func count(_ job: Job, _ jobEnd: JobEnd, _ end: inout ExportEnd) {
        switch jobEnd {
        case .completed: end.counts.accepted += job.contacts
        case .errored(let count, let errors):
            end.counts.refused += count
            end.counts.accepted += job.contacts - count
            end.note(job, state: "errored", refused: count)
            end.note(refused: errors.map { RefusedContact(address: $0.address, reason: $0.reason) })
        case .failed(let errors):
            end.counts.refused += job.contacts
            end.note(job, state: "failed", refused: job.contacts)
            end.note(refused: errors.map { RefusedContact(address: $0.address, reason: $0.reason) })
        case .contradictory(let errors):
            end.counts.refused += errors.count
            end.counts.unknown += job.contacts - errors.count
            end.note(job, state: "contradictory", refused: errors.count)
            end.note(refused: errors.map { RefusedContact(address: $0.address, reason: $0.reason) })
            end.warnings.append(
                "of a job of \(job.contacts) contacts SendGrid gives a state, counts or an error file that contradict each "
                    + "other; who is not named as refused counts as uncertain, and is sent again by the next export")
        case .pending:
            end.counts.unknown += job.contacts
            end.note(job, state: "pending", refused: 0)
        }
    }
}
