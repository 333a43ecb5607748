import Foundation
import Testing

/// What the build that runs these tests has made: modules to import, and the module maps of C targets behind them.
struct BuildProducts {
    let modules: URL
    let moduleMaps: [URL]
    let includes: [URL]

    static func locate() throws -> BuildProducts {
        let manager = FileManager.default
        var folder = URL(filePath: try manager.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path.count > 1,
            !manager.fileExists(atPath: folder.appending(path: "Modules/Governance.swiftmodule").path)
        {
            folder = folder.deletingLastPathComponent()
        }
        if folder.path.count <= 1 {
            // The tests may be run by a helper of the toolchain: then the build is the package's own.
            folder = SourceTree.root.appending(path: ".build/debug").resolvingSymlinksInPath()
        }
        let modules = folder.appending(path: "Modules")
        try #require(
            manager.fileExists(atPath: modules.appending(path: "Governance.swiftmodule").path), "\(folder.path)")
        let scratch = folder.deletingLastPathComponent().deletingLastPathComponent()
        let generated = (try? manager.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        let maps =
            generated.map { $0.appending(path: "module.modulemap") }
            + [SourceTree.root.appending(path: "Sources/COpenSSL/module.modulemap")]
        let checkouts =
            (try? manager.contentsOfDirectory(at: scratch.appending(path: "checkouts"), includingPropertiesForKeys: nil))
            ?? []
        var includes: [URL] = []
        for sources in checkouts.map({ $0.appending(path: "Sources") }) {
            for target in (try? manager.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)) ?? [] {
                let include = target.appending(path: "include")
                if manager.fileExists(atPath: include.path) { includes.append(include) }
            }
        }
        return BuildProducts(
            modules: modules, moduleMaps: maps.filter { manager.fileExists(atPath: $0.path) }, includes: includes)
    }
}
