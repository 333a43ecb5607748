import Foundation

/// The package's source text, as these tests read it.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File {
        /// From the package's root, `Sources/Engine/Rules/Token.swift`.
        let path: String
        let text: String

        /// The target, for files under `Sources` and `Tests`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// The lines that are code: without comments and without what stands in string literals.
        var code: [(number: Int, line: String)] {
            text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                guard !trimmed.hasPrefix("//") else { return nil }
                var isInString = false
                var code = ""
                var previous: Character = " "
                for character in line {
                    if character == "\"", previous != "\\" { isInString.toggle() }
                    if !isInString { code.append(character) }
                    if code.hasSuffix("//") { break }
                    previous = character
                }
                return (index + 1, code)
            }
        }

        /// The modules it imports.
        var imports: [String] {
            code.compactMap { line in
                let words = line.line.split(separator: " ").map(String.init)
                guard let place = words.firstIndex(of: "import"),
                    words[..<place].allSatisfy({ Self.access.contains($0) })
                else { return nil }
                let rest = words[(place + 1)...].drop { ["struct", "class", "enum", "protocol", "func"].contains($0) }
                return rest.first?.split(separator: ".").first.map(String.init)
            }
        }

        private static let access: Set<String> = [
            "public", "internal", "private", "package", "fileprivate", "@testable", "@preconcurrency", "@_exported",
            "@_spi(_Unicode)",
        ]
    }

    /// All Swift files under a folder of the root.
    static func files(under folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return try walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            File(path: folder + "/" + name, text: try String(contentsOf: base.appending(path: name), encoding: .utf8))
        }
    }
}
