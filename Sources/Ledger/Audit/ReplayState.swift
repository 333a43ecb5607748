internal import Model
internal import Vault

extension Replay {
    mutating func applyPerson(_ entry: CanonicalJSON, _ index: Int64, _ findings: inout Findings) throws {
        guard let name = entry.optionalString("administrator") else {
            findings.add("I3", index, "the entry names nobody")
            return
        }
        if entry.optionalString("type") == EntryType.adminRetired.rawValue {
            people[name]?.isRetired = true
        } else {
            if try !Self.isKeyConsistent(entry) {
                findings.add("I3", index, "the public key is not the one that its type and digest say")
            }
            people[name] = Person(
                keyDigest: entry.optionalString("key_sha256") ?? "",
                isAdministrator: entry.optionalString("role") == "administrator", enrolledAt: index)
        }
    }

    /// Whether the key that somebody was enrolled with is of the type and has the digest that consents are held against.
    private static func isKeyConsistent(_ entry: CanonicalJSON) throws -> Bool {
        guard let key = entry.optionalString("public_key") else { return true }
        let words = key.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, words[0].hasSameBytes(as: entry.optionalString("key_type") ?? ""),
            let blob = Base64.decode(words[1])
        else { return false }
        return try SHA256.digest(of: blob).hex == entry.optionalString("key_sha256")
    }

    mutating func applyAgreement(_ entry: CanonicalJSON) {
        guard let name = entry.optionalString("agreement"), let version = try? entry.integer("version"),
            case .object(let texts) = entry["texts"], version >= agreements[name]?.version ?? .min
        else { return }
        let digests = texts.values.compactMap { value -> String? in
            guard case .string(let digest) = value else { return nil }
            return digest
        }
        agreements[name] = Agreement(version: version, digests: Set(digests))
    }

    mutating func applyPolicy(_ entry: CanonicalJSON, _ index: Int64, _ findings: inout Findings) throws {
        // A policy that cannot be read allows nothing, until the next one.
        policy = nil
        guard let rules = entry["policy"], case .object(let fields) = rules["fields"],
            let hosts = try? rules.strings("hosts")
        else {
            findings.add("I5", index, "the policy has no hosts or no fields")
            return
        }
        let digest = try SHA256.digest(of: rules.bytes).hex
        if digest != entry.optionalString("policy_sha256") {
            findings.add("I5", index, "the policy is not the one that its digest was made of")
        }
        policy = Policy(digest: digest, hosts: Set(hosts), fields: Set(fields.keys))
    }

    mutating func applyConsent(_ entry: CanonicalJSON, _ index: Int64) {
        consents[index] = Consent(entry: entry)
        guard let name = entry.optionalString("destination"), let person = entry.optionalString("administrator") else {
            return
        }
        destinations[name]?.newestConsent[person] = index
    }

    mutating func applyWithdrawal(_ entry: CanonicalJSON, _ index: Int64, _ findings: inout Findings) {
        guard let cited = try? entry.integer("consent_index"), consents[cited] != nil else {
            findings.add("I4", index, "the entry withdraws a consent that was not given before it")
            return
        }
        consents[cited]?.isWithdrawn = true
        if let name = entry.optionalString("destination") { destinations[name]?.withdrawnAt = index }
    }

    mutating func applyDestination(_ entry: CanonicalJSON, _ index: Int64, _ findings: inout Findings) {
        guard let name = entry.optionalString("destination") else {
            findings.add("I4", index, "the entry names no destination")
            return
        }
        let type = entry.optionalString("type").flatMap(EntryType.init)
        if type == .destinationConnected {
            guard destinations[name] == nil else {
                findings.add(
                    "I4", index, "a destination of this name was connected before; a removed one never comes back")
                return
            }
            destinations[name] = Destination(host: entry.optionalString("host"))
            return
        }
        guard destinations[name] != nil else {
            findings.add("I4", index, "the destination was never connected")
            return
        }
        switch type {
        case .destinationSuspended: destinations[name]?.isSuspended = true
        case .destinationResumed: destinations[name]?.isSuspended = false
        case .destinationRemoved: destinations[name]?.isRemoved = true
        default:
            destinations[name]?.fields = Set((try? entry.strings("fields")) ?? [])
            destinations[name]?.segments = Set((try? entry.strings("segments")) ?? [])
            destinations[name]?.matching = entry["matching"]
            destinations[name]?.doNotContact = Set((try? entry.strings("do_not_contact")) ?? [])
            destinations[name]?.ignoredFlags = Set((try? entry.strings("ignored_flags")) ?? [])
        }
    }
}
