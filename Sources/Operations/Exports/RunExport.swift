internal import Delivery
internal import Engine
internal import Governance
public import Model
internal import Store

/// How an export is to be run.
public struct ExportOptions: Sendable {
    /// Whether what is unchanged is sent all the same.
    public var isFull = false
    /// Whether more contacts may be taken off the list than the policy allows without being told.
    public var allowsRemovals = false
    /// A plan that must still hold.
    public var plan: String?
    /// The most contacts of one request; SendGrid's own limit holds beside it.
    public var batchSize = 30_000
    /// From how many new contacts on they go as files and not as requests; nil for never.
    public var bulkThreshold: Int? = 1_000_000
    /// How long to wait for SendGrid's jobs after the last request.
    public var jobPatience = Duration.seconds(900)
    /// Under whose consent alone it may run; nil if anybody's will do.
    public var administrator: AdministratorName?
    /// What starts it.
    public var trigger = "demand"

    /// An export on demand, of what has changed.
    public init() {}
}

extension Workspace {
    /// Runs an export: reads and counts first, then sends batch by batch through the gate, follows SendGrid's jobs to
    /// their end, and takes off the list who left.
    /// - Parameter progress: told how far it is, now and then.
    /// - Throws: ``ExportStopped`` with what ended it if it had begun; else `Refusal` or `ConsentError` if governance does
    ///   not clear it; ``OperationError/planDrifted(_:)``; an error of class bad-input if a source is malformed;
    ///   `DeliveryError` if SendGrid cannot be reached or refuses the key or the list; an error of class I/O if the log
    ///   cannot be written.
    public func runExport(
        _ name: String, _ options: ExportOptions = ExportOptions(),
        progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportReport {
        try await export(destination(name).id, resuming: nil, options, progress)
    }

    /// Goes on with an export that was interrupted, or that waits for SendGrid.
    ///
    /// What it delivered is not sent again; what it sent without learning the outcome is, under new intents that cite the
    /// old ones.
    /// - Throws: ``OperationError/unknownExport(_:)``, ``OperationError/notResumable(_:state:)``, and as
    ///   ``runExport(_:_:progress:)``.
    public func resumeExport(
        _ id: String, _ options: ExportOptions = ExportOptions(),
        progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportReport {
        let row = try export(id)
        guard ["running", "interrupted", "pending", "failed", "stopped-by-governance"].contains(row.state) else {
            throw OperationError.notResumable(id, state: row.state)
        }
        return try await export(DestinationID(row.destination), resuming: ExportID(id), options, progress)
    }

    private func export(
        _ id: DestinationID, resuming: ExportID?, _ options: ExportOptions,
        _ progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportReport {
        let start = ContinuousClock.now
        let planned = try options.plan.map { try PlanFile(path: $0).basis }
        let isFull = planned.map { $0.parts["mode"] == .string("full") } ?? options.isFull
        let scope = try await gate.preflight(id, under: options.administrator)
        try requireClock()
        return try await SendGrid.withConnection { sendGrid in
            try await settleEarlier(id, sendGrid, patience: options.jobPatience, progress)
            let plan = try await plan(
                id, sendGrid, isFull: isFull, batchSize: options.batchSize, resuming: resuming, progress)
            if let planned {
                let differences = plan.basis.differences(from: planned)
                guard differences.isEmpty else { throw OperationError.planDrifted(differences) }
            }
            let changes = plan.tally.changes
            // An empty source, or one that selects nobody any more, never empties a list.
            guard plan.tally.prepared + changes.unchanged + changes.accepted + changes.refused > 0 else {
                throw OperationError.emptySelection
            }
            var terms = ExportTerms(
                profiles: plan.tally.prepared, removals: changes.leavers.count, emptied: try emptiedFiles(plan),
                allowsRemovals: options.allowsRemovals, administrator: options.administrator, trigger: options.trigger)
            terms.plan = try planned?.digest()
            // Whatever can still fail is asked for before the export begins.
            let fileFields = try await fileFields(plan, sendGrid, options)
            let session =
                if let resuming {
                    try await gate.resume(resuming, scope, terms)
                } else {
                    try await gate.begin(scope, terms)
                }
            guard let record = try await gate.record(of: id) else { throw Refusal.keyMissing(id) }
            await noteParts(plan)
            let isKept = await keep(plan.selection.rejections, of: session)
            let run = ExportRun(
                gate: try gate, store: store, sendGrid: sendGrid, session: session, record: record, plan: plan,
                fileFields: fileFields, progress: progress)
            var end = await run.run(jobPatience: options.jobPatience)
            if !isKept { end.warnings.append("the rejected rows could not be kept for 'export rejections'") }
            try await gate.finish(
                session, state: end.stateName, counts: end.counts.logged, jobs: end.unfinishedJobs)
            // What was interrupted has not said that its files are as they should be.
            if end.error == nil, await !keepParts(plan) {
                end.warnings.append(
                    "what the files had could not be kept; the next export is held against an earlier one")
            }
            return try await report(session, plan, end, since: start)
        }
    }

    private func report(
        _ session: ExportSession, _ plan: ExportPlan, _ end: ExportEnd, since start: ContinuousClock.Instant
    ) async throws -> ExportReport {
        let refusals = await refusals(end, plan.selection)
        var warnings = plan.warnings + end.warnings
        if await !keep(refusals, of: session) {
            warnings.append("the refused rows could not be kept for 'export rejections'")
        }
        if let error = end.error {
            throw ExportStopped(
                error: error,
                progress: StoppedExport(
                    export: session.export.text, destination: session.destination.id.text, state: end.stateName,
                    counts: end.counts, refusals: refusals))
        }
        return ExportReport(
            export: session.export.text, destination: session.destination.id.text, state: end.state,
            counts: end.counts, batches: end.batches, bytes: end.bytes,
            durationMs: Int64((ContinuousClock.now - start) / .milliseconds(1)),
            rejections: plan.selection.rejections.map(RejectionReport.init), refusals: refusals,
            rejectedBy: plan.tally.rejectedBy, members: plan.selection.memberCounts,
            overlaps: plan.selection.overlaps.map(OverlapReport.init), warnings: warnings)
    }

    /// The identifiers of the fields if the export goes by files, else nil.
    ///
    /// A file can add contacts; what an empty cell does to one that is there, and how numbers and dates have to be
    /// written, is documented otherwise than for requests, or not at all. Those go as requests.
    private func fileFields(
        _ plan: ExportPlan, _ sendGrid: SendGrid, _ options: ExportOptions
    ) async throws -> [String: String]? {
        let changes = plan.tally.changes
        guard let threshold = options.bulkThreshold, changes.added >= max(1, threshold), changes.changed == 0,
            plan.hasTextsOnly
        else { return nil }
        return try await gate.inquire(plan.destination.id) { try await sendGrid.fieldIDs($0) }
    }

    /// Where the contacts stand that SendGrid refused.
    ///
    /// A source that changed meanwhile cannot tell any more.
    private func refusals(_ end: ExportEnd, _ selection: Selection) async -> [RejectionReport] {
        guard !end.refused.isEmpty else { return [] }
        let places = (try? await selection.places(of: end.refused.map(\.address))) ?? [:]
        return end.refused.compactMap { contact in
            places[contact.address.reveal()].map { RejectionReport($0, reason: contact.reason) }
        }
        .sorted { ($0.source, $0.row) < ($1.source, $1.row) }
    }

    /// Finds out what became of requests that earlier exports left open, so that the record says how things are.
    private func settleEarlier(
        _ id: DestinationID, _ sendGrid: SendGrid, patience: Duration,
        _ progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws {
        let open = try await gate.unsettled(id)
        guard !open.isEmpty, let record = try await gate.record(of: id) else { return }
        var settler = Settler(gate: try gate, record: record)
        for transfer in open where transfer.job == nil { try await settler.add(.uncertain(intent: transfer.intent)) }
        let jobs = open.compactMap { transfer in
            transfer.job.map { Job(id: $0, intent: transfer.intent, contacts: transfer.contacts) }
        }
        let watch = JobWatch(gate: try gate, sendGrid: sendGrid, destination: id, record: record) {
            try await Task.sleep(for: $0)
        }
        try await watch.follow(jobs, patience: patience) { job, end, left in
            progress(
                ExportProgress(
                    phase: .settling, fraction: Double(jobs.count - left) / Double(jobs.count), sent: 0, openJobs: left)
            )
            // What is still pending is sent again: the same contacts twice are the same contacts.
            try await settler.add(end.settlement(of: job) ?? .uncertain(intent: job.intent))
        }
        try await settler.finish()
    }
}
