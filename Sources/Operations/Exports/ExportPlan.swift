internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

/// What an export would do, counted exactly.
public struct ExportPlanReport: Encodable, Sendable {
    /// The destination.
    public let destination: String
    /// What would become of the profiles.
    public let counts: ExportCounts
    /// The contact fields that would be sent.
    public let fields: [String]
    /// The segments whose members would be sent.
    public let segments: [String]
    /// How many profiles would be rejected for each reason.
    public let rejectedBy: [String: Int]
    /// The first rejections, at most 1,000.
    public let rejections: [RejectionReport]
    /// How many profiles are in each segment.
    public let members: [String: Int]
    /// How many are in two segments at once; they are sent once.
    public let overlaps: [OverlapReport]
    /// The SHA-256 of what the plan rests on: sources, mapping, segments, policy, consent, and the counts.
    public let digest: String
    /// How many requests the sending takes, about: bodies are cut by bytes, which are known once they are made.
    public let requests: Int
    /// How many seconds the sending must take at SendGrid's rate limits, as far as they are known.
    public let minimumSeconds: Int
    /// The code of the refusal that an export would meet as things stand, if it would.
    public let refusedBy: String?
    /// What the administrator should know.
    public let warnings: [String]
}

/// The inputs of an export, read once to the end: what it will do is known before anything leaves, and a malformed file
/// stops it there.
struct ExportPlan: Sendable {
    let destination: Destination
    let selection: Selection
    let basis: PlanBasis
    /// Whether no number and no date is among the matched fields.
    let hasTextsOnly: Bool
    /// What it reads: sources, and the lists of segments that have one.
    let wholes: [String]
    let warnings: [String]

    var tally: Tally { selection.tally }

    /// About how many requests the contacts take: by their number, or by the bytes of values and keys.
    var requests: Int {
        let limits = BatchLimits.sendGrid
        let sendable = tally.prepared + tally.changes.unchanged
        guard tally.prepared > 0, sendable > 0 else { return 0 }
        let keys = (destination.matching?.fields.map { $0.name.utf8.count + 6 } ?? []).reduce(4, +)
        let bytes = (tally.valueBytes / sendable + keys) * tally.prepared
        return max((tally.prepared - 1) / limits.contacts, bytes / limits.bytes) + 1
    }
}

