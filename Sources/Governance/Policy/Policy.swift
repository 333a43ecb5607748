public import Model
internal import Vault

/// The rules of the compliance boundary: what may leave, where to, how much, under consent of which age.
///
/// Written by people in `boundary.yaml`; stored, logged and digested in canonical form.
public struct Policy: Sendable, Hashable {
    /// Hosts that data may be sent to.
    ///
    /// Loopback is allowed beside them, as rehearsal.
    public var hosts: [String]
    /// Contact fields that may leave, each with its data category; `custom:*` stands for any custom field.
    public var fields: [String: String]
    /// The most profiles of one export.
    public var maximumProfiles: Int64
    /// How many contacts one export may take off the list without being told that it may.
    public var maximumRemovals: Int64
    /// What share of the delivered contacts that may be at most, in percent.
    public var maximumRemovalPercent: Int64
    /// Whether SendGrid's own suppressions are read before sending, and whoever is on them left out.
    public var readsSuppressions: Bool
    /// From how many profiles on a warning is shown.
    public var warnProfiles: Int64
    /// How many days a consent is valid.
    public var consentDays: Int64
    /// How many minutes an issued statement can be signed.
    public var requestMinutes: Int64
    /// What the transfers are for.
    public var purpose: String
    /// The safeguard that the transfers rest on, in words.
    public var transferMechanism: String
    /// The country of the recipient, ISO 3166-1.
    public var country: String
    /// The recipient.
    public var recipient: String

    /// A policy with these rules.
    public init(
        hosts: [String], fields: [String: String], maximumProfiles: Int64, warnProfiles: Int64, consentDays: Int64,
        requestMinutes: Int64, purpose: String, transferMechanism: String, country: String, recipient: String,
        maximumRemovals: Int64 = 10_000, maximumRemovalPercent: Int64 = 50, readsSuppressions: Bool = false
    ) {
        self.maximumRemovals = maximumRemovals
        self.maximumRemovalPercent = maximumRemovalPercent
        self.readsSuppressions = readsSuppressions
        self.hosts = hosts
        self.fields = fields
        self.maximumProfiles = maximumProfiles
        self.warnProfiles = warnProfiles
        self.consentDays = consentDays
        self.requestMinutes = requestMinutes
        self.purpose = purpose
        self.transferMechanism = transferMechanism
        self.country = country
        self.recipient = recipient
    }

    /// As stored, logged and digested.
    public var canonical: CanonicalJSON {
        .object([
            "consent_days": .integer(consentDays), "country": .string(country),
            "fields": .object(fields.mapValues { .string($0) }), "hosts": .strings(hosts.sorted()),
            "maximum_profiles": .integer(maximumProfiles),
            "maximum_removal_percent": .integer(maximumRemovalPercent),
            "maximum_removals": .integer(maximumRemovals), "read_suppressions": .flag(readsSuppressions),
            "purpose": .string(purpose),
            "recipient": .string(recipient), "request_minutes": .integer(requestMinutes),
            "transfer_mechanism": .string(transferMechanism), "warn_profiles": .integer(warnProfiles),
        ])
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError`` if it has another shape.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        guard case .object(let members) = canonical["fields"] else { throw .configuration(key: "fields") }
        var fields: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let category) = value else { throw .configuration(key: name) }
            fields[name] = category
        }
        self.init(
            hosts: try canonical.strings("hosts"), fields: fields,
            maximumProfiles: try canonical.integer("maximum_profiles"),
            warnProfiles: try canonical.integer("warn_profiles"), consentDays: try canonical.integer("consent_days"),
            requestMinutes: try canonical.integer("request_minutes"), purpose: try canonical.string("purpose"),
            transferMechanism: try canonical.string("transfer_mechanism"), country: try canonical.string("country"),
            recipient: try canonical.string("recipient"),
            maximumRemovals: (try? canonical.integer("maximum_removals")) ?? 10_000,
            maximumRemovalPercent: (try? canonical.integer("maximum_removal_percent")) ?? 50,
            readsSuppressions: canonical.optionalString("read_suppressions") == "yes")
    }

    /// The SHA-256 of ``canonical``, which every intent cites.
    /// - Throws: `VaultError` if hashing fails.
    public func digest() throws -> Digest { try SHA256.digest(of: canonical.bytes) }

    /// Whether requests may go to `endpoint`.
    public func allows(_ endpoint: Endpoint) -> Bool {
        endpoint.isLoopback || (endpoint.isSecure && hosts.contains(endpoint.host))
    }

    /// Whether requests may go to `endpoint` because `origin` says so: this machine is for rehearsals alone, so SendGrid
    /// itself cannot name it.
    public func allows(_ endpoint: Endpoint, namedBy origin: Endpoint) -> Bool {
        allows(endpoint) && (origin.isLoopback || !endpoint.isLoopback)
    }

    /// Whether `field` may leave.
    public func allows(_ field: ContactField) -> Bool {
        if fields[field.name] != nil { return true }
        guard case .custom = field else { return false }
        return fields["custom:*"] != nil
    }
}
