internal import Consent
internal import FoundationEssentials
internal import Store

/// The policies that come with Waybill; the build takes them from `policies/` into the binary.
enum BundledPolicies {
    static var boundary: String { text(PackageResources.boundary_yaml) }

    static var agreement: Agreement {
        Agreement(
            version: 1,
            texts: [
                .english: text(PackageResources.agreement_v1_en_md),
                .swedish: text(PackageResources.agreement_v1_sv_md),
            ])
    }

    /// Writes them out for people to read and change; changes take effect through `policy apply` and
    /// `agreement publish`.
    static func write(to directory: String) throws {
        let files = [
            ("boundary.yaml", boundary), ("agreement.v1.en.md", agreement.texts[.english] ?? ""),
            ("agreement.v1.sv.md", agreement.texts[.swedish] ?? ""),
        ]
        for (name, text) in files {
            do {
                try Data(text.utf8).write(to: URL(filePath: directory + "/" + name))
            } catch {
                throw StoreError.cannotCreate(path: directory, reason: "\(name) cannot be written")
            }
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
