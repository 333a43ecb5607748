import Model
import Testing

@testable import Engine

@Suite("Names of flags, in whatever spelling")
struct FieldSpellingTests {
    @Test(
        "what only the spelling changes is the same name",
        arguments: [
            "DoNotEmail", "do not email", "DO_NOT-EMAIL", "\u{FEFF}Do\u{200D}Not\u{2060}Email\u{200E}", "Ｄｏ＿Ｎｏｔ＿Ｅｍａｉｌ",
            "Do\u{3000}Not\u{2009}Email", "Do\u{2013}Not\u{2212}Email", "𝐃𝐨𝐍𝐨𝐭𝐄𝐦𝐚𝐢𝐥", "ⒹⓞⓃⓞⓣⒺⓜⓐⓘⓛ", "DONOTEMAİL",
            "donotemaıl",
            "Dо Nоt Еmаil", "'DoNotEmail'", "DoNotEmail?", "Dö Nót Ëmàil", "ⅮoNotEmail", "DoNotEmaiⅼ", "ᴅᴏɴᴏᴛᴇᴍᴀɪʟ",
            "DₒNₒₜEₘₐᵢₗ", "DᵒNᵒᵗEᵐᵃⁱˡ", "🄳🄾🄽🄾🅃🄴🄼🄰🄸🄻", "🅳🅾🅽🅾🆃🅴🅼🅰🅸🅻", "ᎠoNotEmail", "DօNօtEmail", "ḌoṆoṭẸmail",
        ])
    func same(name: String) {
        #expect(FieldSpelling.normalized(name) == "donotemail")
        #expect(FlagReview.isKnown(name))
    }

    @Test(
        "digits for the letters they look like, a plural and a system's suffix do not make another flag",
        arguments: [
            "DoN0tEmail", "D0_N0T_EMA1L", "DoNotEmai1", "DoNotEmall", "DoN\u{FF10}tEmail", "DoN\u{2080}tEmail",
            "DoN\u{0660}tEmail", "DoNotEmail__c", "Do_Not_Email__C ", "DoNotContact__pc", "donotbulkemail_c",
            "DoNotEmails", "Do Not Contacts",
        ])
    func nearly(name: String) {
        #expect(FlagReview.isKnown(name))
        #expect(FlagNames().contains(name) && FlagNames(own: [name]).contains("Do Not Email"))
    }

    @Test(
        "other names are other names",
        arguments: ["DoNotPhone", "NotEmail", "DoNotEmail2", "DoNotEmailX__c", "", "メール", "***", "_c", "s"])
    func others(name: String) {
        #expect(!FlagReview.isKnown(name))
    }

    @Test("a flag of a destination's own counts in any spelling; one without letters as it is")
    func own() {
        let flags = FlagNames(own: ["Får ej kontaktas", "***"])
        for name in ["FÅR_EJ_KONTAKTAS", "Fa\u{30A}r ej kontaktas", "***", "DoNotEmail"] {
            #expect(flags.contains(name))
        }
        #expect(!flags.contains("**") && !flags.contains("") && !flags.contains("Får kontaktas"))
    }

    @Test(
        "how customer systems call an opt-out or a consent is noticed",
        arguments: [
            "optout", "OptOut__c", "HasOptedOutOfEmail", "EmailOptOut", "hs_email_optout", "unsubscribed",
            "Unsubscribe Date", "UNSUB_TIME", "donotbulkpostalmail", "DoNotSendMM", "donot_phone", "Consent",
            "consentGiven", "msdynmkt_consentstatus", "email_marketing_consent", "suppressed", "SuppressionReason",
            "Blocked", "is_blacklisted", "gdpr_status", "msgdpr_gdprconsent", "MarketingPermission", "OPTIN_TIME",
            "opt-in", "newsletter_opt_in", "accepts_marketing", "Accepts Email Marketing", "AllowEmail",
            "can_receive_email_marketing", "is_subscribed", "hs_legal_basis", "ShouldForget", "DNC", "NIX",
            "ExcludeFromMailing", "avregistrerad", "Avregistrerad datum", "samtycke", "SamtyckeEpost", "Avanmäld",
            "Spärrad", "Reklamspärr", "tackat nej", "Nyhetsbrev", "Einwilligung", "samtykke", "Avmeldt", "NoBulkEmail",
            "RightToBeForgotten", "Not Contactable", "EmailDisabled", "EmailInvalid", "bounced", "complained",
            "KeineWerbung", "Ne pas contacter", "Geen mail", "Consenso", "Disiscritto", "Ikke kontakt",
            "Reservation mot utskick", "Vill ej ha mejl", "Inga utskick",
        ])
    func lookAlikes(name: String) {
        #expect(FlagReview.isLookAlike(name))
        #expect(FlagReview.unused(of: ["Id", name]) == [name])
    }

    @Test(
        "what people are called and where they live is not",
        arguments: [
            "CustomerId", "EMail", "Email", "FirstName", "LastName", "Country", "City", "PostCode", "LifetimeValue",
            "LoyaltyTier", "Options", "Adoption", "Department", "Orthodontist", "Note", "Status", "CreatedOn",
            "Contact",
            "Newcomer", "Phone", "Donation", "Subscription", "Notes", "Points", "Birthdate", "Förnamn", "Ort",
        ])
    func ordinary(name: String) {
        #expect(!FlagReview.isLookAlike(name))
    }

    @Test("of many that look like an opt-out those nearest to the flags that count come first")
    func nearestFlags() {
        let names = [
            "MarketingConsent", "DoNotPhone", "gdpr_status", "DoNotFax", "HasOptedOutOfEmail", "Avregistrerad",
        ]
        let sorted = names.sorted { FlagReview.distance(of: $0) < FlagReview.distance(of: $1) }
        #expect(sorted.prefix(2) == ["HasOptedOutOfEmail", "Avregistrerad"])
        #expect(Set(sorted.suffix(2)) == ["MarketingConsent", "gdpr_status"])
    }

    @Test("a known flag is never an open question")
    func known() {
        #expect(FlagReview.unused(of: ["DoNotEmail", "do_not_contact"]) == [])
    }

    @Test("the nearest name is the one meant", arguments: [("Email", "EMail"), ("Fist", "First"), ("Zzzzz", nil)])
    func nearest(name: String, meant: String?) {
        #expect(NearestName.of(name, among: ["CustomerId", "EMail", "First"]) == meant)
    }
}
