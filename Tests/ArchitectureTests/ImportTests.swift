import Foundation
import Testing

@Suite("Architecture: arrows run one way")
struct ImportTests {
    /// Who may import what.
    ///
    /// The reason for an entry that is not obvious stands beside it.
    static let allowed: [String: Set<String>] = [
        "Model": ["FoundationEssentials", "Swift"],  // Swift: for the composed form of names, in one file
        "Compression": ["Model", "CZlib", "Synchronization"],
        "Vault": ["Model", "COpenSSL", "Glibc", "Synchronization"],
        "Consent": ["Model", "Vault", "FoundationEssentials"],
        "Ledger": ["Model", "Vault", "FoundationEssentials"],
        "Governance": ["Model", "Vault", "Consent", "Ledger", "Logging", "FoundationEssentials", "Synchronization"],
        // Compression: sources may be gzip'd. Glibc: files and a clock, in three files (see below).
        "Engine": ["Model", "Compression", "FoundationEssentials", "Glibc"],
        "Delivery": [
            "Model", "Vault", "Governance", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
            "FoundationEssentials",
            "Synchronization", "Glibc",  // Glibc: struct linger
        ],
        "Store": [
            "Model", "Vault", "Consent", "Ledger", "Governance", "GRDB", "FoundationEssentials", "Synchronization",
            "Glibc",
        ],
        "Operations": [
            "Model", "Vault", "Consent", "Ledger", "Governance", "Engine", "Delivery", "Store", "Sandbox", "Yams",
            "Compression", "AsyncAlgorithms", "Dispatch", "Synchronization",
            "FoundationEssentials", "Glibc", "Foundation",  // Foundation: Process, in two files (see below)
        ],
        "Sandbox": [
            "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTP1", "Logging",
            "ServiceLifecycle", "CZlib",
            "FoundationEssentials", "Synchronization", "Glibc",
        ],
        "CLI": [
            "Model", "Operations", "Sandbox", "ArgumentParser", "ServiceLifecycle", "UnixSignals",
            "FoundationEssentials",
            "Glibc", "Synchronization",
        ],
    ]

    @Test("every import is on the allow-list of its target")
    func importsAreAllowed() throws {
        let files = try SourceTree.files(under: "Sources")
        #expect(files.count > 50)
        for file in files {
            let list = try #require(Self.allowed[file.target], "\(file.target) has no allow-list")
            for module in file.imports {
                #expect(list.contains(module), "\(file.path) imports \(module), which \(file.target) may not")
            }
        }
    }

    @Test("every target has an allow-list and every allow-list a target")
    func targetsAreListed() throws {
        let targets = Set(try SourceTree.files(under: "Sources").map(\.target))
        #expect(targets == Set(Self.allowed.keys))
    }

    @Test("no import makes another module's names part of ours")
    func nothingIsReexported() throws {
        for file in try SourceTree.files(under: "Sources") {
            #expect(!file.code.contains { $0.line.contains("@_exported") }, "\(file.path)")
        }
    }

    @Test(
        "what can leave the process stands where it is expected",
        arguments: [
            // The only door out, and the local SendGrid's door in.
            ("AsyncHTTPClient", ["Sources/Delivery"]), ("Hummingbird", ["Sources/Sandbox"]),
            // Process, URLSession and sockets come with full Foundation: one file runs ssh-keygen, one a sink to measure
            // against.
            (
                "Foundation",
                ["Sources/Operations/Consents/SSHKeygen.swift", "Sources/Operations/Bench/SinkProcess.swift"]
            ),
            ("FoundationNetworking", []), ("COpenSSL", ["Sources/Vault/OpenSSL"]),
            ("GRDB", ["Sources/Store"]), ("Yams", ["Sources/Operations/Rules"]),
        ])
    func doors(module: String, places: [String]) throws {
        for file in try SourceTree.files(under: "Sources") where file.imports.contains(module) {
            #expect(places.contains { file.path.hasPrefix($0) }, "\(file.path) imports \(module)")
        }
    }

    @Test("outside Delivery and Sandbox no source names a call that opens a connection or starts a program")
    func noSockets() throws {
        let calls = try Regex(
            #"\b(socket|connect|sendto|sendmsg|getaddrinfo|posix_spawn\w*|execv\w*|fork|popen|system)\s*\("#)
        // `connect(` is also what an administrator does to a destination: those are methods, declared or called with a dot.
        let method = try Regex(#"(func |\.)connect\("#)
        for file in try SourceTree.files(under: "Sources") where !["Delivery", "Sandbox"].contains(file.target) {
            for (number, line) in file.code {
                let plain = line.replacing(method, with: "")
                #expect(
                    plain.firstMatch(of: calls) == nil || plain.contains("connect(workspace"), "\(file.path):\(number)")
            }
        }
    }

    @Test("Engine turns to the system in three places, and tests see no other module's insides")
    func narrowPlaces() throws {
        let glibc = try SourceTree.files(under: "Sources/Engine").filter { $0.imports.contains("Glibc") }
        // Reading sources, a scratch file without a name, and the thread's clock.
        let places = ["Reading/InputFile.swift", "Selection/ProcessorTime.swift", "Selection/ScratchFile.swift"]
        #expect(Set(glibc.map(\.path)) == Set(places.map { "Sources/Engine/" + $0 }))
        for file in try SourceTree.files(under: "Tests") {
            for (number, line) in file.code where line.contains("@testable") {
                let module = line.split(separator: " ").last.map(String.init) ?? ""
                #expect(file.target == module + "Tests", "\(file.path):\(number) opens \(module)")
            }
        }
    }
}
