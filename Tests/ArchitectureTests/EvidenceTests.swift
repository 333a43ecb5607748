import Foundation
import Testing

@Suite("Architecture: evidence has no back door")
struct EvidenceTests {
    /// Types that prove something, and the one target that may make them.
    static let evidence: [(type: String, target: String)] = [
        ("VerifiedConsent", "Consent"), ("LedgerReceipt", "Ledger"), ("TransferPermit", "Governance"),
        ("InquiryPermit", "Governance"), ("Conclusion", "Governance"), ("ExportSession", "Governance"),
        ("StandingCheck", "Governance"),
    ]

    @Test("no initializer of an evidence type is public, package or decodable", arguments: evidence.map(\.type))
    func noPublicInitializer(type: String) throws {
        var declarations = 0
        for file in try SourceTree.files(under: "Sources") {
            let lines = file.code.map(\.line)
            for (index, line) in lines.enumerated() {
                let declares = line.contains("struct \(type)") || line.contains("class \(type)")
                let extends = line.contains("extension \(type)")
                guard declares || extends else { continue }
                declarations += declares ? 1 : 0
                for forbidden in ["Decodable", "Codable", "RawRepresentable", "ExpressibleBy"] {
                    #expect(!line.contains(forbidden), "\(file.path): \(line)")
                }
                // The body ends at the first line that closes a brace in the declaration's own column.
                let indent = line.prefix { $0 == " " }.count
                let body = lines[(index + 1)...].prefix { $0 != String(repeating: " ", count: indent) + "}" }
                for inner in body where inner.contains("init(") {
                    #expect(!inner.contains("public") && !inner.contains("package"), "\(file.path): \(inner)")
                }
                for inner in body where inner.contains("public var") {
                    #expect(inner.contains("{"), "\(file.path) lets anybody change evidence: \(inner)")
                }
            }
        }
        #expect(declarations == 1, "\(type) is declared \(declarations) times")
    }

    @Test("evidence is made in its own target alone", arguments: evidence)
    func madeAtHome(type: String, target: String) throws {
        let making = try Regex("\\b\(type)\\(")
        for file in try SourceTree.files(under: "Sources") + SourceTree.files(under: "Tests") {
            guard file.target != target, !file.path.contains("/Rejected/") else { continue }
            for (number, line) in file.code {
                #expect(line.firstMatch(of: making) == nil, "\(file.path):\(number)")
            }
        }
    }

    @Test("a permit is concluded in Delivery alone")
    func concludedInDelivery() throws {
        for file in try SourceTree.files(under: "Sources") where !["Delivery"].contains(file.target) {
            for (number, line) in file.code {
                #expect(!line.contains(".conclude(_") && !line.contains("permit.conclude("), "\(file.path):\(number)")
            }
        }
    }

    @Test("storage protocols are conformed to in Store alone")
    func storageInStore() throws {
        let conforming = try Regex(
            #"(class|struct|actor|extension|enum) \w+(<[^>]*>)?: .*\b(LedgerStorage|GovernanceStorage|LedgerTransaction|GovernanceTransaction)\b"#
        )
        for file in try SourceTree.files(under: "Sources") where file.target != "Store" {
            for (number, line) in file.code {
                #expect(line.firstMatch(of: conforming) == nil, "\(file.path):\(number)")
            }
        }
    }

    @Test("no code path deletes a contact or a list at SendGrid")
    func noDeletion() throws {
        for file in try SourceTree.files(under: "Sources/Delivery") {
            for (number, line) in file.code {
                #expect(!line.contains(".DELETE"), "\(file.path):\(number)")
            }
            #expect(
                !file.text.contains("delete_all_contacts") && !file.text.contains("delete_contacts"), "\(file.path)")
        }
    }

    @Test("nothing traps on purpose, unwraps by force, or claims to be Sendable without saying why")
    func noTraps() throws {
        let forced = try Regex(#"[A-Za-z0-9_\)\]]!([\s\.\)\],;]|$)"#)
        for file in try SourceTree.files(under: "Sources") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in file.code {
                for word in ["try!", "as!", "fatalError(", "preconditionFailure("] {
                    #expect(!line.contains(word), "\(file.path):\(number) \(word)")
                }
                #expect(line.firstMatch(of: forced) == nil, "\(file.path):\(number): \(line)")
                if line.contains("unsafeBitCast") {
                    #expect(file.path == "Sources/Model/Canonical/ByteBlock.swift", "\(file.path):\(number)")
                }
                if line.contains("@unchecked Sendable") || line.contains("unsafeBitCast") {
                    let above = lines[max(0, number - 8)..<(number - 1)]
                    #expect(above.contains { $0.contains("//") }, "\(file.path):\(number) has no proof beside it")
                }
            }
        }
    }

    @Test("no file is longer than 450 lines, and only the agreed names stand at the top")
    func sizes() throws {
        for file in try SourceTree.files(under: "Sources") + SourceTree.files(under: "Tests") {
            let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(count <= 450, "\(file.path) has \(count) lines")
        }
        let agreed: Set<String> = ["Package.swift", "Sources", "Tests", "policies", "README.md", "SECURITY.md"]
        let top = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && !$0.hasPrefix("waybill-quickstart") }
        #expect(Set(top) == agreed)
    }
}
