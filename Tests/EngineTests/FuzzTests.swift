import Foundation
import Model
import Support
import Testing

@testable import Engine

/// One target a parser: whatever the bytes are, it ends in rows or in an error of its own that names a place; it never
/// crashes, and what it accepts does not depend on where the chunks end.
///
/// Inputs are well-formed samples, mutated from a seed, so that a failure can be run again. `WAYBILL_FUZZ` multiplies the
/// rounds: `WAYBILL_FUZZ=1000 swift test --filter Fuzz`.
@Suite("Fuzz targets")
struct FuzzTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private static let factor = ProcessInfo.processInfo.environment["WAYBILL_FUZZ"].flatMap { Int($0) } ?? 1

    /// Calls `body` with mutations of the samples.
    private func fuzz(_ samples: [String], rounds: Int, alphabet: String, _ body: ([UInt8], String) throws -> Void)
        rethrows
    {
        for seed in 0..<(rounds * Self.factor) {
            var random = SeededGenerator(seed: UInt64(seed))
            var bytes = Array((samples.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0...max(0, bytes.count - 1), using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1 where !bytes.isEmpty: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: Array(alphabet.utf8).shuffled(using: &random).prefix(3), at: place)
                case 3: bytes += bytes[place...].prefix(40)
                case 4: bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: random.bytes(2), at: place)
                }
            }
            try body(bytes, "seed \(seed)")
        }
    }

    /// The rows, or the error by its code and line, whatever the chunk size; and the two must agree.
    private func outcome(_ comment: String, _ read: (Int) throws -> [[String]]) -> [[String]]? {
        var outcomes: [String] = []
        var found: [[String]]?
        for chunk in [3, 64, 100_000] {
            do {
                let rows = try read(chunk)
                found = rows
                outcomes.append("\(rows)")
            } catch let error as EngineError {
                #expect(!error.code.isEmpty && !error.message.isEmpty)
                outcomes.append(failure { throw error } ?? "")
            } catch {
                outcomes.append("\(type(of: error))")
            }
        }
        #expect(Set(outcomes).count == 1, "\(comment): \(outcomes)")
        return found
    }

    @Test("CSV, in every dialect")
    func csv() throws {
        let samples = [
            "Id,Email,First\n1,\"a@example.com\",\"x\"\"y\"\r\n2,b@example.com,å\n", "Id\n\n\n5\" pipe\n\"a\nb\"",
            "\u{FEFF}Id;Email\n1;\"2;3\"\n", "Id,Email\n1,a\"b,c\"d\n2,\"\"e\n",
        ]
        try fuzz(samples, rounds: 400, alphabet: "\",;\n\r\tå\u{0}") { bytes, comment in
            let path = try folder.write(bytes, to: "f.csv")
            for quotes in [CSVDialect.Quotes.strict, .none, .afterDelimiter, .anywhere] {
                let dialect = CSVDialect(delimiter: comment.count % 2 == 0 ? 0x2C : 0x3B, quotes: quotes)
                _ = outcome("\(comment), \(quotes)") { chunk in
                    let file = try SourceFile.csv(path, dialect: dialect)
                    return try rows(file, columns: file.fields, chunk: chunk)
                }
            }
        }
    }

    @Test("NDJSON")
    func ndjson() throws {
        let samples = [
            #"{"Id":1,"Email":"a\u00e5@example.com","First":["x",{"y":null}]}"# + "\n{\"Id\":null}\n",
            "\n\n{ \"Id\" : -1.5e10 , \"Email\" : true }\r\n", #"{"Id":"\ud834\udd1e\n","Id":2}"#,
            "{\"a\":" + String(repeating: "[", count: 70),
            #"{"Id":1,"Email":"a","DoNotEmail":true}"# + "\n"
                + #"{"do_not_email":"\u0030","Email":"b","Other":{"Id":[]}}"#,
        ]
        try fuzz(samples, rounds: 600, alphabet: "{}[]:,\"\\ue0\n") { bytes, comment in
            let path = try folder.write(bytes, to: "f.ndjson")
            _ = outcome(comment) { chunk in
                let file = try SourceFile.ndjson(path)
                return try rows(file, columns: Array(Set(file.fields)).sorted(), chunk: chunk)
            }
        }
    }

    @Test("model.json")
    func model() throws {
        try folder.write("1,a@example.com\n", to: "f.csv")
        let samples = [
            #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"A","attributes":[{"name":"Id","dataType":"int64"},{"name":"Email","dataType":"string"}],"partitions":[{"name":"p","location":"f.csv","fileFormatSettings":{"$type":"CsvFormatSettings","columnHeaders":false,"delimiter":",","encoding":"UTF-8","quoteStyle":"QuoteStyle.Csv","csvStyle":"CsvStyle.QuoteAlways"}}]}]}"#,
            #"{"entities":[{"name":"A","attributes":[{"name":"Id"}]},{"name":"Customer","attributes":[{"name":"Id"}],"partitions":null}]}"#,
        ]
        try fuzz(samples, rounds: 600, alphabet: "{}[]:,\"\\truefalsn01.") { bytes, comment in
            try folder.write(bytes, to: "model.json")
            let found = failure { _ = try OpenSource(.commonDataModel(folder: folder.url.path)) }
            let expected = [
                nil, "bad-model-json", "duplicate-column", "unreadable-source", "malformed-row at 1", "missing-column",
                "not-utf-8 at 1",
            ]
            #expect(expected.contains(found), "\(comment): \(found ?? "")")
        }
    }

    @Test("segment definitions in JSON")
    func definitions() throws {
        let samples = try Definitions.names.map {
            try String(contentsOf: Definitions.folder.appending(path: "\($0).json"), encoding: .utf8)
        }
        fuzz(samples, rounds: 300, alphabet: "{}[]:,\"\\nulandor0") { bytes, comment in
            let found = failure {
                let rule = try SegmentRule(customerInsights: bytes, file: "f.json", types: Definitions.types)
                #expect(try SegmentRule(parsing: rule.text).text == rule.text, "\(comment)")
            }
            #expect(found == nil || found == "bad-segment-definition", "\(comment): \(found ?? "")")
        }
    }

    @Test("rules in text")
    func texts() throws {
        let samples = [
            #"a == "x" and (b in (1, 2) or not c is null)"#, #"`Full Name` starts with "Å" ignoring case"#,
            #"born within last 30 days or month of born == 12 and x not between 1 and 9"#,
            #"seen >= date "2026-01-01" and id == guid "{ce759201-f786-d590-bf21-34bff576c369}""#,
        ]
        fuzz(samples, rounds: 1500, alphabet: "()\"'`\\=<>!, notandorin0") { bytes, comment in
            let text = String(decoding: bytes, as: UTF8.self)
            let found = failure {
                let rule = try SegmentRule(parsing: text)
                #expect(try SegmentRule(parsing: rule.text) == rule, "\(comment)")
            }
            #expect(found == nil || found == "bad-rule", "\(comment): \(found ?? "")")
        }
    }
}
