public import Model

/// Why governance does not let something happen.
///
/// Each has its own sentence; nothing is refused silently.
public enum Refusal: ReportableError, Equatable {
    case removed(DestinationID, by: AdministratorName, at: Timestamp)
    case suspended(DestinationID, by: AdministratorName, at: Timestamp)
    case unknownDestination(String)
    case unknownAdministrator(AdministratorName)
    case notAdministrator(AdministratorName)
    case notConfigured(DestinationID, missing: String)
    case noPolicy
    case noAgreement
    case noConsent(DestinationID)
    case noConsentOf(AdministratorName, DestinationID)
    case fieldsNotConsented(DestinationID, fields: [String])
    case termsChanged(DestinationID, terms: [String])
    case matchingChanged(DestinationID, fields: [String])
    case doNotContactChanged(DestinationID, fields: [String])
    case ignoredFlagsChanged(DestinationID, fields: [String])
    case segmentsNotConsented(DestinationID, segments: [SegmentName])
    case segmentsChanged(DestinationID, segments: [SegmentName])
    case hostNotAllowed(String)
    case fieldsNotAllowed([String])
    case tooManyProfiles(count: Int64, maximum: Int64)
    case tooManyRemovals(count: Int, of: Int, maximum: Int64, percent: Int64)
    case filesEmptied([String], removals: Int)
    case batchOutsideExport(String)
    case scopeChanged(DestinationID)
    case keyMissing(DestinationID)
    case exportRunning(DestinationID)
    case stillInFlight(DestinationID)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .removed: "destination-removed"
        case .suspended: "destination-suspended"
        case .unknownDestination: "unknown-destination"
        case .unknownAdministrator: "unknown-administrator"
        case .notAdministrator: "not-an-administrator"
        case .notConfigured: "destination-not-configured"
        case .noPolicy: "no-policy"
        case .noAgreement: "no-agreement"
        case .noConsent, .noConsentOf: "no-consent"
        case .fieldsNotConsented: "fields-not-consented"
        case .termsChanged: "terms-changed"
        case .matchingChanged: "matching-changed"
        case .doNotContactChanged: "do-not-contact-changed"
        case .ignoredFlagsChanged: "ignored-flags-changed"
        case .segmentsNotConsented: "segments-not-consented"
        case .segmentsChanged: "segments-changed"
        case .hostNotAllowed: "host-not-allowed"
        case .fieldsNotAllowed: "fields-not-allowed"
        case .tooManyProfiles: "too-many-profiles"
        case .tooManyRemovals: "too-many-removals"
        case .filesEmptied: "files-emptied"
        case .batchOutsideExport: "batch-outside-export"
        case .scopeChanged: "configuration-changed"
        case .keyMissing: "api-key-missing"
        case .exportRunning: "export-running"
        case .stillInFlight: "request-still-in-flight"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .removed(let id, let name, let time): "destination \(id) was removed by \(name) at \(time)"
        case .suspended(let id, let name, let time): "destination \(id) was suspended by \(name) at \(time)"
        case .unknownDestination(let id): "there is no destination '\(id.prefix(64))'"
        case .unknownAdministrator(let name): "nobody is enrolled as \(name)"
        case .notAdministrator(let name): "\(name) is not an administrator, or is retired"
        case .notConfigured(let id, let missing): "destination \(id) has no \(missing) yet"
        case .noPolicy: "no boundary policy is in force"
        case .noAgreement: "no agreement is published"
        case .noConsent(let id): "nobody has consented to exports to destination \(id)"
        case .noConsentOf(let name, let id): "\(name) has not consented to exports to destination \(id)"
        case .fieldsNotConsented(let id, let fields):
            "the consent for destination \(id) does not cover the fields \(fields.joined(separator: ", "))"
        case .termsChanged(let id, let terms):
            "since the consent for destination \(id) was signed, the policy changed \(terms.joined(separator: ", "))"
        case .matchingChanged(let id, let fields):
            "since the consent for destination \(id) was signed, other profile fields were matched to "
                + fields.joined(separator: ", ")
        case .doNotContactChanged(let id, let fields):
            "the consent for destination \(id) was signed for leaving out who has \(fields.joined(separator: ", ")) set, "
                + "which is not configured any more"
        case .ignoredFlagsChanged(let id, let fields):
            "since the consent for destination \(id) was signed, these fields were declared harmless that look like an "
                + "opt-out: \(fields.joined(separator: ", "))"
        case .segmentsNotConsented(let id, let segments):
            "the consent for destination \(id) does not cover the segments \(Self.list(segments))"
        case .segmentsChanged(let id, let segments):
            "since the consent for destination \(id) was signed, these segments were defined anew: \(Self.list(segments))"
        case .hostNotAllowed(let host): "the boundary policy does not allow sending to \(host)"
        case .fieldsNotAllowed(let fields):
            "the boundary policy does not allow the fields \(fields.joined(separator: ", ")) to leave"
        case .tooManyProfiles(let count, let maximum):
            "the export would send \(count) profiles; the boundary policy allows \(maximum)"
        case .tooManyRemovals(let count, let delivered, let maximum, let percent):
            "the export would take \(count) of \(delivered) contacts off the list; the boundary policy allows "
                + "\(maximum), and \(percent) %, without being told so"
        case .filesEmptied(let files, let count):
            "files that had rows at the last export have none now: \(files.prefix(10).joined(separator: ", "))"
                + "\(files.count > 10 ? " and \(files.count - 10) more" : ""); \(count) contacts would be taken off the list"
        case .batchOutsideExport(let what): "a batch does not belong to the export it was prepared for: \(what) differs"
        case .scopeChanged(let id): "the configuration of destination \(id) changed while its export was under way"
        case .keyMissing(let id): "the API key of destination \(id) is gone"
        case .exportRunning(let id): "an export to destination \(id) is already running"
        case .stillInFlight(let id):
            "destination \(id) is removed and its key destroyed, but a process that holds a request open has not let go"
        }
    }

    private static func list(_ segments: [SegmentName]) -> String {
        segments.map(\.text).joined(separator: ", ")
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .suspended(let id, _, _): "an administrator can resume it: waybill destination resume \(id) --as NAME"
        case .removed: "connect a new destination if exports are wanted again; a removed one never comes back"
        case .unknownDestination: "see 'waybill destination list'"
        case .unknownAdministrator: "enrol with 'waybill admin enroll NAME --key FILE.pub'"
        case .notConfigured(let id, let missing):
            missing == "segments"
                ? "choose them: waybill destination segments \(id) SEGMENT --as NAME"
                : "match the fields: waybill destination map \(id) --email FIELD --as NAME"
        case .noConsent(let id), .noConsentOf(_, let id), .fieldsNotConsented(let id, _), .termsChanged(let id, _),
            .matchingChanged(let id, _), .doNotContactChanged(let id, _), .ignoredFlagsChanged(let id, _),
            .segmentsNotConsented(let id, _),
            .segmentsChanged(let id, _):
            "sign anew: waybill consent request \(id) --as NAME, then waybill consent give"
        case .hostNotAllowed, .fieldsNotAllowed, .tooManyProfiles:
            "see 'waybill policy show'; change it with 'waybill policy apply FILE --as NAME'"
        case .tooManyRemovals: "look at 'waybill export plan' first; if it is right, run with --allow-removals"
        case .filesEmptied:
            "wait until the source is whole again, or, if they are meant to be empty, run with --allow-removals"
        case .noPolicy: "apply one: waybill policy apply FILE --as NAME"
        case .noAgreement: "publish one: waybill agreement publish DIR --as NAME"
        case .exportRunning: "wait for it to end, or see 'waybill export list'"
        case .stillInFlight: "find the waybill process that is stuck and end it; nothing new can start"
        case .notAdministrator: "see 'waybill admin list' for who can do it"
        case .batchOutsideExport: "nothing was sent; please report it, see SECURITY.md for where"
        case .scopeChanged: "run the export again: it goes by the new configuration"
        case .keyMissing: "connect a destination anew with a key, and remove this one"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .unknownDestination, .unknownAdministrator, .notConfigured: .configuration
        case .exportRunning, .stillInFlight: .interrupted
        case .batchOutsideExport: .internalError
        default: .refused
        }
    }
}
