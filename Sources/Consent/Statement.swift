public import Model

/// The statement an administrator signs: plain UTF-8 text, one field a line, that names the agreement, the destination
/// and the exact scope.
///
/// Its bytes are stored as issued and never written anew.
public struct Statement: Sendable, Hashable {
    /// The parts of a statement.
    public struct Parts: Sendable, Hashable {
        /// The version of the agreement.
        public var agreementVersion: Int64
        /// The SHA-256 of the agreement as it was read.
        public var agreementDigest: Digest
        /// The language of the agreement.
        public var language: Language
        /// On whose behalf data leaves.
        public var organization: String
        /// Who is to sign.
        public var administrator: AdministratorName
        /// The destination it is about.
        public var destination: DestinationID
        /// The contact list.
        public var listID: ContactListID
        /// Where its API is.
        public var endpoint: String
        /// The recipient.
        public var processor: String
        /// The country of the recipient.
        public var country: String
        /// What the transfers are for.
        public var purpose: String
        /// Which contact fields it covers, and which profile field fills each.
        public var matching: DataMatching
        /// Profile fields that keep a profile from being sent, beside the ones known by name.
        public var doNotContact: [String]
        /// Profile fields that look like an opt-out and were declared harmless; they have no line if there are none.
        public var ignoredFlags: [String] = []
        /// Profile fields that look like an opt-out and that nothing uses; they have no line if there are none.
        public var unusedFlags: [String] = []
        /// Each segment with the SHA-256 of its definition: who changes a rule asks for consent anew.
        public var segments: [SegmentName: Digest]
        /// When exports run by themselves, as `destination schedule` shows it; no line if they do not.
        public var schedule: String?
        /// The safeguard that the transfers rest on.
        public var transferMechanism: String
        /// From when the consent is valid.
        public var validFrom: Timestamp
        /// Until when the consent is valid.
        public var validUntil: Timestamp
        /// 256 bits, hexadecimal, used once.
        public var nonce: String
        /// When it was issued.
        public var issued: Timestamp
        /// The log that issued it.
        public var logOrigin: String
        /// The size of the log when it was issued: the signature is later than this.
        public var logSize: Int64
        /// The root of the log when it was issued.
        public var logRoot: Digest

        // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
        public init(
            agreementVersion: Int64, agreementDigest: Digest, language: Language, organization: String,
            administrator: AdministratorName, destination: DestinationID, listID: ContactListID, endpoint: String,
            processor: String, country: String, purpose: String, matching: DataMatching,
            doNotContact: [String], segments: [SegmentName: Digest], transferMechanism: String, validFrom: Timestamp,
            validUntil: Timestamp,
            nonce: String, issued: Timestamp, logOrigin: String, logSize: Int64, logRoot: Digest
        ) {
            self.agreementVersion = agreementVersion
            self.agreementDigest = agreementDigest
            self.language = language
            self.organization = organization
            self.administrator = administrator
            self.destination = destination
            self.listID = listID
            self.endpoint = endpoint
            self.processor = processor
            self.country = country
            self.purpose = purpose
            self.matching = matching
            self.doNotContact = doNotContact
            self.segments = segments
            self.transferMechanism = transferMechanism
            self.validFrom = validFrom
            self.validUntil = validUntil
            self.nonce = nonce
            self.issued = issued
            self.logOrigin = logOrigin
            self.logSize = logSize
            self.logRoot = logRoot
        }

        /// The contact fields it covers.
        public var fields: [ContactField] { matching.fields }
    }

    /// What the statement says.
    public let parts: Parts
    /// The exact bytes that are signed.
    public let bytes: [UInt8]

    private static let title = "exporter-authorization/v1"

