internal import Model
internal import Vault

/// Goes through the entries as they happened, keeps what was in force at each, and checks I1 to I5 from that alone.
struct Replay {
    struct Person {
        var keyDigest: String
        var isAdministrator: Bool
        var enrolledAt: Int64
        var isRetired = false
    }

    struct Agreement {
        var version: Int64
        var digests: Set<String>
    }

    struct Policy {
        var digest: String
        var hosts: Set<String>
        var fields: Set<String>

        func allows(_ field: String) -> Bool {
            fields.contains(field) || (field.hasPrefix("custom:") && fields.contains("custom:*"))
        }
    }

    struct Consent {
        var entry: CanonicalJSON
        var isWithdrawn = false
    }

    struct Destination {
        var host: String?
        var isSuspended = false
        var isRemoved = false
        /// Fields and segments of its newest configuration, once it has one.
        var fields: Set<String>?
        var segments: Set<String>?
        /// Contact field to profile field.
        var matching: CanonicalJSON?
        var doNotContact: Set<String> = []
        /// Profile fields that were declared harmless though they look like an opt-out.
        var ignoredFlags: Set<String> = []
        /// Where a consent to it was withdrawn last.
        var withdrawnAt: Int64?
        /// The newest consent to it of every administrator.
        var newestConsent: [String: Int64] = [:]
    }

    struct Intent {
        var export: String?
        var destination: String?
        var isReported = false
    }

    /// How many entries the newest sound head covers.
    var coveredSize: Int64 = 0
    var people: [String: Person] = [:]
    var agreements: [String: Agreement] = [:]
    var policy: Policy?
    var consents: [Int64: Consent] = [:]
    var destinations: [String: Destination] = [:]
    /// The destination of every export that was started.
    var exports: [String: String] = [:]
    /// Exports that ended, and were not resumed since.
    var endedExports: Set<String> = []
    private var intents: [Int64: Intent] = [:]

    var openIntents: [Int64] { intents.filter { !$0.value.isReported }.keys.sorted() }

    /// Takes an entry: checks whether it may be, then what it changes.
    mutating func apply(_ entry: CanonicalJSON, at index: Int64, _ findings: inout Findings) throws {
        switch entry.optionalString("type").flatMap(EntryType.init) {
        case .adminEnrolled, .adminRetired: try applyPerson(entry, index, &findings)
        case .agreementPublished: applyAgreement(entry)
        case .policyApplied: try applyPolicy(entry, index, &findings)
        case .consentGiven: applyConsent(entry, index)
        case .consentWithdrawn: applyWithdrawal(entry, index, &findings)
        case .destinationConnected, .destinationConfigured, .destinationSuspended, .destinationResumed,
            .destinationRemoved:
            applyDestination(entry, index, &findings)
        case .exportStarted:
            if let export = entry.optionalString("export"), exports[export] != nil {
                findings.add("I2", index, "an export of this name was started before")
            }
            applyExport(entry, &findings)
        case .exportResumed:
            if let export = entry.optionalString("export"), exports[export] != entry.optionalString("destination") {
                findings.add("I2", index, "the export that goes on was never started to this destination")
            }
            applyExport(entry, &findings)
        case .exportFinished: entry.optionalString("export").map { _ = endedExports.insert($0) }
        case .transferIntent:
            checkConsent(of: entry, at: index, &findings)
            checkStanding(of: entry, at: index, &findings)
            checkScope(of: entry, at: index, &findings)
            intents[index] = Intent(
                export: entry.optionalString("export"), destination: entry.optionalString("destination"))
        case .transferOutcome: applyOutcome(entry, index, &findings)
        default: break
        }
    }

    /// Reports what only the end of the log can show.
    func finish(into findings: inout Findings) {
        for index in intents.keys.sorted() where index >= coveredSize {
            findings.add("I1", index, "the intent is under no signed head")
        }
    }

    // MARK: I1, I2

    private mutating func applyOutcome(_ entry: CanonicalJSON, _ index: Int64, _ findings: inout Findings) {
        guard let cited = try? entry.integer("intent"), let intent = intents.removeValue(forKey: cited) else {
            findings.add("I2", index, "the outcome is of no intent before it, or of one that has an outcome already")
            return
        }
        if coveredSize <= cited {
            findings.add("I1", cited, "no head was signed between the intent and its outcome at \(index)")
        }
        if intent.export != entry.optionalString("export")
            || intent.destination != entry.optionalString("destination")
        {
            findings.add("I2", index, "the outcome names another export or destination than its intent")
        }
    }

    /// A destination with an unknown outcome is frozen: the next export must find every earlier intent closed.
    private mutating func applyExport(_ entry: CanonicalJSON, _ findings: inout Findings) {
        guard let export = entry.optionalString("export"), let destination = entry.optionalString("destination") else {
            return
        }
        exports[export] = destination
        endedExports.remove(export)
        for (index, intent) in intents.sorted(by: { $0.key < $1.key })
        where intent.destination == destination && intent.export != export && !intent.isReported {
            findings.add("I2", index, "the intent had no outcome when the next export to its destination was started")
            intents[index]?.isReported = true
        }
    }
}
