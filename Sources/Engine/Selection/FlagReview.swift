public import Model

/// A field that looks like an opt-out, and that nothing uses.
public struct UnusedFlag: Sendable, Hashable {
    /// The source that has it.
    public let source: SourceName
    /// The segment whose list of members has it; nil if the source itself has.
    public let segment: SegmentName?
    /// Its name.
    public let field: String

    /// The field `field` of `source`, or of the list of members of one of its segments.
    public init(source: SourceName, segment: SegmentName? = nil, field: String) {
        self.source = source
        self.segment = segment
        self.field = field
    }
}

extension MembershipJoin {
    /// Fields of the lists that look like an opt-out and do not count there, nor are declared harmless.
    func unusedFlags(of source: SourceName, by destination: Destination? = nil) -> [UnusedFlag] {
        let flags = FlagNames(own: destination?.doNotContact ?? [])
        let ignored = Set((destination?.ignoredFlags ?? []).map(FieldSpelling.normalized))
        return fields.flatMap { segment, names in
            FlagReview.unused(of: names)
                .filter { !flags.contains($0) && !ignored.contains(FieldSpelling.normalized($0)) }
                .map { UnusedFlag(source: source, segment: segment, field: $0) }
        }
    }
}

/// Finds fields that look as if they said that a person does not want to be contacted.
///
/// Only ``FlagNames/known`` count by themselves. What merely looks like one is a question to the administrator: a
/// do-not-contact field, part of a rule, or harmless? Until somebody says so it is warned about and stands in what is
/// signed.
public enum FlagReview {
    /// Whether a field keeps people out by its name alone, whatever is configured.
    public static func isKnown(_ field: String) -> Bool {
        FlagNames.known.contains(FieldSpelling.flagKey(field))
    }

    /// Whether one of `fields` is this flag, in some spelling.
    public static func has(_ flag: String, among fields: [String]) -> Bool { FlagNames.has(flag, among: fields) }

    /// Whether a field looks like an opt-out or a consent.
    public static func isLookAlike(_ field: String) -> Bool {
        let name = FieldSpelling.normalized(field)
        return words.contains(name) || parts.contains { name.contains($0) }
    }

    /// Whether a field that looks like one of these is called so as to say who agreed, and not who did not.
    public static func isAgreement(_ field: String) -> Bool {
        let name = FieldSpelling.normalized(field)
        return agreements.contains { name.contains($0) } && !refusals.contains { name.contains($0) }
    }

    /// What to say of do-not-contact fields that are called as if they said who agreed.
    public static func doubts(about fields: [String]) -> [String] {
        fields.filter(isAgreement).map { field in
            "'\(field)' is called as if it said who agreed: as a do-not-contact field it keeps out whoever has it set, "
                + "and lets the others through. If those agreed who have it set, use the rule `\(field)` is true instead"
        }
    }

    /// The fields that look like an opt-out and neither count by themselves, nor are used, nor declared harmless.
    public static func unused(of fields: [String]) -> [String] {
        fields.filter { isLookAlike($0) && !isKnown($0) }
    }

    /// How near a field that looks like an opt-out is to the flags that count: the nearer, the smaller.
    ///
    /// Where not all can be named, those that say of e-mail or contact that somebody does not want it are named first, and
    /// those that say who agreed, or something of another kind, last.
    public static func distance(of field: String) -> Int {
        let name = FieldSpelling.normalized(field)
        let isRefusal = clearRefusals.contains { name.contains($0) } && !isAgreement(field)
        let isAboutMail = ["mail", "mejl", "epost", "contact", "kontakt", "utskick"].contains { name.contains($0) }
        let isOfAnother = ["phone", "fax", "sms", "telefon", "postal"].contains { name.contains($0) }
        return (isRefusal ? 0 : 4) + (isAboutMail ? 0 : 2) + (isOfAnother ? 1 : 0)
    }

    /// What leaves no doubt that a field says who does not want something.
    private static let clearRefusals = [
        "optout", "optedout", "optsout", "donot", "dont", "unsub", "nobulk", "nocontact", "noemail", "nomail", "stop",
        "suppress", "blocked", "blacklist", "withdrawn", "revoked", "dnc", "dne", "notcontact", "complain",
        "avregist", "avanmal", "avboj", "avpren", "avmeld", "afmeld", "frameld", "sparr", "nix", "tackatnej",
        "nejtack", "ejkontakt", "ejepost", "ejmail", "ejmejl", "ejutskick", "villej", "inga", "ingen", "ikke",
        "abgemeld", "abbestell", "widerspruch", "widerruf", "gesperrt", "keine", "desabonn", "desinscri", "disiscri",
        "nepas", "geen", "afgemeld", "uitgeschreven", "noenviar", "forget", "forgotten", "reservationmot",
    ]

    /// As ``unused(of:)``, for a destination.
    ///
    /// A rule uses a field for its own members only, so it has to stand in the rule of each of the segments.
    /// - Parameters:
    ///   - fields: those of one source.
    ///   - segments: the destination's segments of that source.
    /// - Throws: ``EngineError`` if a rule cannot be read.
    public static func unused(
        of fields: [String], by destination: Destination, segments: [SegmentDefinition]
    ) throws(EngineError) -> [String] {
        let flags = FlagNames(own: destination.doNotContact)
        let ignored = Set(destination.ignoredFlags.map(FieldSpelling.normalized))
        let matched = Set((destination.matching?.pairs ?? []).map(\.column))
        var ruled: Set<String>?
        for segment in segments {
            var named: Set<String> = []
            if case .rule(let text) = segment.membership { named = Set(try SegmentRule(parsing: text).fields) }
            ruled = ruled?.intersection(named) ?? named
        }
        return unused(of: fields).filter { field in
            !flags.contains(field) && !ignored.contains(FieldSpelling.normalized(field)) && !matched.contains(field)
                && !(ruled?.contains(field) ?? false)
        }
    }