    /// Writes the statement that says `parts`.
    public init(_ parts: Parts) {
        self.parts = parts
        let segments = parts.segments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.hex)" }
        let lines: [(key: String, value: String?)] = [
            ("declaration", Self.declaration(parts.language)),
            ("agreement-id", Agreement.identifier),
            ("agreement-version", "\(parts.agreementVersion)"),
            ("agreement-sha256", parts.agreementDigest.hex),
            ("language", parts.language.rawValue),
            ("organization", parts.organization),
            ("administrator-id", parts.administrator.text),
            ("role", Administrator.Role.administrator.rawValue),
            ("destination-id", parts.destination.text),
            ("destination-kind", "sendgrid"),
            ("destination-list", parts.listID.text),
            ("destination-endpoint", parts.endpoint),
            ("processor", parts.processor),
            ("boundary", "data leaves the compliance boundary of the organization"),
            ("country", parts.country),
            ("purposes", parts.purpose),
            ("data-fields", parts.fields.map(\.name).joined(separator: ", ")),
            ("data-matching", parts.matching.canonical.text),
            ("do-not-contact", CanonicalJSON.strings(parts.doNotContact).text),
            ("ignored-flags", Self.later(parts.ignoredFlags)),
            ("unused-flags", Self.later(parts.unusedFlags)),
            ("segments", segments.joined(separator: ", ")),
            ("schedule", parts.schedule),
            ("transfer-mechanism", parts.transferMechanism),
            ("valid-from", "\(parts.validFrom)"),
            ("valid-until", "\(parts.validUntil)"),
            ("nonce", parts.nonce),
            ("issued-at", "\(parts.issued)"),
            ("log-origin", parts.logOrigin),
            ("log-size-at-issue", "\(parts.logSize)"),
            ("log-root-at-issue", parts.logRoot.hex),
        ]
        let written = lines.compactMap { line in line.value.map { "\(line.key): \(Self.oneLine($0))\n" } }
        let text = Self.title + "\n" + written.joined()
        bytes = Array(text.utf8)
    }

    /// Lines that came later stand where there is something to say, so that earlier statements stay as they were.
    private static func later(_ fields: [String]) -> String? {
        fields.isEmpty ? nil : CanonicalJSON.strings(fields).text
    }

    /// Reads a statement from its exact bytes.
    /// - Throws: ``ConsentError/statementMalformed(field:)`` if it is not one that ``init(_:)`` could have written.
    public init(bytes: [UInt8]) throws(ConsentError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .statementMalformed(field: "encoding") }
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            guard let colon = line.firstRange(of: ": ") else { continue }
            values[line[..<colon.lowerBound]] = line[colon.upperBound...]
        }
        do {
            parts = try Self.parts(values)
        } catch {
            throw error as? ConsentError ?? .statementMalformed(field: "value")
        }
        self.bytes = bytes
        // The one way to be sure that nothing was read past: write it again and compare.
        guard Statement(parts).bytes == bytes else { throw .statementMalformed(field: "layout") }
    }

    private static func parts(_ values: [Substring: Substring]) throws -> Parts {
        func value(_ key: String) throws(ConsentError) -> String {
            guard let value = values[key[...]] else { throw .statementMalformed(field: key) }
            return String(value)
        }
        func number(_ key: String) throws -> Int64 {
            guard let number = Int64(try value(key)) else { throw ConsentError.statementMalformed(field: key) }
            return number
        }
        func list(_ key: String) throws -> [String] {
            try value(key).split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        func strings(_ key: String) throws -> [String] {
            try CanonicalJSON.object(["all": CanonicalJSON(bytes: Array(try value(key).utf8))]).strings("all")
        }
        guard let language = Language(rawValue: try value("language")) else {
            throw ConsentError.statementMalformed(field: "language")
        }
        var segments: [SegmentName: Digest] = [:]
        for pair in try list("segments") {
            let halves = pair.split(separator: "=")
            guard halves.count == 2 else { throw ConsentError.statementMalformed(field: "segments") }
            segments[try SegmentName(String(halves[0]))] = try Digest(hex: String(halves[1]))
        }
        var parts = Parts(
            agreementVersion: try number("agreement-version"),
            agreementDigest: try Digest(hex: value("agreement-sha256")),
            language: language, organization: try value("organization"),
            administrator: try AdministratorName(value("administrator-id")),
            destination: try DestinationID(value("destination-id")),
            listID: try ContactListID(value("destination-list")),
            endpoint: try value("destination-endpoint"), processor: try value("processor"),
            country: try value("country"), purpose: try value("purposes"),
            matching: try DataMatching(canonical: CanonicalJSON(bytes: Array(try value("data-matching").utf8))),
            doNotContact: try strings("do-not-contact"), segments: segments,
            transferMechanism: try value("transfer-mechanism"), validFrom: try Timestamp(value("valid-from")),
            validUntil: try Timestamp(value("valid-until")), nonce: try value("nonce"),
            issued: try Timestamp(value("issued-at")), logOrigin: try value("log-origin"),
            logSize: try number("log-size-at-issue"), logRoot: try Digest(hex: value("log-root-at-issue")))
        if values["ignored-flags"] != nil { parts.ignoredFlags = try strings("ignored-flags") }
        if values["unused-flags"] != nil { parts.unusedFlags = try strings("unused-flags") }
        parts.schedule = values["schedule"].map(String.init)
        return parts
    }

    /// A line break in a value would let it pose as another field.
    private static func oneLine(_ value: String) -> String {
        String(value.map { $0.isNewline ? " " : $0 })
    }

    private static func declaration(_ language: Language) -> String {
        switch language {
        case .english:
            "I agree, as administrator, that the data fields below, of the members of the segments below, are "
                + "transmitted to the destination below, outside the compliance boundary, under the agreement below."
        case .swedish:
            "Jag accepterar, som administratör, att datafälten nedan, för medlemmarna i segmenten nedan, överförs "
                + "till exportmålet nedan, utanför efterlevnadsgränsen, enligt avtalet nedan."
        }
    }
}
