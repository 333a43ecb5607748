import Testing

@testable import Delivery

@Suite("Whom an entry of a suppression list names")
struct SuppressionTests {
    @Test(
        "white space, a holder's name and the dot of the root are not part of an address",
        arguments: [
            "a@b.se", " a@b.se", "a@b.se\r\n", "\u{A0}a@b.se\u{2003}", "<a@b.se>", "A B <a@b.se>",
            "\"<x>\" < a@b.se > ", "a@b.se.",
        ])
    func spellings(entry: String) {
        for kind in SuppressionKind.allCases { #expect(kind.address(in: entry) == "a@b.se") }
    }

    @Test(
        "what may be several addresses, or hides one, is none, even among those that are invalid",
        arguments: [
            "", " ", "a@b.se,c@d.se", "a@b.se c@d.se", "mailto:a@b.se", "a@b.se (Bob)", "<a@b.se> Bob", "\"a@b.se\"",
            "a@b.se\nx", "a@b.se\u{0}",
        ])
    func several(entry: String) {
        for kind in SuppressionKind.allCases { #expect(kind.address(in: entry) == nil) }
    }

    @Test(
        "among those that are listed for being no address, what is none names nobody",
        arguments: ["a", "a@", "@b.se", "a b"])
    func invalid(entry: String) {
        for kind in SuppressionKind.allCases {
            #expect(kind.address(in: entry) == (kind == .invalidEmails ? entry : nil))
        }
    }
}
