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
    ///   - ignoredFlags: profile fields that look like an opt-out and are harmless.
    ///   - creating: custom fields to make at SendGrid if there are none of these names, with their types.
    /// - Throws: `Refusal` if it is removed, a field is not allowed, or `administrator` is none; an error of class
    ///   bad-input if no source has a field; `DeliveryError` if a field cannot be made.
    public func mapDestination(
        _ name: String, matching: DataMatching, doNotContact: [String], ignoredFlags: [String] = [],
        creating: [String: CustomFieldDefinition.ValueType] = [:], by administrator: AdministratorName
    ) async throws -> DestinationReport {
        try EnteredText.require(matching.pairs.map(\.column) + doNotContact + ignoredFlags, "a matched field's name")
        try Self.requireHarmless(ignoredFlags, doNotContact)
        var wanted = try destination(name)
        let fields = try await sourceFields(of: wanted.segments)
        let flags = wanted.segments.isEmpty ? doNotContact : fields.flags(with: doNotContact)
        (wanted.matching, wanted.doNotContact, wanted.ignoredFlags) = (matching, flags, ignoredFlags)
        // Before anything is made at SendGrid.
        try store.reading { [wanted] in try requireFields(of: wanted, fields, $0) }
        for flag in ignoredFlags { try fields.requireSomewhere(flag, isFlag: true) }
        let change: Change = { destination, policy in
            let forbidden = matching.fields.filter { !policy.allows($0) }
            guard forbidden.isEmpty else { throw Refusal.fieldsNotAllowed(forbidden.map(\.name)) }
            destination.matching = matching
            destination.doNotContact = flags
            destination.ignoredFlags = ignoredFlags.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
        // Before a field is made at SendGrid: whoever does not go on has changed nothing anywhere.
        let lapses = try foresee(configuring: name, by: administrator, change)
        let created = try await create(creating, for: name, by: administrator)
        return try await configure(
            name, fields, created: created, by: administrator, lapses + FlagReview.doubts(about: doNotContact), change)
    }

    /// Makes sure that nothing is declared harmless that keeps people out.
    private static func requireHarmless(_ ignored: [String], _ doNotContact: [String]) throws {
        for field in ignored {
            if FlagReview.isKnown(field) {
                throw OperationError.ignoredFlag(
                    field, problem: "always keeps people out and cannot be declared harmless")
            }
            if FlagReview.has(field, among: doNotContact) {
                throw OperationError.ignoredFlag(field, problem: "is given with --do-not-contact as well")
            }
        }
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

    /// Chooses the segments to export; none, to move the destination to another source.
    ///
    /// A consent covers the segments it names, as they were defined when it was signed. Of the flags that count by their
    /// names alone, those that the segments' sources have become do-not-contact fields of the destination.
    /// - Throws: ``OperationError/unknownSegment(_:)``; `Refusal` if it is removed or `administrator` is none.
    public func chooseSegments(
        _ name: String, segments: [SegmentName], by administrator: AdministratorName
    ) async throws -> DestinationReport {
        for segment in segments { _ = try self.segment(segment) }
        let fields = try await sourceFields(of: segments)
        let change: Change = { destination, _ in
            destination.segments = segments.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            let flags = destination.doNotContact
            destination.doNotContact =
                segments.isEmpty ? flags.filter { !FlagReview.isKnown($0) } : fields.flags(of: flags)
        }
        // Before anything is said of what would end: what is refused ends nothing.
        var wanted = try destination(name)
        try change(&wanted, try policyInForce())
        try store.reading { [wanted] in try requireFields(of: wanted, fields, $0) }
        let lapses = try foresee(configuring: name, by: administrator, change)
        return try await configure(name, fields, by: administrator, lapses, change)
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
        _ name: String, _ fields: SourceFields, created: [String] = [], by administrator: AdministratorName,
        _ lapses: [String], _ change: Change
    ) async throws -> DestinationReport {
        let id = try destination(name).id
        let policy = try policyInForce()
        let (changed, warnings) = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            guard var destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            if case .removed(let by, let at) = destination.standing { throw Refusal.removed(id, by: by, at: at) }
            try change(&destination, policy)
            try requireFields(of: destination, fields, transaction)
            try transaction.update(configurationOf: destination)
            _ = try appender.append(
                LogEntry(
                    .destinationConfigured, actor: administrator.text, try Self.entry(of: destination, created: created)
                ))
            return (destination, UnusedFlag.warnings(try unusedFlags(of: destination, fields, transaction)))
        }.value
        return try report(on: changed.id, warnings: lapses + warnings)
    }

    private static func entry(of destination: Destination, created: [String]) throws -> [String: CanonicalJSON] {
        var configuration: [String: CanonicalJSON] = [
            "matching": destination.matching?.canonical ?? .object([:]),
            "segments": .strings(destination.segments.map(\.text)),
            "do_not_contact": .strings(destination.doNotContact),
        ]
        if !destination.ignoredFlags.isEmpty { configuration["ignored_flags"] = .strings(destination.ignoredFlags) }
        var entry = configuration
        entry["destination"] = .string(destination.id.text)
        entry["fields"] = .strings(destination.matching?.fields.map(\.name) ?? [])
        entry["configuration_sha256"] = .string(
            try SHA256.digest(of: CanonicalJSON.object(configuration).bytes).hex)
        if !created.isEmpty { entry["created_fields"] = .strings(created) }
        return entry
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
