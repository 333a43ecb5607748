import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import Testing

@testable import Sandbox

@Suite("The sandbox's import of files")
struct ImportTests {
    private static let path = "/v3/marketing/contacts/imports"
    private static let signed = ["x-amz-server-side-encryption": "aws:kms"]
    private static let list = SandboxList.rehearsal.id

    private static func start(_ client: Client, _ mappings: String) async throws -> Client.Answer {
        try await client(
            "PUT", path, body: #"{"file_type":"csv","field_mappings":\#(mappings),"list_ids":["\#(list)"]}"#)
    }

    private static func upload(
        _ client: Client, _ uri: String, _ file: [UInt8], key: String?? = .some(nil),
        headers: [String: String] = signed
    ) async throws -> Client.Answer {
        try await client.send("PUT", uri, body: .bytes(ByteBuffer(bytes: file)), key: key, headers: headers)
    }

    /// Imports a file and follows its job to the end.
    private static func deliver(_ client: Client, _ mappings: String, _ file: [UInt8]) async throws -> JSON {
        let started = try await start(client, mappings).json
        let uri = try #require(started["upload_uri"].text)
        #expect(try await upload(client, uri, file).status == 200)
        return try await client.finished(started["job_id"].text ?? "")
    }

    @Test("a file becomes contacts on the list, by its mapping and without its header")
    func plain() async throws {
        try await withSandbox { sandbox, client in
            let started = try await Self.start(client, #"["_rf2_T",null,"_rf0_T","e1_T","e2_N","e3_D"]"#)
            #expect(started.status == 200)
            #expect(started.json.names == ["job_id", "upload_uri", "upload_headers"])
            let header = started.json["upload_headers"][0]
            #expect(header["header"].text == "x-amz-server-side-encryption" && header["value"].text == "aws:kms")
            let uri = try #require(started.json["upload_uri"].text)
            #expect(uri.hasPrefix(client.base + "/sandbox/uploads/") && uri.contains("?X-Amz-Signature="))
            let file =
                "email,x,first_name,tier,points,since\r\n"
                + "A@Example.com,skip,\"Eva \"\"E\"\", Ek\",gold,12.5,02/11/2021\r\nb@example.com,,Bo,,,"
            let answer = try await Self.upload(client, uri, Array(file.utf8))
            #expect(answer.status == 200 && answer.text.isEmpty)
            let job = try await client.finished(started.json["job_id"].text ?? "")
            #expect(job["status"].text == "completed")
            #expect(job["job_type"].text == "contacts_import")
            #expect(job["results"]["requested_count"].integer == 2 && job["results"]["created_count"].integer == 2)
            let state = await sandbox.state()
            #expect(state.lists[0].memberCount == 2)
            #expect(
                state.contacts["a@example.com"]?.fields == [
                    "email": "a@example.com", "first_name": "Eva \"E\", Ek", "e1_T": "gold", "e2_N": "12.5",
                    "e3_D": "02/11/2021",
                ])
            #expect(state.contacts["b@example.com"]?.fields == ["email": "b@example.com", "first_name": "Bo"])
            let record = try #require(state.requests.first { $0.path.hasPrefix("/sandbox/uploads/") })
            #expect(record.contactCount == 2 && !record.carriedAuthorization)
        }
    }

    @Test("an empty cell leaves a field as it is, and of two rows for one contact the last wins")
    func empty() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client.deliver(#"{"email":"a@example.com","first_name":"Old","city":"Lund"}"#)
            let file = "email,first_name,city\na@example.com,One,\nA@example.com,Two,\n"
            let job = try await Self.deliver(client, #"["_rf2_T","_rf0_T","_rf6_T"]"#, Array(file.utf8))
            #expect(job["results"]["requested_count"].integer == 2 && job["results"]["updated_count"].integer == 1)
            let fields = await sandbox.state().contacts["a@example.com"]?.fields
            #expect(fields?["first_name"] == "Two" && fields?["city"] == "Lund")
        }
    }

    @Test("rows that are wrong are errors of the job, and the others are imported")
    func rowErrors() async throws {
        try await withSandbox { sandbox, client in
            let file =
                "email,points,since,city\nnope,1,,\nn@example.com,many,,\nd@example.com,,AAAAA,\n,1,,\n"
                + "c@example.com,1,,\(String(repeating: "x", count: 61))\nshort@example.com\nbad@example.com,-1.5,,x\ngood@example.com,1.5,,x\n"
            let job = try await Self.deliver(
                client, #"["_rf2_T","e2_N","e3_D","_rf6_T"]"#, Array(file.utf8) + [0xFF] + Array(",,,\n".utf8))
            #expect(job["status"].text == "errored")
            #expect(job["results"]["requested_count"].integer == 9 && job["results"]["errored_count"].integer == 8)
            #expect(await sandbox.state().contacts.keys.sorted() == ["good@example.com"])
            let errors = try await client("GET", job["results"]["errors_url"].text ?? "", key: .some(nil))
            #expect(errors.text.contains("nope,email 'nope' is not valid\r\n"))
            #expect(errors.text.contains("n@example.com,\"import error, field type does not match\"\r\n"))
        }
    }

    @Test(
        "a file that does not match its mapping, is empty or never closes a quote fails as a whole",
        arguments: ["email,more\na@example.com,x\n", "", "email\n\"a@example.com\n"])
    func failing(file: String) async throws {
        try await withSandbox { sandbox, client in
            let job = try await Self.deliver(client, #"["_rf2_T"]"#, Array(file.utf8))
            #expect(job["status"].text == "failed")
            #expect(await sandbox.state().contacts.isEmpty)
        }
    }

    /// `printf 'email\na@example.com\n' | gzip -n` and the same for `b@example.com` without the header.
    private static let compressed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75, 205, 77, 204, 204, 225, 74, 116, 72, 173, 72, 204, 45, 200, 73, 213, 75,
        206, 207, 229, 2, 0, 217, 241, 12, 227, 20, 0, 0, 0,
    ]
    private static let second: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75, 114, 72, 173, 72, 204, 45, 200, 73, 213, 75, 206, 207, 229, 2, 0, 114, 146,
        140, 250, 14, 0, 0, 0,
    ]

    @Test("a file may be compressed, in several parts as well, but not cut off", arguments: 0..<3)
    func gzip(variant: Int) async throws {
        try await withSandbox { sandbox, client in
            let file = variant == 0 ? Self.compressed : Self.compressed + Self.second
            let job = try await Self.deliver(client, #"["_rf2_T"]"#, variant == 2 ? file.dropLast(5) : file)
            #expect(job["status"].text == (variant == 2 ? "failed" : "completed"))
            let known = [["a@example.com"], ["a@example.com", "b@example.com"], []][variant]
            #expect(await sandbox.state().contacts.keys.sorted() == known)
        }
    }

    @Test("compressed files may be larger than the pieces they are read in, on either side")
    func gzipPieces() throws {
        let schema = UpsertReview.Schema(
            fieldTypes: [:], listIDs: [], overlongFieldsAre400: false, errorsPerReply: 1)
        func review(_ file: Data, mostRows: Int = 1_000_000) -> UpsertReview {
            CSVReview.review(file, columns: [.reserved(.email)], listIDs: [], schema: schema, mostRows: mostRows)
        }
        // 480 kB: a header and 30,000 times one of three addresses.
        let large = try #require(Data(base64Encoded: Self.large))
        let unpacked = review(large)
        #expect(unpacked.requested == 30_000 && unpacked.patches.count == 3 && unpacked.rejections.isEmpty)
        // 100 kB: a header and 3,000 files of one row.
        let many = review(Data(Self.compressed + (0..<3_000).flatMap { _ in Self.second }))
        #expect(many.requested == 3_001 && many.patches.count == 2 && many.rejections.isEmpty)
        #expect(review(large, mostRows: 30_000).rejections.isEmpty)
        let tooMany = review(large, mostRows: 29_999)
        #expect(tooMany.patches.isEmpty && tooMany.rejections.count == 1)
    }

    private static let large =
        "H4sIAAAAAAACA+3KsQmAMBAAwP6HEXUCVwnhCyGPNgHHt84OVx5cVrtHzP3Kr9U7cutPxTxWnitlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZlWZZl"
        + "WZZlWZZlWZZlWZZlWZYrfqhYEzfW3QYA"

    @Test("a fault whose path says so meets an upload, and the file can come again")
    func uploadFault() async throws {
        let fault = SandboxFault(.status(503), path: "/sandbox/uploads")
        try await withSandbox(.quick.with { $0.faults = [fault] }) { _, client in
            let started = try await Self.start(client, #"["_rf2_T"]"#).json
            let uri = started["upload_uri"].text ?? ""
            let file = Array("email\na@example.com\n".utf8)
            #expect(try await Self.upload(client, uri, file).status == 503)
            #expect(try await Self.upload(client, uri, file).status == 200)
            #expect(try await client.finished(started["job_id"].text ?? "")["status"].text == "completed")
        }
    }

    @Test("an upload with a key is a 400; without its header, its signature or a known address it is a 403")
    func uploads() async throws {
        try await withSandbox { sandbox, client in
            let uri = try #require(try await Self.start(client, #"["_rf2_T"]"#).json["upload_uri"].text)
            let file = Array("email\na@example.com\n".utf8)
            #expect(try await Self.upload(client, uri, file, key: nil).status == 400)
            #expect(try await Self.upload(client, uri, file, headers: [:]).status == 403)
            let other = ["x-amz-server-side-encryption": "AES256"]
            #expect(try await Self.upload(client, uri, file, headers: other).status == 403)
            #expect(try await Self.upload(client, uri + "0", file).status == 403)
            #expect(try await Self.upload(client, client.base + "/sandbox/uploads/x", file).status == 403)
            #expect(await sandbox.state().jobs.map(\.status) == ["pending"])
            #expect(try await Self.upload(client, uri, file).status == 200)
        }
    }

    @Test("the job is there from the first call, and its delay counts from the upload's end")
    func life() async throws {
        try await withSandbox { _, client in
            let started = try await Self.start(client, #"["_rf2_T"]"#).json
            let id = started["job_id"].text ?? ""
            try await Task.sleep(for: .milliseconds(60))
            let waiting = try await client("GET", "\(Self.path)/\(id)").json
            #expect(waiting["status"].text == "pending" && waiting["results"].names.isEmpty)
            let uri = started["upload_uri"].text ?? ""
            _ = try await Self.upload(client, uri, Array("email\na@example.com\n".utf8))
            #expect(try await client.finished(id)["status"].text == "completed")
            // The same file again, as after a lost answer, changes nothing.
            #expect(try await Self.upload(client, uri, Array("email\nb@example.com\n".utf8)).status == 200)
            #expect(try await client.finished(id)["results"]["created_count"].integer == 1)
        }
    }

    @Test(
        "what cannot be imported is refused at once",
        arguments: [
            (#"{"file_type":"json","field_mappings":["_rf2_T"]}"#, 400),
            (#"{"field_mappings":["_rf2_T"]}"#, 400), (#"{"file_type":"csv"}"#, 400),
            (#"{"file_type":"csv","field_mappings":[]}"#, 400),
            (#"{"file_type":"csv","field_mappings":["_rf2_T","email"]}"#, 400),
            (#"{"file_type":"csv","field_mappings":["_rf2_T","_rf16_D"]}"#, 400),
            (#"{"file_type":"csv","field_mappings":["_rf2_T"],"list_ids":["nope"]}"#, 404),
        ])
    func refused(body: String, status: Int) async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client("PUT", Self.path, body: body)
            #expect(answer.status == status)
            let other = try await client("POST", Self.path, body: body)
            #expect(other.status == 405)
            #expect(await sandbox.state().jobs.isEmpty)
        }
    }

    @Test("every field that can be written is one that the definitions list, and the other way round")
    func reserved() {
        let writable = ReservedField.all.filter { !$0.isReadOnly && !["list_ids", "segment_ids"].contains($0.name) }
        #expect(Set(ReservedField.writable.keys) == Set(writable.map(\.id)))
    }
}

@Suite("A comma-separated file")
struct CSVReaderTests {
    private static func rows(_ text: String, pieces: Int) -> [CSVReader.Row] {
        var reader = CSVReader()
        var rows: [CSVReader.Row] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.read(rest.prefix(pieces)) { rows.append($0) }
            rest = rest.dropFirst(pieces)
        }
        reader.finish { rows.append($0) }
        return rows
    }

    @Test(
        "is read the same whole and byte by byte",
        arguments: [
            ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]), ("a,b\nc,", [["a", "b"], ["c", ""]]),
            ("\u{FEFF}a\n\n\nb", [["a"], ["b"]]), ("\"a\nb\",\"\"\"\"\r\"\"", [["a\nb", "\""], [""]]),
            ("a\"b,c\n", [["a\"b", "c"]]), ("", []),
        ])
    func reading(text: String, rows: [[String]]) {
        #expect(Self.rows(text, pieces: 1) == rows)
        #expect(Self.rows(text, pieces: 1_000) == rows)
    }
}
