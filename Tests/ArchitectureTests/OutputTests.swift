import Foundation
import Testing

@Suite("Architecture: everything that is said goes through one door")
struct OutputTests {
    @Test("only the terminal writes to standard output and standard error")
    func oneDoor() throws {
        let calls = try Regex(
            #"\b(print|debugPrint|dump|puts|putchar|fputs|fputc|fwrite|printf|vprintf|fprintf|NSLog|perror|syslog)\s*\(|FileHandle\.standard(Output|Error)|STD(OUT|ERR)_FILENO|\bstd(out|err)\b|Stream\.(output|errors)"#
        )
        // A method of that name is no call of the C library.
        let method = try Regex(#"(func |\.)(print|dump)\("#)
        var doors = 0
        for file in try SourceTree.files(under: "Sources") {
            for (number, line) in file.code where line.replacing(method, with: "").firstMatch(of: calls) != nil {
                if file.path.hasPrefix("Sources/CLI/Terminal/") {
                    doors += 1
                } else {
                    Issue.record("\(file.path):\(number) writes past the terminal: \(line)")
                }
            }
        }
        #expect(doors > 2, "the test finds the door itself")
    }

    @Test("what the terminal is told goes through the function that makes it visible, but for what is signed or hashed")
    func exactTexts() throws {
        let raw = try SourceTree.files(under: "Sources/CLI").filter { file in
            file.code.contains { $0.line.contains("Terminal.shared.raw(") }
        }
        #expect(
            Set(raw.map(\.path)) == [
                // Comma-separated rows too, whose line ends are two characters.
                "Sources/CLI/Commands/ExportCommand.swift", "Sources/CLI/Commands/ConsentCommand.swift",
                "Sources/CLI/Commands/LogCommand.swift",
                "Sources/CLI/Commands/RulesCommands.swift",
            ])
    }
}