extension Workspace {
    /// Counts what an export would do.
    ///
    /// Sends nothing about anybody.
    /// - Parameters:
    ///   - isFull: whether what is unchanged would be sent all the same.
    ///   - out: a file to write the plan to, for `export run --plan`.
    /// - Throws: what makes an export impossible: `Refusal`, `ConsentError`, or an error of class bad-input.
    public func planExport(
        _ name: String, isFull: Bool = false, out: String? = nil,
        progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportPlanReport {
        let id = try destination(name).id
        let (plan, limit): (ExportPlan, Int) = try await SendGrid.withConnection { sendGrid in
            let plan = try await self.plan(id, sendGrid, isFull: isFull, progress)
            return (plan, sendGrid.limit(.upsert, for: id))
        }
        var warnings = plan.warnings
        let counts = ExportCounts(plan.tally)
        let objection = try await gate.objection(
            to: id,
            ExportTerms(
                profiles: plan.tally.prepared, removals: counts.leaving, emptied: try emptiedFiles(plan)))
        if let objection { warnings.append("as things stand, an export would be refused: \(objection.message)") }
        let unsettled = try await gate.unsettled(id).count
        if unsettled > 0 {
            warnings.append(
                "\(unsettled) request(s) of earlier exports are not settled; an export asks for them first, and then the "
                    + "counts may be others")
        }
        if let out { try PlanFile(plan.basis).write(to: out) }
        return ExportPlanReport(
            destination: id.text, counts: counts, fields: plan.destination.matching?.fields.map(\.name) ?? [],
            segments: plan.destination.segments.map(\.text), rejectedBy: plan.tally.rejectedBy,
            rejections: plan.selection.rejections.map(RejectionReport.init),
            members: plan.selection.memberCounts, overlaps: plan.selection.overlaps.map(OverlapReport.init),
            digest: try plan.basis.digest().hex, requests: plan.requests,
            minimumSeconds: PaceForecast.seconds(requests: plan.requests, limit: limit),
            refusedBy: objection?.code, warnings: warnings)
    }

    /// - Parameter resuming: the export that is being resumed, if one is.
    func plan(
        _ id: DestinationID, _ sendGrid: SendGrid, isFull: Bool, batchSize: Int = 30_000, resuming: ExportID? = nil,
        _ progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportPlan {
        let destination = try destination(id.text)
        let segments = try destination.segments.map { try segment($0) }
        let sources = try Set(segments.map(\.source)).sorted().map { try source($0) }
        let customFields = try await customFields(of: destination, sendGrid)
        var request = ExportRequest(
            destination: destination, segments: segments, sources: sources, customFields: customFields,
            limits: BatchLimits(
                contacts: min(max(1, batchSize), BatchLimits.sendGrid.contacts), bytes: BatchLimits.sendGrid.bytes),
            now: time.now(), scratch: files.home)
        if let record = try await gate.record(of: id, resuming: resuming) {
            request.delivered = record
            request.digestSeed = record.digestSeed
        }
        request.isFull = isFull
        let policy = try policyInForce()
        if policy.readsSuppressions { request.suppressed = try await suppressions(of: id, sendGrid) }
        let selection = try await Selection.make(request) { fraction in
            progress(ExportProgress(phase: .checking, fraction: fraction, sent: 0, openJobs: 0))
        }
        let (policyDigest, consent) = try await gate.basis(of: id)
        let basis = PlanBasis(
            destination: destination, selection: selection,
            segments: try store.reading { try $0.segmentDigests(of: destination) }, policy: policyDigest,
            consent: consent, isFull: isFull)
        let matched = (destination.matching?.fields ?? []).compactMap { field in
            if case .custom(let name) = field { name.lowercased() } else { nil }
        }
        return ExportPlan(
            destination: destination, selection: selection, basis: basis,
            hasTextsOnly: !customFields.contains { matched.contains($0.name.lowercased()) && $0.type != .text },
            wholes: sources.map { "source \($0.name)" } + segments.map { "segment \($0.name)" },
            warnings: try sizeWarnings(selection.tally.prepared)
                + selection.unreadable.map { values in
                    values.warning(segments.first { $0.name == values.segment }?.unreadable ?? .stop)
                } + UnusedFlag.warnings(selection.unusedFlags))
    }

    /// What the administrator should know about sending `profiles` of them.
    func sizeWarnings(_ profiles: Int) throws -> [String] {
        let advised = try policyInForce().warnProfiles
        guard profiles > advised else { return [] }
        return [
            "\(profiles) profiles are selected; more than \(advised) in total to SendGrid is not advised: it can take "
                + "hours, and the contract with SendGrid sets its own limit"
        ]
    }

    /// The account's definitions of the matched custom fields; asked for only if there are any.
    private func customFields(
        of destination: Destination, _ sendGrid: SendGrid
    ) async throws -> [CustomFieldDefinition] {
        let wanted = (destination.matching?.fields ?? []).compactMap { field in
            if case .custom(let name) = field { name } else { nil }
        }
        guard !wanted.isEmpty else { return [] }
        let known = try await inquire(destination.id, sendGrid) { try await sendGrid.customFields($0) }
        for name in wanted where !known.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            throw OperationError.unknownCustomField(name: name, known: known.map(\.name))
        }
        return known
    }
}

extension Tally {
    /// Counts by the reasons' slugs.
    var rejectedBy: [String: Int] {
        Dictionary(uniqueKeysWithValues: rejected.map { ($0.key.rawValue, $0.value) })
    }
}

extension Selection {
    /// Members by the segments' names.
    var memberCounts: [String: Int] {
        Dictionary(uniqueKeysWithValues: members.map { ($0.key.text, $0.value) })
    }
}
