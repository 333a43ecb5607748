import Foundation
import Model
import Testing

@Suite("Tables fit the terminal")
struct TextTableTests {
    @Test("what fits stands in columns as wide as their widest cell")
    func fits() {
        let table = TextTable([["ID", "NAME"], ["d1", "Newsletter"], ["d12", "北欧"]])
        #expect(table.text(width: 80) == "ID   NAME\nd1   Newsletter\nd12  北欧")
    }

    @Test("what does not fit goes on in its column, and identifiers are never broken", arguments: 40...120)
    func wraps(width: Int) {
        let identifier = "00000000-0000-4000-8000-00000000dead"
        let words = String(repeating: "wort ", count: 40)
        let table = TextTable(
            [["ID", "STATE", "WORDS", "LIST"], [identifier, "active", words, "a,b,c"]], keeping: [0])
        let text = table.text(width: width)
        #expect(text.contains(identifier))
        for line in text.split(separator: "\n") { #expect(TextWidth.columns(line) <= max(width, 44), "\(line)") }
        // Nothing is lost.
        #expect(text.components(separatedBy: "wort").count == 41)
    }

    @Test("where kept cells leave no room for columns, each row is a block of its own")
    func blocks() {
        let long = String(repeating: "x", count: 70)
        let text = TextTable([["A", "B", "C"], [long, "one two", "c"]]).text(width: 80)
        #expect(text == "A  \(long)\nB  one two\nC  c")
    }

    @Test("a long word is broken where the column ends, and columns stay straight beside wide characters")
    func wide() {
        let text = TextTable([["a", String(repeating: "北", count: 50), "end"]]).text(width: 60)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { TextWidth.columns($0) <= 60 })
        #expect(lines.joined().count { $0 == "北" } == 50 && text.contains("end"))
    }

    @Test("no rows, empty cells and line breaks in cells do no harm")
    func odd() {
        #expect(TextTable([]).text(width: 80) == "")
        #expect(TextTable([["", "", ""], [""]]).text(width: 10) == "\n")
        #expect(TextTable([["a\nb\r\nc"]]).text(width: 80) == "a b c")
    }

    @Test("a cut text says so, and takes no more columns than it may")
    func cut() {
        #expect(TextWidth.cut("abc", to: 3) == "abc")
        #expect(TextWidth.cut("abcd", to: 3) == "ab…")
        #expect(TextWidth.cut("北欧中", to: 4) == "北…")
        #expect(TextWidth.cut("abc", to: 0) == "…")
    }

    @Test("characters are as wide as Unicode has it: compared with Python for every one that both know")
    func widths() throws {
        let script = """
            import unicodedata
            for c in range(0x20, 0x110000):
                t = chr(c)
                k = unicodedata.category(t)
                if k in ('Cn', 'Cs', 'Cc', 'Cf', 'Mn', 'Me') or 0x1160 <= c <= 0x11FF: continue
                print('2' if unicodedata.east_asian_width(t) in 'WF' else '1', c)
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try #require(try pipe.fileHandleForReading.readToEnd())
        var compared = 0
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let scalar = try #require(UInt32(words[1]).flatMap(Unicode.Scalar.init))
            // Unicode 14, which the table is of.
            guard let age = scalar.properties.age, age.major <= 14 else { continue }
            compared += 1
            let columns = TextWidth.columns(String(Character(scalar)))
            if columns != Int(words[0]) {
                Issue.record("U+\(String(scalar.value, radix: 16)): \(columns), not \(words[0])")
                break
            }
        }
        #expect(compared > 100_000)
        #expect(TextWidth.columns("e\u{301}") == 1 && TextWidth.columns("👩‍👩‍👧") == 2 && TextWidth.columns("❤️") == 2)
        #expect(TextWidth.columns("\u{1B}[31m") == 4 && TextWidth.columns("한") == 2 && TextWidth.columns("") == 0)
    }
}
