import Foundation
import Model
import Testing

@testable import Delivery

@Suite("What an answer to a look-up says of an address")
struct LookUpTests {
    private static let list = "5a4db0c5-0000-4000-8000-00000000000a"

    private func findings(_ entry: String, rest: String = "") throws -> LookUpFindings {
        let body = #"{"result":{"U4@example.com":\#(entry)}\#(rest)}"#
        return try #require(LookUpFindings(Array(body.utf8), list: Self.list))
    }

    private func contact(
        id: String = "abc-1", email: String = #""u4@example.com""#, lists: String = #"["\#(list)"]"#
    ) -> String {
        #"{"contact":{"id":"\#(id)","email":\#(email),"list_ids":\#(lists)}}"#
    }

    @Test("that it is absent: SendGrid knows no such contact, or says that its lists are others")
    func absent() throws {
        for entry in [
            #"{"error":"contact not found"}"#, #"{"error":"Contact not found"}"#, contact(lists: "[]"),
            contact(lists: #"["5a4db0c5-0000-4000-8000-00000000000b"]"#),
        ] {
            let found = try findings(entry)
            #expect(found.absent.reveal() == ["u4@example.com"] && found.listed.isEmpty, "\(entry)")
            #expect(try findings(entry, rest: #","errors":[]"#).absent.reveal().count == 1)
            #expect(try findings(entry, rest: #","errors":[{"message":"search backend"}]"#).absent.reveal().isEmpty)
        }
    }

    @Test("that it is on the list, with letters of either case, and an identifier of letters, digits, '-' and '_'")
    func listed() throws {
        for entry in [
            contact(), contact(id: "abc_1"), contact(lists: #"["x","\#(Self.list.uppercased())"]"#),
            contact(email: #""U4@Example.com""#), contact(lists: "null"),
        ] {
            let found = try findings(entry)
            #expect(found.listed.map { $0.address.reveal() } == ["u4@example.com"], "\(entry)")
            #expect(found.absent.reveal().isEmpty)
        }
    }

    @Test("nothing certain: another error, an entry of another form, a contact that cannot be named or is another")
    func unclear() throws {
        for entry in [
            #"{"error":"internal server error"}"#, #"{"error":"index not found"}"#, #"{"error":{}}"#, "{}", "null", "5",
            "[]", #"{"contact":null}"#, #"{"contact":{}}"#, #"{"error":null}"#, contact(id: "a/b"), contact(id: ""),
            contact(email: "null"), contact(email: #""other@example.com""#), contact(email: "null", lists: "[]"),
            contact(lists: "5"), #"{"error":"contact not found"},"u4@example.com":{"error":"timeout"}"#,
        ] {
            let found = try findings(entry)
            #expect(found.absent.reveal().isEmpty && found.listed.isEmpty, "\(entry)")
        }
        let nobody = try #require(LookUpFindings(Array(#"{"result":{}}"#.utf8), list: Self.list))
        #expect(nobody.absent.reveal().isEmpty && nobody.listed.isEmpty)
    }

    @Test("an answer of another form is none", arguments: ["", "{}", "[]", #"{"result":[]}"#, #"{"result":null}"#])
    func shapes(body: String) {
        #expect(LookUpFindings(Array(body.utf8), list: Self.list) == nil)
    }
}
