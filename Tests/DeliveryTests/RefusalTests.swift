import Foundation
import Governance
import NIOHTTP1
import Testing

@testable import Delivery

@Suite("What a 400 is about")
struct RefusalTests {
    private func about(_ body: String, count: Int = 50, of collection: String = "contacts") -> BadRequest {
        BadRequest(AnswerErrors(Array(body.utf8)), count: count, of: collection)
    }

    private func about(field: String, _ message: String = "is wrong") -> BadRequest {
        about(#"{"errors":[{"field":"\#(field)","message":"\#(message)"}]}"#)
    }

    @Test(
        "the contacts that it names, in every way of naming a place",
        arguments: [
            "contacts[5].email", "contacts[5]", "contacts[5].custom_fields.e1_T", "contacts.5.email", "contacts.5",
            "contacts[5][email]", "contacts/5/email", "contacts[05].email",
        ])
    func places(field: String) {
        #expect(about(field: field) == .places([5]))
    }

    @Test(
        "a place that is none names nobody, so the answer is about the request",
        arguments: [
            "contacts[-1].email", "contacts[50].email", "contacts[99999999999999999999].email", "contacts[].email",
            "contacts[x].email", "contacts[5", "contacts[0x5]", "contacts[ 5]", "contacts[٥]", "contacts[5.0]",
        ])
    func noPlaces(field: String) {
        #expect(about(field: field) == .request)
        #expect(about(field: field, "email 'x' is not valid") == .request)
        #expect(about(field: "", "\(field) is not valid") == .request)
    }

    @Test(
        "a field without a place is about somebody if the message says that a value is wrong",
        arguments: [
            ("email", "email 'x' is not valid"), ("email", "email 'your-list@sender.example' is not valid"),
            ("email", "email from-your-list@account.example is malformed"), ("first_name", "length exceeds the limit"),
            ("", "email 'x' is not valid"), ("", "'x' is not a valid email"),
        ])
    func somebody(field: String, message: String) {
        #expect(about(field: field, message) == .somebody)
    }

    @Test(
        "a message that speaks of the account, the sender or the list is about the request, whatever its field",
        arguments: [
            ("email", "your account email is not verified"), ("email", "your email is not valid"),
            ("country", "your country is embargoed"), ("country", "invalid country of the account"),
            ("", "the 'from' email of account is invalid, verify your sender"), ("", "the 'from' email is invalid"),
            ("", "Invalid list: the email list is not valid"), ("", "Sender_email is not valid"),
            ("email", "is wrong"), ("first_name", "is wrong"), ("email", ""), ("email", "x"),
            ("email", "'invalid' is refused"),
        ])
    func account(field: String, message: String) {
        #expect(about(field: field, message) == .request)
    }

    @Test(
        "whatever else it is about is the request",
        arguments: ["list_ids", "list_ids[0]", "contacts", "contactsx[5]", "custom_fields", "contact[5]", "body"])
    func request(field: String) {
        #expect(about(field: field) == .request)
    }

    @Test("a request that is wrong as such is not made better by fewer contacts, whoever else is named")
    func mixed() {
        let list = #"{"field":"list_ids","message":"unknown"}"#
        let contact = #"{"field":"contacts[3].email","message":"email 'x' is not valid"}"#
        #expect(about("{\"errors\":[\(list),\(contact)]}") == .request)
        #expect(about("{\"errors\":[\(contact),\(list)]}") == .request)
        #expect(about("{\"errors\":[\(contact),{\"field\":\"contacts[-3]\"}]}") == .places([3]))
        #expect(about("{\"errors\":[\(contact),\(contact.replacing("3", with: "1"))]}") == .places([1, 3]))
    }

    @Test("without a field, words count only if they can mean nothing else")
    func words() {
        #expect(about(field: "", "contacts[7].email is not valid") == .places([7]))
        #expect(about(field: "", "email 'x' is not valid") == .somebody)
        #expect(about(field: "", "invalid custom field ids supplied - a") == .unknownCustomField)
        #expect(about(field: "custom_fields", "invalid custom field ids supplied - a") == .unknownCustomField)
        #expect(about(field: "list_ids", "invalid custom field ids supplied - a") == .request)
        for text in ["invalid input", "invalid json", "too many contacts", "", "the contact is too large"] {
            #expect(about(field: "", text) == .request)
        }
        #expect(about(#"{"errors":[{"field":null,"message":null}]}"#) == .request)
    }

    @Test(
        "what is no list of errors is about the request",
        arguments: [
            "", "<html>", "{}", "[]", "null", #"{"errors":{}}"#, #"{"errors":[5]}"#, #"{"errors":[]}"#, "contacts[5]",
            #"[{"field":"id","message":"list not found"}]"#,
        ])
    func shapes(body: String) {
        #expect(about(body) == .request)
    }

    @Test("a look-up names addresses")
    func lookUps() {
        #expect(about(#"{"errors":[{"field":"emails[2]","message":"x"}]}"#, of: "emails") == .places([2]))
        #expect(about(#"{"errors":[{"field":"contacts[2]","message":"x"}]}"#, of: "emails") == .request)
    }

    @Test(
        "the body tells what a 401 or 403 means",
        arguments: [
            (403, "The requestor's IP Address is not whitelisted", Diagnosis.ipNotAllowed),
            (401, "IP not whitelisted", .ipNotAllowed),
            (401, "User is not authorized to send mail based on their regional attribute.", .wrongRegion),
            (403, "you have hit your contact limit", .planLimit), (400, "you have hit your contact limit", .planLimit),
            (401, "Maximum credits exceeded", .planLimit), (429, "contact limit of your plan", .planLimit),
            (429, "upgrade, or contact support", nil), (400, "email 'upgrade@example.com' is not valid", nil),
            (400, "upgrade@example.com is wrong", nil), (403, "Upgrade to do that", .planLimit),
            (403, "Your account is under review", .accountLocked), (403, "access forbidden", nil),
            (401, "authorization required", nil), (429, "too many requests, upgrade", nil),
            (400, "region is not a field", nil), (500, "contact limit", nil),
            (403, "You have reached the maximum number of contacts", .planLimit),
            (403, "requests from this ip are blocked", .ipNotAllowed),
            (400, "the maximum number of contacts in a request is 30000", nil),
        ] as [(Int, String, Diagnosis?)])
    func diagnosis(status: Int, message: String, expected: Diagnosis?) {
        let errors = AnswerErrors(Array(#"{"errors":[{"field":null,"message":"\#(message)"}]}"#.utf8))
        #expect(Diagnosis(status: status, errors) == expected)
    }

    @Test(
        "a 400 about people is about them, whatever words it quotes; only one about the request may mean the account",
        arguments: [
            ("contacts[5].email", "email upgrade@plan-limit.example is not valid", "address-refused", [5]),
            ("contacts[5].city", "the city 'Your Plan' is above the contact limit", "contact-refused", [5]),
            ("email", "your plan does not take this", "plan-limit", []),
            ("email", "email 'your plan' is not valid", "request-refused", []),
            ("email", "email 'x@your-plan.example' is not valid", "address-refused", []),
            ("", "you have hit your contact limit", "plan-limit", []), ("list_ids", "is wrong", "request-refused", []),
        ] as [(String, String, String, [Int])])
    func subjectFirst(field: String, message: String, reason: String, offenders: [Int]) {
        let body = Array(#"{"errors":[{"field":"\#(field)","message":"\#(message)"}]}"#.utf8)
        let outcome = Outcomes.outcome(Answer(status: 400, headers: [:], body: body), count: 50, milliseconds: 1)
        #expect(outcome.reason == reason)
        #expect(outcome.offenders == offenders)
    }

    @Test("SendGrid's words are passed on without values")
    func clean() {
        #expect(AnswerWords.clean("email 'o'brien@example.com' is not valid") == "email … is not valid")
        #expect(AnswerWords.clean("email anna@example.com is not valid") == "email … is not valid")
        #expect(AnswerWords.clean("email anna＠example.com, or anna%40example.com") == "email … or …")
        #expect(AnswerWords.clean("Anna Berg cannot be imported") == "… cannot be imported")
        #expect(AnswerWords.clean("contact Åsa “Ö” has phone 0701234567") == "contact … has phone …")
        #expect(AnswerWords.clean("it's not valid, isn't it") == "it's not valid, isn't it")
        #expect(AnswerWords.clean("name \"never closed is kept back") == "name …")
        #expect(AnswerWords.clean("one\u{1B}[2J two\u{202E} three\u{7} four") == "… … four".replacing("… …", with: "…"))
        #expect(
            AnswerWords.clean("The IP Address is not whitelisted. Max 30000")
                == "The IP Address is not whitelisted. … 30000")
        #expect(AnswerWords.clean(String(repeating: "word ", count: 10_000)).utf8.count < 5000)
        let many = (0..<50).map { (field: "list_ids[\($0)]", message: String(repeating: "unknown ", count: 90)) }
        #expect(AnswerWords.clean(many).count <= AnswerWords.longest)
        #expect(AnswerWords.clean([(field: "anna@example.com", message: "is wrong")]) == "is wrong")
        #expect(AnswerWords.clean([(field: "list_ids", message: "is wrong")]) == "list_ids: is wrong")
    }
}
