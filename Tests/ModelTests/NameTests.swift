import Model
import Testing

@Suite("Names may be in any script, and nothing in one separates, hides or poses as something else")
struct NameTests {
    @Test(
        "letters, digits and marks of any script are taken",
        arguments: [
            "anna", "Åsa", "данные", "北欧", "한국어", "שלום", "नमस्ते", "ทำ", "ー々", "Πελάτες", "kunder-2026.q1_å", "straße",
            "العملاء", "٣", "Nguyễn",
        ])
    func taken(name: String) throws {
        #expect(try SegmentName(name).text == name)
        #expect(try AdministratorName(name).text == name)
        #expect(try SourceName(name).text == name)
    }

    @Test("what is spelled with marks of its own is the same name as the composed form, byte for byte")
    func composed() throws {
        let (apart, composed) = (try AdministratorName("A\u{30A}sa"), try AdministratorName("\u{C5}sa"))
        #expect(apart == composed)
        #expect(Array(apart.text.utf8) == Array(composed.text.utf8) && apart.text.utf8.count == 4)
        // The sign for Ångström is the letter, too.
        #expect(Array(try AdministratorName("\u{212B}sa").text.utf8) == Array(composed.text.utf8))
    }

    @Test(
        "what separates, hides, or can be taken for something else is refused, with the reason",
        arguments: [
            ("", "it is empty"), ("a b", "blank"), ("a\u{A0}b", "blank"), ("a\u{3000}b", "blank"), ("a@b", "'@'"),
            ("a,b", "','"), ("a=b", "'='"), ("a:b", "':'"), ("a\"b", "'\"'"), ("a*", "'*'"), ("!a", "'!'"),
            ("a/b", "'/'"),
            (".a", "starts with"), ("-a", "starts with"), ("a\nb", "control"), ("a\u{1B}[31m", "control"),
            ("a\u{85}b", "not seen"), ("a\u{200B}b", "not seen"), ("a\u{200D}b", "not seen"),
            ("a\u{202E}b", "not seen"),
            ("a\u{2066}b", "not seen"), ("a\u{FEFF}", "not seen"), ("a\u{AD}b", "not seen"), ("a\u{2028}b", "blank"),
            ("x\u{FF20}y", "no letter"), ("x\u{FE6B}y", "no letter"), ("a\u{FF0C}b", "no letter"),
            ("a\u{FF1D}b", "no letter"), ("\u{FF41}nna", "looks like another"), ("\u{1D41A}nna", "looks like another"),
            ("a\u{1C3}", "looks like another"), ("a\u{A4F8}b", "looks like another"),
            ("a\u{2BC}b", "looks like another"),
            ("a\u{3164}b", "looks like another"), ("a\u{115F}b", "looks like another"),
            ("a\u{FE0F}", "looks like another"),
            ("\u{301}a", "on no letter"), ("1\u{301}", "on no letter"), ("-\u{301}", "on no letter"),
            ("\u{430}nna", "look alike"), ("p\u{430}ypal", "look alike"), ("\u{3BF}mega", "look alike"),
            ("😀", "no letter"), ("a™", "no letter"), ("x²", "no letter"),
            (String(repeating: "a", count: 65), "longer"), ("a" + String(repeating: "\u{316}", count: 64), "longer"),
        ])
    func refused(name: String, reason: String) {
        #expect {
            try AdministratorName(name)
        } throws: { error in
            (error as? ModelError)?.message.contains(reason) == true && (error as? ModelError)?.hint != nil
                && (error as? ModelError)?.code == "bad-identifier"
        }
    }

    @Test("what Waybill and SendGrid name themselves is ASCII")
    func ascii() {
        #expect(throws: ModelError.self) { try DestinationID("då") }
        #expect(throws: ModelError.self) { try ExportID("é1") }
        #expect(throws: ModelError.self) { try ContactListID("ä") }
        #expect(throws: Never.self) { try ContactListID("00000000-0000-4000-8000-00000000dead") }
    }

    @Test("a name of the greatest length fits a file name")
    func length() throws {
        #expect(try SegmentName(String(repeating: "北", count: 64)).text.utf8.count == 192)
        // 64 characters of four bytes would be 256.
        #expect(throws: ModelError.self) { try SegmentName(String(repeating: "𠀀", count: 64)) }
        #expect(try SegmentName(String(repeating: "𠀀", count: 63)).text.utf8.count == 252)
    }
}
