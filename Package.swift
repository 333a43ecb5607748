// swift-tools-version: 6.2
import PackageDescription

// Rooms and arrows. A target may import what stands in its `dependencies` and nothing else; `ArchitectureTests` holds
// the same list against the source text, because the compiler alone cannot see every door.
let package = Package(
    name: "waybill",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "waybill", targets: ["CLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The channel between making batches ready and sending them; already in the graph through hummingbird.
        .package(url: "https://github.com/apple/swift-async-algorithms.git", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // ByteBuffer, the chunk type of async-http-client's streamed bodies; already in the graph through it.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Tells a certificate that does not verify from a host that does not answer; already in the graph as well.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Model"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Compression", dependencies: ["Model", "CZlib"]),
        .target(name: "Vault", dependencies: ["Model", "COpenSSL"]),
        .target(name: "Consent", dependencies: ["Model", "Vault"]),
        .target(name: "Ledger", dependencies: ["Model", "Vault"]),
        .target(
            name: "Governance",
            dependencies: ["Model", "Vault", "Consent", "Ledger", .product(name: "Logging", package: "swift-log")]
        ),
        .target(name: "Engine", dependencies: ["Model", "Compression"]),
        .target(
            name: "Delivery",
            dependencies: [
                "Model", "Vault", "Governance",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "Store",
            dependencies: [
                "Model", "Consent", "Ledger", "Governance",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Operations",
            dependencies: [
                "Model", "Vault", "Consent", "Ledger", "Governance", "Engine", "Delivery", "Store", "Sandbox",
                "Compression",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Policies/boundary.yaml"),
                .embedInCode("Policies/agreement.v1.en.md"),
                .embedInCode("Policies/agreement.v1.sv.md"),
            ]
        ),
        .target(
            name: "Sandbox",
            dependencies: [
                "CZlib",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Model", "Operations", "Sandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .target(name: "Support", path: "Tests/Support"),
        .testTarget(name: "ModelTests", dependencies: ["Model", "Support"]),
        .testTarget(name: "VaultTests", dependencies: ["Model", "Vault", "Support"]),
        .testTarget(name: "ConsentTests", dependencies: ["Model", "Vault", "Consent", "Support"]),
        .testTarget(name: "LedgerTests", dependencies: ["Model", "Vault", "Ledger", "Support"]),
        .testTarget(
            name: "EngineTests", dependencies: ["Model", "Engine", "Compression", "Support"],
            exclude: ["Rules/Definitions"]),
        .testTarget(
            name: "GovernanceTests",
            dependencies: ["Model", "Vault", "Consent", "Ledger", "Governance", "Store"]),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Model", "Vault", "Ledger", "Governance", "Delivery", "Store", "Support",
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "Sandbox",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(name: "OperationsTests", dependencies: ["Model", "Consent", "Governance", "Operations"]),
        // Through the real binary: it is built because it is a dependency, and found beside the tests.
        .testTarget(
            name: "ScenarioTests", dependencies: ["CLI", "Sandbox", "Support"], exclude: ["Workspaces"]),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["Model", "Governance", "Delivery", "Ledger", "Consent"],
            exclude: ["Rejected"]),
    ],
    swiftLanguageModes: [.v6]
)

// Warnings are errors where changes are judged; a newer compiler's new warning does not keep anybody else from building.
let isStrict = Context.environment["CI"] != nil

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
    if isStrict {
        target.swiftSettings?.append(.treatAllWarnings(as: .error))
    }
    if target.name == "Vault" {
        target.swiftSettings?.append(.strictMemorySafety())
    }
}