    private static let agreements = [
        "optin", "optedin", "subscribed", "subscriber", "consent", "permission", "accepts", "accepted", "allow",
        "mayemail", "maycontact", "canemail", "cancontact", "canreceive", "okto", "marketable", "contactable",
        "newsletter", "consens", "zgoda", "samtyck", "samtykke", "medgivande", "prenumer", "nyhetsbrev", "nyhedsbrev",
        "godkan", "suostumus", "einwilligung", "toestemming",
    ]

    /// With one of these in it, a name that has one of ``agreements`` too says the opposite.
    private static let refusals = [
        "unsub", "notopt", "donot", "dont", "notallow", "noconsent", "withdraw", "revoke", "denied", "refus",
        "avpren", "aterkall", "ejsamtyck", "inga", "ingen", "inte", "notcontact", "noncontact", "uncontact",
        "disiscri", "nopermission", "nonewsletter", "keine", "geen", "ikke",
    ]

    /// What is found within names: how Customer Insights, Dynamics 365, Salesforce, HubSpot, Mailchimp, Klaviyo, Shopify
    /// and others call it, and what it is called in Swedish and its neighbours' languages.
    private static let parts = [
        "optout", "optedout", "optingout", "optsout", "optin", "optedin", "optstatus", "unsub", "subscribed",
        "subscriber", "subscriptionstatus", "emailsubscri", "donot", "dontcontact", "dontemail", "dontmail",
        "dontcall", "dontsend", "nocontact", "noemail", "nomail", "nomarketing", "nonewsletter", "consent",
        "permission", "suppress", "exclude", "blocked", "blocklist", "blacklist", "denylist", "gdpr", "dsgvo", "ccpa",
        "legalbasis", "forget", "erasure", "objection", "objected", "withdrawn", "revoked", "spamcomplaint",
        "spamreport", "quarantined", "marketable", "marketingstatus", "acceptsmarketing", "acceptsemail",
        "allowemail", "allowsemail", "allowbulkemail", "allowmarketing", "allowcontact", "emailallowed", "mayemail",
        "maycontact", "canemail", "cancontact", "canreceive", "oktoemail", "oktomail", "oktocontact", "stopemail",
        "stopmail", "stopcontact", "bounced", "hardbounce", "emailbounce", "bouncereason", "complain", "contactable",
        "nobulk", "nospam", "notcontact", "forgotten", "emaildisabled", "maildisabled", "disableemail", "disablemail",
        "disabledemail", "contactdisabled", "marketingdisabled", "emailinvalid", "invalidemail", "mailinvalid",
        "emailblock", "emaildead", "undeliverable", "stopmarketing", "contactpreference", "communicationpreference",
        "emailpreference", "marketingpreference", "newsletter", "robinson",
        // Swedish, Norwegian, Danish, Finnish
        "avregistrer", "avanmal", "avanmald", "avbojt", "avbojer", "avprenumerera", "prenumer", "samtyck", "samtykke",
        "medgivande", "aterkallat", "sparrad", "sparra", "reklamsparr", "utskickssparr", "kontaktforbud", "tackatnej",
        "nejtack", "ejkontakt", "ejepost", "ejmail", "ejmejl", "ejutskick", "ejreklam", "ingenreklam", "nixregist",
        "nyhetsbrev", "nyhedsbrev", "utskick", "godkann", "nixlist", "avmeldt", "afmeldt", "frameldt", "reservert",
        "suostumus", "kielto", "villej", "villinte", "reservationmot", "reserveratsig", "ingamejl", "ingamail",
        "ingareklam", "ingaepost", "ingautskick", "intemejl", "intemail", "inteepost", "intekontakt", "intereklam",
        "ikkekontakt", "ikkjekontakt", "ikkemail", "ikkeepost", "ikkereklame", "ikkesend", "eimarkkinointi",
        "eisahkoposti", "peruut",
        // German, French, Spanish, Dutch
        "abgemeldet", "abbestell", "einwilligung", "widerspruch", "widerruf", "gesperrt", "sperre", "desabonn",
        "desinscri", "refus", "noenviar", "toestemming", "uitgeschreven", "afgemeld", "keinewerb", "keinmail",
        "keinemail", "keineemail", "keinkontakt", "keinenewsletter", "werbeverbot", "nichtkontakt", "nepascont",
        "nepasenv", "nepasecr", "nepasemail", "pasdemail", "pasdecontact", "pasdepub", "geenmail", "geenemail",
        "geencontact", "geenreclame", "geenpost", "geennieuws", "nietcontact", "nietmailen", "nietbenaderen",
        "consens", "disiscri", "noncontatt", "noninviare", "dadodebaja", "nocontactar", "naoenviar", "naocontat",
        "naocontactar", "descadastr", "zgoda", "wypisan", "sprzeciw",
    ]

    /// What is too short to be looked for within names.
    private static let words: Set<String> = [
        "dnc", "dne", "dnm", "nix", "sparr", "emailstatus", "mailstatus", "bounce", "bounces",
    ]
}
