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
    let warnings: [String]

    var tally: Tally { selection.tally }
}

extension Workspace {
    /// Counts what an export would do.
    ///
    /// Sends nothing about anybody.
    /// - Throws: what makes an export impossible: `Refusal`, `ConsentError`, or an error of class bad-input.
    public func planExport(
        _ name: String, progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportPlanReport {
        let id = try destination(name).id
        let plan: ExportPlan = try await SendGrid.withConnection { sendGrid in
            try await self.plan(id, sendGrid, progress)
        }
        var warnings = plan.warnings
        let objection = try await gate.objection(to: id, profiles: plan.tally.prepared)
        if let objection { warnings.append("as things stand, an export would be refused: \(objection.message)") }
        var counts = ExportCounts()
        counts.take(plan.tally)
        return ExportPlanReport(
            destination: id.text, counts: counts, fields: plan.destination.matching?.fields.map(\.name) ?? [],
            segments: plan.destination.segments.map(\.text), rejectedBy: plan.tally.rejectedBy,
            rejections: plan.selection.rejections.map(RejectionReport.init),
            members: plan.selection.memberCounts, overlaps: plan.selection.overlaps.map(OverlapReport.init),
            refusedBy: objection?.code, warnings: warnings)
    }

    func plan(
        _ id: DestinationID, _ sendGrid: SendGrid, _ progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportPlan {
        let destination = try destination(id.text)
        let segments = try destination.segments.map { try segment($0) }
        let sources = try Set(segments.map(\.source)).sorted().map { try source($0) }
        let customFields = try await customFields(of: destination, sendGrid)
        let request = ExportRequest(
            destination: destination, segments: segments, sources: sources, customFields: customFields,
            now: time.now(), scratch: files.home)
        let selection = try await Selection.make(request) { fraction in
            progress(ExportProgress(phase: .checking, fraction: fraction, sent: 0, openJobs: 0))
        }
        return ExportPlan(
            destination: destination, selection: selection, warnings: try sizeWarnings(selection.tally.prepared))
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
        let known = try await gate.inquire(destination.id) { try await sendGrid.customFields($0) }
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
