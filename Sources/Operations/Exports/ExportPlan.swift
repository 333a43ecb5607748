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
    /// What the administrator should know.
    public let warnings: [String]
}

/// The inputs of an export, read once to the end: what it will do is known before anything leaves, and a malformed file
/// stops it there.
struct ExportPlan: Sendable {
    let destination: Destination
    let segments: [SegmentDefinition]
    let sources: [SourceDefinition]
    let customFields: [CustomFieldDefinition]
    let tally: Tally
    let rejections: [Rejection]
    let fingerprints: [SourceFingerprint]
    let warnings: [String]

    /// A pipeline over the same inputs.
    func pipeline() throws -> ExportPipeline {
        try ExportPipeline(
            destination: destination, segments: segments, sources: sources, customFields: customFields)
    }
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
        var counts = ExportCounts()
        counts.take(plan.tally)
        return ExportPlanReport(
            destination: id.text, counts: counts, fields: plan.destination.matching?.fields.map(\.name) ?? [],
            segments: plan.destination.segments.map(\.text), rejectedBy: plan.tally.rejectedBy,
            rejections: plan.rejections.map(RejectionReport.init), warnings: plan.warnings)
    }

    func plan(
        _ id: DestinationID, _ sendGrid: SendGrid, _ progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportPlan {
        let destination = try destination(id.text)
        let segments = try destination.segments.map { try segment($0) }
        let sources = try Set(segments.map(\.source)).sorted().map { try source($0) }
        let customFields = try await customFields(of: destination, sendGrid)
        let pipeline = try ExportPipeline(
            destination: destination, segments: segments, sources: sources, customFields: customFields)
        while try pipeline.nextBatch() != nil {
            try Task.checkCancellation()
            progress(
                ExportProgress(
                    phase: .checking, fraction: Double(pipeline.bytesRead) / Double(max(1, pipeline.bytesTotal)),
                    sent: 0,
                    openJobs: 0))
        }
        var warnings: [String] = []
        let policy = try policyInForce()
        if pipeline.tally.prepared > policy.warnProfiles {
            warnings.append(
                "\(pipeline.tally.prepared) profiles are selected; more than \(policy.warnProfiles) in total to SendGrid "
                    + "is not advised: it can take hours, and the contract with SendGrid sets its own limit")
        }
        return ExportPlan(
            destination: destination, segments: segments, sources: sources, customFields: customFields,
            tally: pipeline.tally, rejections: pipeline.rejections, fingerprints: pipeline.fingerprints,
            warnings: warnings)
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
