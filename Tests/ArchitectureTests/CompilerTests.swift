import Foundation
import Testing

/// Runs the compiler over snippets that break the wrap.
///
/// Each must fail, and with the diagnostic it names; the good form beside them must pass, so that a failure for another
/// reason (a module that is not found) cannot pose as success.
@Suite("The compiler refuses what would go around the gate", .serialized)
struct CompilerTests {
    private static let folder = SourceTree.root.appending(path: "Tests/ArchitectureTests/Rejected")

    static var snippets: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
            $0.hasSuffix(".swift.txt")
        }
        .sorted()
    }

    @Test("there are snippets, and one of them is the good form")
    func snippetsExist() {
        #expect(Self.snippets.count >= 8)
        #expect(Self.snippets.contains("accepted-good-form.swift.txt"))
    }

    @Test("the compiler says what is wrong with", arguments: snippets)
    func compile(snippet: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: snippet), encoding: .utf8)
        let firstLine = try #require(text.split(separator: "\n").first)
        let expected = try #require(firstLine.split(separator: ": ", maxSplits: 1).last).split(separator: "|")
        let (status, output) = try Self.typecheck(text, named: snippet)
        if expected == ["none"] {
            #expect(status == 0, "\(output)")
        } else {
            #expect(status != 0)
            #expect(expected.contains { output.contains($0) }, "\(output)")
        }
    }

    /// Compiles against the modules of this very build; ownership errors come after type-checking, hence `-c`.
    private static func typecheck(_ text: String, named name: String) throws -> (Int32, String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appending(path: String(name.dropLast(".txt".count)))
        try text.write(to: source, atomically: true, encoding: .utf8)

        let products = try BuildProducts.locate()
        var arguments = ["swiftc", "-swift-version", "6", "-parse-as-library", "-c", source.path]
        arguments += ["-o", folder.appending(path: "out.o").path, "-I", products.modules.path]
        for feature in ["ExistentialAny", "MemberImportVisibility", "NonisolatedNonsendingByDefault"] {
            arguments += ["-enable-upcoming-feature", feature]
        }
        for map in products.moduleMaps { arguments += ["-Xcc", "-fmodule-map-file=\(map.path)"] }
        for include in products.includes { arguments += ["-Xcc", "-I", "-Xcc", include.path] }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
