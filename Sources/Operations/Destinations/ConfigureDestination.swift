internal import Delivery
internal import Engine
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

extension Workspace {
    /// Sets data matching.
    ///
    /// A consent covers the fields it names; more fields need a new one.
    /// - Parameters:
    ///   - doNotContact: profile fields that keep a profile from being sent when they are true.
    ///   - creating: custom fields to make at SendGrid if there are none of these names, with their types.
    /// - Throws: `Refusal` if it is removed, a field is not allowed, or `administrator` is none; `DeliveryError` if a
    ///   field cannot be made.
    public func mapDestination(
        _ name: String, matching: DataMatching, doNotContact: [String],
        creating: [String: CustomFieldDefinition.ValueType] = [:], by administrator: AdministratorName
    ) async throws -> DestinationReport {
        let change: Change = { destination, policy in
            let forbidden = matching.fields.filter { !policy.allows($0) }
            guard forbidden.isEmpty else { throw Refusal.fieldsNotAllowed(forbidden.map(\.name)) }
            destination.matching = matching
            destination.doNotContact = doNotContact
        }
        // Before a field is made at SendGrid: whoever does not go on has changed nothing anywhere.
        let lapses = try foresee(configuring: name, by: administrator, change)
        let created = try await create(creating, for: name, by: administrator)
        return try await configure(name, created: created, by: administrator, lapses, change)
    }

    /// Makes custom fields that are not there; returns the names of those that were made.
    private func create(
        _ fields: [String: CustomFieldDefinition.ValueType], for name: String, by administrator: AdministratorName
    ) async throws -> [String] {
        guard !fields.isEmpty else { return [] }
        let id = try destination(name).id
        let policy = try policyInForce()
        let forbidden = try fields.keys.map { try ContactField(name: "custom:\($0)") }.filter { !policy.allows($0) }
        guard forbidden.isEmpty else { throw Refusal.fieldsNotAllowed(forbidden.map(\.name).sorted()) }
        try await store.transaction { try $0.requireAdministrator(administrator) }
        return try await SendGrid.withConnection { sendGrid in
            let known = try await gate.inquire(id) { try await sendGrid.customFields($0) }
            var created: [String] = []
            for (name, type) in fields.sorted(by: { $0.key < $1.key })
            where !known.contains(where: { $0.name.lowercased() == name.lowercased() }) {
                _ = try await gate.inquire(id) { try await sendGrid.createField(name, type, $0) }
                created.append(name)
            }
            return created
        }
    }

    /// Chooses the segments to export.
    ///
    /// A consent covers the segments it names, as they were defined when it was signed.
    /// - Throws: ``OperationError/unknownSegment(_:)``; `Refusal` if it is removed or `administrator` is none.
    public func chooseSegments(
        _ name: String, segments: [SegmentName], by administrator: AdministratorName
    ) async throws -> DestinationReport {
        for segment in segments { _ = try self.segment(segment) }
        let change: Change = { destination, _ in
            destination.segments = segments.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
        let lapses = try foresee(configuring: name, by: administrator, change)
        return try await configure(name, by: administrator, lapses, change)
    }

    /// A change of a destination's configuration.
    typealias Change = @Sendable (inout Destination, Policy) throws -> Void

    private func foresee(
        configuring name: String, by administrator: AdministratorName, _ change: Change
    ) throws -> [String] {
        let id = try destination(name).id
        let policy = try policyInForce()
        return try foresee { transaction in
            try transaction.requireAdministrator(administrator)
            guard var destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            try change(&destination, policy)
            try transaction.update(configurationOf: destination)
        }
    }

    private func configure(
        _ name: String, created: [String] = [], by administrator: AdministratorName, _ lapses: [String],
        _ change: Change
    ) async throws -> DestinationReport {
        let id = try destination(name).id
        let policy = try policyInForce()
        let changed = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            guard var destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            if case .removed(let by, let at) = destination.standing { throw Refusal.removed(id, by: by, at: at) }
            try change(&destination, policy)
            try requireFields(of: destination, transaction)
            try transaction.update(configurationOf: destination)
            let configuration = CanonicalJSON.object([
                "matching": destination.matching?.canonical ?? .object([:]),
                "segments": .strings(destination.segments.map(\.text)),
                "do_not_contact": .strings(destination.doNotContact),
            ])
            var fields: [String: CanonicalJSON] = [
                "destination": .string(id.text),
                "fields": .strings(destination.matching?.fields.map(\.name) ?? []),
                "matching": destination.matching?.canonical ?? .object([:]),
                "do_not_contact": .strings(destination.doNotContact),
                "segments": .strings(destination.segments.map(\.text)),
                "configuration_sha256": .string(try SHA256.digest(of: configuration.bytes).hex),
            ]
            if !created.isEmpty { fields["created_fields"] = .strings(created) }
            _ = try appender.append(LogEntry(.destinationConfigured, actor: administrator.text, fields))
            return destination
        }.value
        return try report(on: changed.id, warnings: lapses)
    }

    /// Makes sure that every source of the segments has the fields that are matched, as soon as both are known: before
    /// anybody signs for them.
    func requireFields(of destination: Destination, _ transaction: SQLiteTransaction) throws {
        guard let matching = destination.matching else { return }
        let segments = try destination.segments.compactMap { try transaction.segment($0) }
        for name in Set(segments.map(\.source)).sorted() {
            guard let source = try transaction.source(name) else { throw OperationError.unknownSource(name) }
            let known = try SourceInspection.fields(of: source)
            for column in matching.pairs.map(\.column) + destination.doNotContact where !known.contains(column) {
                throw EngineError.missingColumn(column, path: "source \(name)", known: known)
            }
        }
    }

    /// Suspends a destination, or resumes it.
    /// - Throws: `Refusal` if it is removed or `administrator` is none.
    public func setSuspended(
        _ suspended: Bool, _ name: String, by administrator: AdministratorName
    ) async throws -> DestinationReport {
        let id = try destination(name).id
        _ = try await gate.set(suspended: suspended, id, by: administrator)
        return try showDestination(id.text)
    }
}
