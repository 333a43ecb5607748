import Foundation
import Sandbox
import Testing

@Suite("What SendGrid answers is believed only as far as it goes")
struct AnswerTests {
    private static let contacts = "/v3/marketing/contacts"

    private static func stage(_ people: Int, _ faults: SandboxFault...) async throws -> ChangeStage {
        var configuration = Stage.quick()
        configuration.upsertsPerMinute = 100_000
        let stage = try await ChangeStage(people: people, configuration)
        for fault in faults { await stage.stage.sendGrid.inject(fault) }
        return stage
    }

    /// An answer to requests that carry contacts.
    private static func upsert(_ status: Int, _ body: String, count: Int = .max) -> SandboxFault {
        SandboxFault(.status(status, body: body), method: "PUT", path: contacts, count: count)
    }

    private static func job(_ body: String, count: Int = .max) -> SandboxFault {
        SandboxFault(.status(200, body: body), method: "GET", path: contacts + "/imports", count: count)
    }

    private static func counts(_ result: Program.Result) throws -> [String: Int] {
        let answer = try result.json()
        let report = answer["stopped"] as? [String: Any] ?? answer
        return try #require(report["counts"] as? [String: Int])
    }

    private static func requests(_ stage: ChangeStage) async -> Int {
        await stage.stage.upserts().filter { $0.path == contacts }.count
    }

