public import Model

/// Why a key, a signature or a consent does not count.
public enum ConsentError: ReportableError, Equatable {
    case publicKey(problem: String)
    case language(Language)
    case statementMalformed(field: String)
    case statementUnclear(field: String, problem: String)
    case signatureMalformed(reason: String)
    case wrongNamespace(found: String)
    case wrongKey(AdministratorName)
    case untouched
    case altered
    case wrongAdministrator
    case wrongDestination(signed: DestinationID, asked: DestinationID)
    case replayed(index: Int64)
    case requestExpired(at: Timestamp)
    case issuedLater(at: Timestamp, now: Timestamp)
    case notAdministrator(AdministratorName)
    case retired(AdministratorName)
    case agreementSuperseded(signed: Int64, current: Int64)
    case expired(at: Timestamp)
    case withdrawn(index: Int64)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .publicKey: "bad-public-key"
        case .language: "no-such-language"
        case .statementMalformed: "bad-statement"
        case .signatureMalformed: "bad-signature-file"
        case .wrongNamespace: "signature-wrong-namespace"
        case .wrongKey: "signature-wrong-key"
        case .statementUnclear: "statement-unclear"
        case .untouched: "signature-without-touch"
        case .issuedLater: "clock-behind-consent"
        case .altered: "signature-altered"
        case .wrongAdministrator: "signature-wrong-administrator"
        case .wrongDestination: "signature-wrong-destination"
        case .replayed: "signature-replayed"
        case .requestExpired: "consent-request-expired"
        case .notAdministrator: "not-an-administrator"
        case .retired: "administrator-retired"
        case .agreementSuperseded: "agreement-superseded"
        case .expired: "consent-expired"
        case .withdrawn: "consent-withdrawn"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .publicKey(let problem): "this is no SSH public key that can be enrolled: \(problem)"
        case .language(let language): "there is no text in '\(language.rawValue)'"
        case .statementMalformed(let field): "the stored statement is not one that was issued here ('\(field)')"
        case .signatureMalformed(let reason): "this is no SSH signature: \(reason)"
        case .wrongNamespace(let found):
            "the signature was made for the namespace '\(found.prefix(64))', not for '\(SSHSignature.namespace)'"
        case .wrongKey(let name): "the signature was made with another key than the one enrolled for \(name)"
        case .statementUnclear(let field, let problem): "the statement would not be clear: '\(field)' \(problem)"
        case .untouched: "the signature was made without anybody touching the security key"
        case .issuedLater(let issued, let now):
            "the clock of this machine is wrong: it says \(now), and the statement was issued at \(issued)"
        case .altered:
            "the signature fits no statement issued to this administrator: the signed text was altered, or was never "
                + "issued"
        case .wrongAdministrator: "the statement names another administrator than the one whose consent it is stored as"
        case .wrongDestination(let signed, let asked):
            "the signature is for destination \(signed), not for \(asked)"
        case .replayed(let index): "this signature was already used for the consent at log index \(index)"
        case .requestExpired(let time): "the statement had to be signed before \(time)"
        case .notAdministrator(let name): "\(name) is an auditor; only administrators consent and change destinations"
        case .retired(let name): "\(name) is retired"
        case .agreementSuperseded(let signed, let current):
            "the consent is to version \(signed) of the agreement as it was; in force is version \(current)"
        case .expired(let time): "the consent was valid until \(time)"
        case .withdrawn(let index): "the consent at log index \(index) was withdrawn"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .publicKey:
            "Ed25519, ECDSA, RSA from 3072 bits on and FIDO tokens work: ssh-keygen -t ed25519 -f mykey, then mykey.pub"
        case .wrongNamespace, .altered, .signatureMalformed:
            "sign exactly what 'waybill consent request' prints: ssh-keygen -Y sign -n \(SSHSignature.namespace) "
                + "-f KEY statement.txt"
        case .untouched:
            "sign again, and touch the key when it blinks; keys made with -O no-touch-required do not consent"
        case .statementUnclear: "mend it where it was entered: the policy, the matched fields, the organization"
        case .issuedLater: "set the clock (timedatectl says what it is), and run the command again"
        case .replayed, .requestExpired, .agreementSuperseded, .expired, .withdrawn:
            "ask for a new statement with 'waybill consent request' and sign it"
        case .wrongKey: "sign with the enrolled key, or enrol the new key under another name"
        case .language: "the bundled agreement is in en and sv; 'waybill agreement list' shows what is published"
        case .statementMalformed: "ask for a new statement: waybill consent request DESTINATION --as NAME"
        case .wrongAdministrator: "keep the database as it is and run 'waybill log verify'"
        case .wrongDestination(let signed, _): "name what was signed for: waybill consent give \(signed)"
        case .notAdministrator, .retired: "see 'waybill admin list' for who can do it"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .publicKey, .signatureMalformed: .badInput
        case .statementUnclear, .issuedLater: .configuration
        case .language: .usage
        default: .refused
        }
    }
}
