import Foundation
import Model
import Support
import Testing

@testable import Delivery

@Suite("Answers are read without trusting them")
struct AnswerTests {
    private func report(_ status: String, _ results: String) throws -> JobReport {
        let body = #"{"id":"x","status":"\#(status)","results":{\#(results)}}"#
        return JobReport(try JSONDecoder().decode(JobBody.self, from: Data(body.utf8)))
    }

    @Test(
        "counts of a job that contradict each other, or are none, are no evidence",
        arguments: [
            ("completed", #""created_count":9223372036854775807,"updated_count":1"#),
            ("completed", #""created_count":9223372036854775808"#), ("completed", #""created_count":-1"#),
            ("completed", #""created_count":1.5"#), ("completed", #""created_count":"20""#),
            ("completed", #""created_count":1e300"#), ("completed", #""requested_count":19"#),
            ("completed", #""created_count":20,"updated_count":20"#), ("completed", #""errored_count":1"#),
            ("completed", #""requested_count":[]"#), ("errored", #""created_count":20"#),
            ("errored", #""created_count":19,"errored_count":2"#), ("failed", #""created_count":1"#),
        ])
    func contradictions(status: String, results: String) throws {
        #expect(try report(status, results).contradicts(contacts: 20, named: 0))
    }

    @Test(
        "counts that may be so are evidence",
        arguments: [
            ("completed", ""), ("completed", #""requested_count":20"#), ("completed", #""created_count":null"#),
            ("completed", #""requested_count":20,"created_count":1"#), ("failed", #""errored_count":20"#),
            ("completed", #""requested_count":25,"created_count":25"#), ("failed", ""),
            ("errored", #""created_count":18,"errored_count":2,"requested_count":20"#),
        ])
    func consistent(status: String, results: String) throws {
        #expect(try !report(status, results).contradicts(contacts: 20, named: 0))
    }

    @Test("an error file that names more than a job counts contradicts it; one that names fewer does not")
    func namedByFile() throws {
        for (status, results, named) in [
            ("completed", "", 1), ("completed", #""errored_count":0,"created_count":20"#, 1),
            ("errored", #""errored_count":1,"created_count":19"#, 3),
        ] {
            let report = try report(status, results)
            #expect(report.contradicts(contacts: 20, named: named))
            #expect(!report.contradicts(contacts: 20, named: 0))
        }
        let exact = try report("errored", #""errored_count":3,"created_count":17"#)
        #expect(!exact.contradicts(contacts: 20, named: 3) && !exact.contradicts(contacts: 20, named: 2))
        #expect(try !report("failed", "").contradicts(contacts: 20, named: 20))
    }

    @Test("a job's name is one part of a path, whatever is in it")
    func segments() {
        #expect(SendGrid.segment("SG.a.b") == "SG.a.b")
        #expect(SendGrid.segment("a b/../c?d=e%20@") == "a%20b%2F..%2Fc%3Fd%3De%2520%40")
        #expect(SendGrid.segment("å\r\n") == "%C3%A5%0D%0A")
        for none in ["", ".", "..", String(repeating: "x", count: 5000)] { #expect(SendGrid.segment(none) == nil) }
    }

    @Test("of the headers for an upload only those of an allow-list are sent")
    func uploadHeaders() {
        func allowed(_ headers: [(String, String)]) -> [[String]] {
            UploadHeaders.allowed(headers.map { ImportBody.Header(header: $0.0, value: $0.1) })
        }
        let wanted = [("x-amz-server-side-encryption", "aws:kms"), ("Content-Type", "text/csv")]
        #expect(allowed(wanted).map { $0[0] } == ["x-amz-server-side-encryption", "content-type"])
        for name in [
            "Host", "host", "Authorization", "Proxy-Authorization", "Connection", "Keep-Alive", "TE", "Trailer",
            "Upgrade",
            "Transfer-Encoding", "Content-Length", "Cookie", "Set-Cookie", "Expect", "Forwarded", "X-Forwarded-Host",
            "x-amz-", "x-amz-meta-", "x-amz-meta-a:b", "x-amz-meta-a b", "Range", "", " host", "user-agent",
            "x-amz-meta-å",
            "x-amz-acl", "X-Amz-ACL", "x-amz-copy-source", "x-amz-website-redirect-location", "x-amz-grant-read",
            "x-amz-grant-full-control", "x-amz-tagging", "x-amz-storage-class", "x-amz-object-lock-mode",
            "x-amz-server-side-encryption-customer-key", "x-amz-expected-bucket-owner", "x-amz-a", "x-amz-checksum-",
            "x-amz-server-side-encryption-", "content-range", "content-", "x-amz-date2",
        ] { #expect(allowed([(name, "x")]).isEmpty, "\(name)") }
        for value in ["a\r\nhost: x", "a\nb", "\u{0}", "å", String(repeating: "x", count: 5000)] {
            #expect(allowed([("x-amz-meta-a", value)]).isEmpty)
        }
        for name in [
            "Content-Type", "content-md5", "Cache-Control", "x-amz-server-side-encryption-aws-kms-key-id", "X-Amz-Date",
            "x-amz-content-sha256", "x-amz-security-token", "x-amz-checksum-sha256", "x-amz-meta-job-id",
        ] { #expect(allowed([(name, "x")]) == [[name.lowercased(), "x"]]) }
        #expect(allowed([("x-amz-meta-a", "1"), ("X-AMZ-META-A", "2")]) == [["x-amz-meta-a", "1"]])
        #expect(allowed((0..<1000).map { ("x-amz-meta-\($0)", "x") }).count <= 32)
    }

    @Test("an address with a port that is none is no address")
    func ports() {
        for text in ["http://127.0.0.1:99999/x", "http://127.0.0.1:0/", "http://127.0.0.1:99999999999999999999/"] {
            #expect(SendGrid.split(text) == nil, "\(text)")
        }
        #expect(SendGrid.split("http://127.0.0.1:8080/a?b=c")?.1 == "/a?b=c")
    }

    @Test("an error file is read in one pass, in time that grows with its size, and no further than there are contacts")
    func errorFiles() {
        func file(_ rows: Int) -> [UInt8] {
            var text = "Email,Error Reason\r\n"
            for row in 0..<rows { text += "\"Person.\(row)@Example.com\",\"email, \"\"\(row)\"\" is not valid\"\r\n" }
            return Array(text.utf8)
        }
        let errors = ErrorFile.parse(file(100), limit: 1000)
        #expect(errors.map { $0.address.reveal() } == (0..<100).map { "person.\($0)@example.com" })
        #expect(errors.allSatisfy { $0.reason == "address-refused" })
        #expect(ErrorFile.parse(file(100), limit: 7).count == 7)
        #expect(ErrorFile.parse(file(2) + file(2).drop { $0 != 0x0A }, limit: 100).count == 2)
        #expect(
            ErrorFile.parse(Array("a@b.se\n\n,,c@d.se,x\n".utf8), limit: 9).map { $0.address.reveal() } == [
                "a@b.se", "c@d.se",
            ])
        let clock = ContinuousClock()
        let (small, large) = (file(5000), file(20_000))
        let once = clock.measure { #expect(ErrorFile.parse(small, limit: .max).count == 5000) }
        let fourTimes = clock.measure { #expect(ErrorFile.parse(large, limit: .max).count == 20_000) }
        #expect(fourTimes < once * 10, "\(once) \(fourTimes)")
        let wide = Array(String(repeating: ",", count: 2_000_000).utf8)
        #expect(ErrorFile.parse(wide, limit: 9).isEmpty)
        #expect(ErrorFile.parse(Array(repeating: UInt8(ascii: "\""), count: 2_000_001), limit: 9).isEmpty)
    }

    private static let factor = ProcessInfo.processInfo.environment["WAYBILL_FUZZ"].flatMap { Int($0) } ?? 1

    @Test("fuzz: whatever an answer is, reading it ends; nothing of an address is in what is passed on")
    func fuzz() throws {
        let samples = [
            #"{"errors":[{"field":"contacts[5].email","message":"email 'a@example.com' is not valid"}]}"#,
            #"{"errors":[{"field":"list_ids","message":"unknown","parameter":null,"help":{}}],"id":"x"}"#,
            #"{"id":"x","status":"completed","results":{"requested_count":20,"created_count":18,"errored_count":2,"errors_url":"http://127.0.0.1:80/x"}}"#,
            #"{"job_id":"x","upload_uri":"https://h/p?q","upload_headers":[{"header":"x-amz-a","value":"b"}]}"#,
            "email,reason\n\"a@example.com\",\"b \"\"c\"\"\"\r\n",
        ]
        let alphabet = Array("{}[]\":,@＠'9-.eE\\u00\n\r%".utf8)
        for seed in 0..<(1500 * Self.factor) {
            var random = SeededGenerator(seed: UInt64(seed))
            var bytes = Array((samples.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                case 3: bytes += bytes[place...].prefix(60)
                default: bytes.insert(contentsOf: Array("9223372036854775807".utf8), at: place)
                }
            }
            let errors = AnswerErrors(bytes)
            if case .places(let places) = BadRequest(errors, count: 10, of: "contacts") {
                #expect(places.allSatisfy { (0..<10).contains($0) }, "seed \(seed)")
            }
            let words = errors.words
            #expect(words.unicodeScalars.allSatisfy { $0 == "…" || (0x20...0x7E).contains($0.value) && $0 != "@" })
            _ = Diagnosis(status: 403, errors)
            if let body = try? JSONDecoder().decode(JobBody.self, from: Data(bytes)) {
                _ = JobReport(body).contradicts(contacts: Int.random(in: 1...30_000, using: &random), named: 1)
            }
            if let body = try? JSONDecoder().decode(ImportBody.self, from: Data(bytes)) {
                _ = SendGrid.split(body.upload_uri)
                _ = UploadHeaders.allowed(body.upload_headers ?? [])
            }
            #expect(ErrorFile.parse(bytes, limit: 5).count <= 5)
        }
    }
}
