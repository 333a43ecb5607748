internal import Model

extension Replay {
    // MARK: I3

    /// The intent must cite a consent before it that held at its time.
    func checkConsent(of intent: CanonicalJSON, at index: Int64, _ findings: inout Findings) {
        guard let cited = try? intent.integer("consent_index"), let consent = consents[cited] else {
            findings.add("I3", index, "the intent cites no consent given before it")
            return
        }
        let given = consent.entry
        func require(_ holds: Bool, _ problem: String) {
            if !holds { findings.add("I3", index, "\(problem) (consent at \(cited))") }
        }
        require(same("destination", intent, given), "the consent is to another destination")
        require(!consent.isWithdrawn, "the consent was withdrawn before")
        require(isWithinValidity(intent, given), "the consent was not valid at the time of the intent")
        let names = ["agreement", "agreement_version", "agreement_sha256"]
        require(
            names.allSatisfy { same($0, intent, given) }, "the consent is to another agreement than the intent names")
        require(isNewestAgreement(intent), "the agreement was not the newest published one")
        if let destination = intent.optionalString("destination").flatMap({ destinations[$0] }),
            let newest = given.optionalString("administrator").flatMap({ destination.newestConsent[$0] })
        {
            require(newest == cited, "its administrator had given a newer consent, at \(newest)")
        }
        requireSigner(of: given, at: cited, require)
    }

    private func requireSigner(of given: CanonicalJSON, at cited: Int64, _ require: (Bool, String) -> Void) {
        guard let person = given.optionalString("administrator").flatMap({ people[$0] }) else {
            require(false, "whoever consented was never enrolled")
            return
        }
        require(person.isAdministrator, "whoever consented is no administrator")
        require(!person.isRetired, "whoever consented was retired before")
        require(
            person.enrolledAt < cited && given.optionalString("key_sha256") == person.keyDigest,
            "the consent was not signed with the key that its administrator was enrolled with")
    }

    private func same(_ key: String, _ intent: CanonicalJSON, _ given: CanonicalJSON) -> Bool {
        intent[key] != nil && intent[key] == given[key]
    }

    private func isWithinValidity(_ intent: CanonicalJSON, _ given: CanonicalJSON) -> Bool {
        func time(_ key: String, _ entry: CanonicalJSON) -> Timestamp? {
            entry.optionalString(key).flatMap { try? Timestamp($0) }
        }
        guard let now = time("time", intent), let from = time("valid_from", given),
            let until = time("valid_until", given)
        else { return false }
        return from <= now && now < until
    }

    private func isNewestAgreement(_ intent: CanonicalJSON) -> Bool {
        guard let newest = intent.optionalString("agreement").flatMap({ agreements[$0] }),
            let digest = intent.optionalString("agreement_sha256")
        else { return false }
        return (try? intent.integer("agreement_version")) == newest.version && newest.digests.contains(digest)
    }

    // MARK: I4

    /// The destination must have been connected, and neither it nor the consent been taken back.
    func checkStanding(of intent: CanonicalJSON, at index: Int64, _ findings: inout Findings) {
        if let cited = try? intent.integer("consent_index"), consents[cited]?.isWithdrawn == true {
            findings.add("I4", index, "the intent comes after the withdrawal of its consent at \(cited)")
        }
        guard let destination = intent.optionalString("destination").flatMap({ destinations[$0] }) else {
            findings.add("I4", index, "the destination of the intent was never connected")
            return
        }
        if let cited = try? intent.integer("consent_index"), consents[cited]?.isWithdrawn == false,
            let withdrawn = destination.withdrawnAt, cited < withdrawn
        {
            findings.add(
                "I4", index, "a consent to the destination was withdrawn at \(withdrawn), after the one at \(cited)")
        }
        if destination.isRemoved { findings.add("I4", index, "the intent comes after its destination was removed") }
        if destination.isSuspended {
            findings.add("I4", index, "the intent was made while its destination was suspended")
        }
    }

    // MARK: I5

    /// What leaves must be consented to, allowed by the policy in force, configured, and part of an export.
    func checkScope(of intent: CanonicalJSON, at index: Int64, _ findings: inout Findings) {
        func require(_ holds: Bool, _ problem: String) {
            if !holds { findings.add("I5", index, problem) }
        }
        guard let fields = try? intent.strings("fields"), let segments = try? intent.strings("segments") else {
            require(false, "the intent does not say which fields and segments leave")
            return
        }
        if let consent = (try? intent.integer("consent_index")).flatMap({ consents[$0] })?.entry {
            let allowed = (try? consent.strings("fields")) ?? []
            require(Set(fields).isSubset(of: allowed), "a field leaves that the consent does not name")
            let members = (try? consent.strings("segments")) ?? []
            require(Set(segments).isSubset(of: members), "a segment leaves that the consent does not name")
            if let name = intent.optionalString("destination"), let destination = destinations[name],
                destination.fields != nil
            {
                require(
                    fields.allSatisfy { destination.matching?[$0] == consent["matching"]?[$0] },
                    "a field is filled from another profile field than the consent says")
                let kept = (try? consent.strings("do_not_contact")) ?? []
                require(
                    destination.doNotContact.isSuperset(of: kept),
                    "profiles leave that the consent says are left out (do_not_contact)")
                require(
                    destination.ignoredFlags.isSubset(of: (try? consent.strings("ignored_flags")) ?? []),
                    "fields that look like an opt-out are declared harmless, which the consent does not say (ignored_flags)"
                )
            }
        }
        let name = intent.optionalString("destination")
        let destination = name.flatMap { destinations[$0] }
        require(destination?.fields?.isSuperset(of: fields) ?? true, "a field leaves that is not matched")
        require(destination?.segments?.isSuperset(of: segments) ?? true, "a segment leaves that is not chosen")
        require(
            intent.optionalString("export").flatMap { exports[$0] } == name && name != nil,
            "the intent belongs to no export that was started to its destination")
        require(
            !(intent.optionalString("export").map(endedExports.contains) ?? false),
            "the intent comes after the end of its export")
        guard let policy else {
            require(false, "no policy is in force")
            return
        }
        require(
            intent.optionalString("policy_sha256") == policy.digest, "the intent cites another policy than is in force")
        require(fields.allSatisfy(policy.allows), "a field leaves that the policy does not allow")
        requireHost(of: intent, destination, policy, require)
    }

    private func requireHost(
        of intent: CanonicalJSON, _ destination: Destination?, _ policy: Policy, _ require: (Bool, String) -> Void
    ) {
        let host = intent.optionalString("host") ?? ""
        let isLoopback = Self.isLoopback(host)
        require(isLoopback || policy.hosts.contains(host), "the policy does not allow the host")
        require(
            intent.optionalString("rehearsal") == (isLoopback ? "yes" : "no"),
            "the intent is wrong about being a rehearsal")
        require(
            destination.map { Self.fits(host, $0, intent) } ?? true,
            "the host is not the one the destination was connected with")
    }

    /// A file goes where SendGrid says, which may be this machine in a rehearsal alone; all else to the connected host.
    private static func fits(_ host: String, _ destination: Destination, _ intent: CanonicalJSON) -> Bool {
        guard host != destination.host else { return true }
        return intent.optionalString("action") == "import"
            && isLoopback(host) == isLoopback(destination.host ?? "")
    }

    /// Whether the host is this machine (RFC 5735, RFC 4291).
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || host == "::1"
            || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
    }
}
