import Foundation
import Model
import Testing

@Suite("What is shown is what everybody can see")
struct VisibleTextTests {
    @Test(
        "what steers a terminal, turns text around or has no width is written as its code point",
        arguments: [
            ("\u{1B}[31mred", "<U+001B>[31mred"), ("a\rb", "a<U+000D>b"), ("\u{07}", "<U+0007>"),
            ("a\u{7F}", "a<U+007F>"), ("\u{9B}31m", "<U+009B>31m"), ("\u{202E}txt", "<U+202E>txt"),
            ("\u{2066}x\u{2069}", "<U+2066>x<U+2069>"), ("a\u{2028}b", "a<U+2028>b"), ("a\u{200B}b", "a<U+200B>b"),
            ("\u{E0041}", "<U+E0041>"), ("\0", "<U+0000>"), ("\u{3164}", "<U+3164>"),
        ])
    func hidden(text: String, shown: String) {
        #expect(VisibleText.line(text) == shown)
        #expect(VisibleText.lines(text) == shown)
        #expect(VisibleText.firstHidden(in: text) != nil)
        #expect(VisibleText.firstHidden(in: shown) == nil)
    }

    @Test(
        "text of every script stays as it is",
        arguments: ["plain ASCII ~", "Åsa Öberg", "Łódź", "日本", "שלום", "नमस्ते", "❤️", "a–b…"])
    func plain(text: String) {
        #expect(VisibleText.line(text) == text)
        #expect(VisibleText.firstHidden(in: text) == nil)
    }

    @Test("line breaks stay where several lines are meant, and nowhere else")
    func lines() {
        #expect(VisibleText.lines("a\n\tb\r\nc") == "a\n\tb\nc")
        #expect(VisibleText.line("a\nhint: b") == "a<U+000A>hint: b")
        #expect(VisibleText.firstHidden(in: "a\n\tb\r\n", allowingLines: true) == nil)
        #expect(VisibleText.firstHidden(in: "a\nb") == "U+000A")
    }

    @Test("JSON has such characters as escapes, and they read back the same")
    func json() throws {
        let text = "\u{1B}\u{7F}\u{9B}\u{202E}\u{2028}\u{E0041}å\"\\"
        let written = try ReportJSON.text([text: text])
        #expect(VisibleText.firstHidden(in: written) == nil)
        #expect(try JSONDecoder().decode([String: String].self, from: Data(written.utf8)) == [text: text])
    }
}
