internal import Delivery
internal import Glibc
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

extension Workspace {
    /// Connects a SendGrid contact list: asks SendGrid whether key and list are good, then seals the key.
    /// - Parameter keyFile: the file with the API key, or `-` for standard input. Never an argument: others could see it.
    /// - Throws: `DeliveryError` if SendGrid says no; `Refusal` if the host is not allowed or `administrator` is none.
    public func connectDestination(
        name: String, listID: ContactListID, keyFile: String, endpoint: Endpoint, by administrator: AdministratorName
    ) async throws -> DestinationReport {
        try requireLoggable(name, option: "--name")
        try await store.transaction { try $0.requireAdministrator(administrator) }
        let key = try Self.readKey(keyFile)
        var warnings = try Self.checkShape(key)
        warnings += try await SendGrid.withConnection { sendGrid in
            try await gate.inquire(candidate: endpoint, key: key) { permit in
                let scopes = try await sendGrid.scopes(permit)
                _ = try await sendGrid.listName(listID, permit)
                return Self.warnings(scopes: scopes)
            }
        }
        let id = try store.reading { try $0.nextDestinationID() }
        let destination = Destination(id: id, displayName: name, listID: listID, endpoint: endpoint)
        try await gate.connect(destination, key: key, by: administrator)
        return try report(on: id, warnings: warnings)
    }

    func requireLoggable(_ text: String, option: String) throws {
        func refuse(_ problem: String) -> OperationError { .unusableText(option: option, problem: problem) }
        guard text.contains(where: { !$0.isWhitespace }) else { throw refuse("is empty") }
        guard text.utf8.count <= 200 else { throw refuse("is longer than 200 bytes") }
        // What cannot be seen can make a text look like another one, in a statement that is signed too.
        try EnteredText.require(text, option)
        guard !EntryText.holdsAddress(text), !text.hasPrefix("SG.") else {
            throw OperationError.personalText(option: option)
        }
    }

    private static func readKey(_ path: String) throws -> SecretBytes {
        if path == "-" { return try SecretBytes.reading(fileDescriptor: STDIN_FILENO, limit: 512) }
        return try SmallFile.withDescriptor(path) { descriptor, status in
            guard status.st_mode & (S_IRWXG | S_IRWXO) == 0 else { throw OperationError.readableByOthers(path: path) }
            return try SecretBytes.reading(fileDescriptor: descriptor, limit: 512)
        }
    }

    /// `SG.` identifier `.` secret, 69 characters in all; another length is let pass with a word about it.
    private static func checkShape(_ key: borrowing SecretBytes) throws -> [String] {
        let isWellFormed = key.withUnsafeBytes { bytes in
            let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.count == 3 && parts[0].elementsEqual("SG".utf8) && !parts[1].isEmpty && !parts[2].isEmpty
                && bytes.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                }
        }
        guard isWellFormed else { throw OperationError.apiKeyShape }
        return key.count == 69 ? [] : ["the API key has \(key.count) characters; SendGrid's have 69"]
    }

    private static func warnings(scopes: [String]) -> [String] {
        var warnings: [String] = []
        if !scopes.contains(where: { $0.hasPrefix("marketing") }) {
            warnings.append("the API key names no marketing scope; exports may be forbidden")
        }
        let excessive = scopes.filter { scope in
            ["mail.send", "api_keys.", "billing.", "user.", "teammates.", "subusers."].contains { scope.hasPrefix($0) }
        }
        if !excessive.isEmpty {
            warnings.append(
                "the API key may do more than exports need (\(excessive.prefix(5).joined(separator: ", "))"
                    + "\(excessive.count > 5 ? " and \(excessive.count - 5) more" : "")); a key for Marketing alone is safer"
            )
        }
        return warnings
    }
}