    @Test(
        "a 400 that is not about contacts ends the export after one request, in SendGrid's words without values",
        arguments: [
            #"{"errors":[{"field":"list_ids","message":"the list 'secret' of anna@example.com is unknown"}]}"#,
            #"{"errors":[{"field":"contacts[3].email","message":"x"},{"field":"list_ids","message":"is unknown"}]}"#,
            #"{"errors":[{"field":"contacts","message":"too many contacts, is unknown"}]}"#,
            #"{"errors":[{"field":"","message":"it is unknown"}]}"#,
        ])
    func aboutTheRequest(body: String) async throws {
        let stage = try await Self.stage(300, Self.upsert(400, body))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "request-refused")
        #expect(result.errors.contains("unknown") && !result.errors.contains("@") && !result.errors.contains("secret"))
        #expect(await Self.requests(stage) == 1)
        #expect(try await stage.stage.entries("transfer.intent").count == 1)
        try stage.expectClosed(try Self.counts(result))
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["accepted"] == 300)
        try await stage.expectDelivered()
    }

    @Test(
        "a 400 about the account, or of a place that is none, ends the export after one request, and blames nobody",
        arguments: [
            ("contacts[-1].email", "email 'a' is not valid"), ("contacts[300].email", "email 'a' is not valid"),
            ("contacts[99999999999999999999]", "email 'a' is not valid"), ("email", "x"),
            ("email", "your account email is not verified"), ("country", "your country is embargoed"),
            ("", "the 'from' email of account is invalid, verify your sender"),
            ("", "Invalid list: the email list is not valid"),
        ])
    func aboutTheAccount(field: String, message: String) async throws {
        let stage = try await Self.stage(
            300, Self.upsert(400, #"{"errors":[{"field":"\#(field)","message":"\#(message)"}]}"#))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "request-refused")
        #expect(await Self.requests(stage) == 1)
        let stopped = try #require(try result.json()["stopped"] as? [String: Any])
        #expect((stopped["refusals"] as? [Any])?.isEmpty == true)
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["accepted"] == 300)
        try await stage.expectDelivered()
    }

    @Test("an answer that refuses whoever is sent is given up soon; nobody is blamed, and all are unsent")
    func endless() async throws {
        let stage = try await Self.stage(
            300, Self.upsert(400, #"{"errors":[{"field":"email","message":"email 'a' is not valid"}]}"#))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "refusals-not-found")
        #expect(await Self.requests(stage) <= 9 + 4)
        let counts = try Self.counts(result)
        try stage.expectClosed(counts)
        #expect(counts["unsent"] == 300 && counts["refused"] == 0)
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["unknown"] == 0)
        try await stage.expectDelivered()
    }

    @Test("a request that is too large is halved; if one contact alone is, that is none of the contact's")
    func tooLarge() async throws {
        let stage = try await Self.stage(300, Self.upsert(413, "too large", count: 3))
        #expect(try await stage.run()["accepted"] == 300)
        let other = try await Self.stage(300, Self.upsert(413, "too large"))
        let result = try await other.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "too-large")
        #expect(await Self.requests(other) <= 10)
        let counts = try Self.counts(result)
        try other.expectClosed(counts)
        #expect(counts["unsent"] == 300 && counts["refused"] == 0)
        await other.stage.sendGrid.clearFaults()
        #expect(try await other.run()["accepted"] == 300)
        try await other.expectDelivered()
    }

    @Test("an answer that names one contact after another is given up as well")
    func endlessNames() async throws {
        let stage = try await Self.stage(
            300, Self.upsert(400, #"{"errors":[{"field":"contacts[0].email","message":"is not valid"}]}"#))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "refusals-not-found")
        #expect(await Self.requests(stage) <= 200)
        try stage.expectClosed(try Self.counts(result))
        try await stage.stage.verifyLog()
    }

    @Test("a lost answer, then a 400 that names a contact: that one is refused, the rest is sent and known")
    func lostThenRefused() async throws {
        let refusal = #"{"errors":[{"field":"contacts[5].email","message":"email 'x' is not valid"}]}"#
        let stage = try await Self.stage(
            20, SandboxFault(.resetConnection, count: 1), Self.upsert(400, refusal, count: 1))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 2)
        let counts = try Self.counts(result)
        #expect(counts["accepted"] == 19 && counts["refused"] == 1 && counts["unknown"] == 0)
        let refusals = try #require(try result.json()["refusals"] as? [[String: Any]])
        #expect(refusals.compactMap { $0["row"] as? Int } == [6])
        try await stage.stage.verifyLog()
        let again = try await stage.run()
        #expect(again["sent"] == 1 && again["unchanged"] == 19)
        try await stage.expectDelivered()
    }

    @Test(
        "a job whose end and counts contradict each other delivered nobody for certain, and crashes nothing",
        arguments: [
            #""requested_count":20,"created_count":18,"errored_count":2"#,
            #""created_count":9223372036854775807,"updated_count":1"#, #""created_count":-5"#,
            #""requested_count":3"#, #""created_count":20,"updated_count":20"#, #""errored_count":1e18"#,
        ])
    func contradictions(results: String) async throws {
        let stage = try await Self.stage(20, Self.job(#"{"id":"x","status":"completed","results":{\#(results)}}"#))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 75)
        let counts = try Self.counts(result)
        #expect(counts["accepted"] == 0 && counts["unknown"] == 20)
        #expect(((try result.json()["warnings"] as? [String]) ?? []).contains { $0.contains("contradict") })
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["sent"] == 20, "what is uncertain is sent again")
        try await stage.expectDelivered()
    }

    @Test("of a job that says completed and counts errors, who is named is refused, and everybody else uncertain")
    func completedWithErrors() async throws {
        let stage = try await Self.stage(20)
        let file = stage.stage.sendGrid.baseURL + "/sandbox/errors/x"
        await stage.stage.sendGrid.inject(
            Self.job(
                #"{"id":"x","status":"completed","results":{"errored_count":2,"errors_url":"\#(file)"}}"#))
        await stage.stage.sendGrid.inject(
            SandboxFault(
                .status(200, body: "email,reason\nPerson.3@example.com,bad\nstranger@example.com,bad\n"), method: "GET",
                path: "/sandbox/errors", count: .max))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 75)
        let counts = try Self.counts(result)
        #expect(counts["accepted"] == 0 && counts["refused"] == 1 && counts["unknown"] == 19)
        let refusals = try #require(try result.json()["refusals"] as? [[String: Any]])
        #expect(refusals.compactMap { $0["row"] as? Int } == [4])
        try await stage.stage.verifyLog()
    }

    @Test(
        "an error file that names more than its job counts is not passed over: who is named is refused, the rest uncertain",
        arguments: [
            (#"completed","results":{"requested_count":20,"created_count":20,"errored_count":0"#, 1),
            (#"completed","results":{"requested_count":20"#, 2),
            (#"errored","results":{"requested_count":20,"created_count":19,"errored_count":1"#, 3),
        ])
    func namedBesideCounts(state: String, named: Int) async throws {
        let stage = try await Self.stage(20)
        let file = stage.stage.sendGrid.baseURL + "/sandbox/errors/x"
        await stage.stage.sendGrid.inject(
            Self.job(#"{"id":"x","status":"\#(state),"errors_url":"\#(file)"}}"#))
        let rows = (1...named).map { "person.\($0)@example.com,bad\n" }.joined()
        await stage.stage.sendGrid.inject(
            SandboxFault(
                .status(200, body: "email,reason\n" + rows), method: "GET", path: "/sandbox/errors", count: .max))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 75)
        let counts = try Self.counts(result)
        #expect(counts["accepted"] == 0 && counts["refused"] == named && counts["unknown"] == 20 - named)
        #expect(try (result.json()["refusals"] as? [Any])?.count == named)
        try stage.expectClosed(counts)
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["sent"] == 20, "nobody of it counts as delivered")
        try await stage.expectDelivered()
    }

    @Test("an error file that names strangers explains nothing: who was refused stays unknown, and all are sent again")
    func strangers() async throws {
        let stage = try await Self.stage(20, SandboxFault(.jobErrors(2), count: 1))
        await stage.stage.sendGrid.inject(
            SandboxFault(
                .status(200, body: "email,reason\na@example.net,bad\nb@example.net,bad\n"), method: "GET",
                path: "/sandbox/errors", count: 1))
        try await stage.stage.waybill("export", "run", "d1", status: 2)
        #expect(try await stage.run()["sent"] == 20)
        try await stage.expectDelivered()
    }

    @Test(
        "what keeps the account from being served is read from the body, and said with its own code",
        arguments: [
            (403, "The requestor's IP Address is not whitelisted", "ip-not-allowed"),
            (401, "IP not whitelisted", "ip-not-allowed"),
            (401, "User is not authorized based on their regional attribute.", "wrong-region"),
            (403, "you have hit your contact limit", "plan-limit"),
            (400, "you have hit your contact limit", "plan-limit"),
            (403, "access forbidden", "access-forbidden"), (401, "authorization required", "key-not-accepted"),
            (403, "You have reached the maximum number of contacts", "plan-limit"),
            (403, "requests from this ip are blocked", "ip-not-allowed"),
        ])
    func diagnosis(status: Int, message: String, code: String) async throws {
        let stage = try await Self.stage(
            20, Self.upsert(status, #"{"errors":[{"field":null,"message":"\#(message)"}]}"#))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 78)
        #expect(try result.errorCode() == code)
        #expect(await Self.requests(stage) == 1)
        #expect(try await stage.stage.entries("transfer.outcome").first?["reason"] as? String == code)
        // What is made of an answer may be wrong; its own words are there to tell.
        #expect(result.errors.contains("SendGrid says: "))
    }

    @Test("connecting and asking read the diagnosis from the body as well")
    func diagnosisOfQuestions() async throws {
        let stage = try await Self.stage(5)
        let sendGrid = stage.stage.sendGrid
        for (status, message, code) in [
            (403, "your IP address is not on the allow list", "ip-not-allowed"),
            (401, "not authorized based on their regional attribute", "wrong-region"),
            (403, "access forbidden", "access-forbidden"),
        ] {
            await sendGrid.inject(
                SandboxFault(
                    .status(status, body: #"{"errors":[{"field":null,"message":"\#(message)"}]}"#), method: "GET"))
            let result = try await stage.stage.waybill(
                [
                    "destination", "connect", "sendgrid", "--name", "Again", "--list-id", stage.list, "--api-key-file",
                    "-",
                ]
                    + ["--base-url", sendGrid.baseURL, "--as", "anna"], input: stage.stage.configuration.apiKey,
                status: 78)
            #expect(try result.errorCode() == code)
        }
        #expect(try await stage.stage.entries("destination.connected").count == 1)
    }

    @Test("the first request goes alone: one that is refused as such is followed by nobody else's data")
    func alone() async throws {
        let stage = try await Self.stage(
            200, Self.upsert(400, #"{"errors":[{"field":"list_ids","message":"unknown"}]}"#))
        try await stage.stage.waybill("export", "run", "d1", "--batch-size", "10", status: 69)
        #expect(await Self.requests(stage) == 1)
    }

    @Test(
        "a job whose name the log cannot hold is followed by it, and logged by digest",
        arguments: ["SG.a.b", "anna@example.com", "a b/../c?d#e", "anna%40example.com", "anna＠example.com", "a\r\nb"])
    func names(name: String) async throws {
        let stage = try await Self.stage(20, SandboxFault(.jobNamed(name), count: 1))
        #expect(try await stage.run()["accepted"] == 20)
        let outcome = try #require(try await stage.stage.entries("transfer.outcome").first)
        #expect((outcome["job"] as? String)?.hasPrefix("sha256:") == true)
        try await stage.expectDelivered()
    }

    @Test("a name of 10 KB is taken once, and leaves no intent open")
    func longName() async throws {
        let stage = try await Self.stage(20, SandboxFault(.jobNamed(String(repeating: "x", count: 10_000)), count: 1))
        let result = try await stage.stage.waybill("export", "run", "d1", "--job-seconds", "1", status: 75)
        #expect(try Self.counts(result)["unknown"] == 20)
        #expect(await Self.requests(stage) == 1)
        let report = try await stage.stage.waybill("log", "verify").json()
        #expect(report["ok"] as? Bool == true && (report["open_intents"] as? [Any])?.isEmpty ?? true)
    }

    @Test("an upload has the headers of an allow-list only, and its path is logged by digest if it must be")
    func uploads() async throws {
        let stage = try await Self.stage(20)
        let address = stage.stage.sendGrid.baseURL + "/sandbox/uploads/anna%40example.com/SG.a.b?sig=x"
        let harmful = ["Host", "Authorization", "Transfer-Encoding", "Content-Length", "Cookie", "x-amz-acl"]
        let headers = harmful + ["x-amz-meta-a"]
        let body = """
            {"job_id":"x","upload_uri":"\(address)","upload_headers":[\
            \(headers.map { #"{"header":"\#($0)","value":"7"}"# }.joined(separator: ","))]}
            """
        for fault in [
            SandboxFault(.status(200, body: body), method: "PUT", path: Self.contacts + "/imports"),
            SandboxFault(.status(200, body: ""), method: "PUT", path: "/sandbox/uploads"),
            Self.job(#"{"id":"x","status":"completed","results":{"requested_count":20}}"#),
        ] { await stage.stage.sendGrid.inject(fault) }
        #expect(try await stage.run("--bulk-threshold", "10")["accepted"] == 20)
        let uploads = await stage.stage.sendGrid.state().requests.filter { $0.path.hasPrefix("/sandbox/uploads") }
        let upload = try #require(uploads.first)
        #expect(uploads.count == 1 && upload.completed && !upload.carriedAuthorization)
        #expect(upload.headers.contains("x-amz-meta-a"))
        #expect(!upload.headers.contains("x-amz-acl"))
        #expect(!upload.headers.contains("cookie") && !upload.headers.contains("transfer-encoding"))
        let intent = try #require(try await stage.stage.entries("transfer.intent").first)
        #expect((intent["path"] as? String)?.hasPrefix("sha256:") == true)
        try await stage.stage.verifyLog()
    }

    @Test("a removal from the list that is called done and is not is noticed, and done by the next export")
    func removals() async throws {
        let stage = try await Self.stage(20)
        _ = try await stage.run()
        stage.people.removeSubrange(5..<8)
        try stage.writeSource()
        await stage.stage.sendGrid.inject(SandboxFault(.removalIgnored, count: 1))
        let result = try await stage.stage.waybill("export", "run", "d1", status: 69)
        #expect(try result.errorCode() == "removal-not-done")
        #expect(try Self.counts(result)["removed"] == 0)
        #expect(try await stage.run()["removed"] == 3)
        try await stage.expectDelivered()
        let actions = try await stage.stage.entries("transfer.intent").compactMap { $0["action"] as? String }
        #expect(actions == ["upsert", "look-up", "take-off", "look-up", "look-up", "take-off"])
    }

    @Test("a crash says nothing of what is in memory, whatever the environment asks of the runtime")
    func crash() async throws {
        for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT] {
            let running = try Program.start(
                ["sandbox", "--json"], environment: ["SWIFT_BACKTRACE": "enable=yes,color=no,registers=all"])
            // Its answer shows that it has begun; there is nothing else to wait for.
            try await Task.sleep(for: .seconds(2))
            kill(running.process.processIdentifier, signal)
            let result = await running.wait()
            #expect(running.process.terminationReason == .uncaughtSignal)
            #expect(result.status == signal)
            #expect(result.errors.isEmpty, "\(result.errors.prefix(300))")
        }
    }
}
