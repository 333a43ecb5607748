internal import Model
internal import Vault

/// The keys that an export needs beside the API key, shared by reference because they cannot be copied.
///
/// The subject key makes tags and outlives the destination. The record key seals what is known of delivered contacts,
/// their addresses among it, and is destroyed with the destination.
final class DeliveryKeys: Sendable {
    let destination: DestinationID
    let subject: SecretBytes
    private let seal: SecretBytes
    /// The place of the contacts' digests, drawn from the record key.
    let digestSeed: UInt64

    init(_ destination: DestinationID, subject: consuming SecretBytes, record: borrowing SecretBytes) throws {
        self.destination = destination
        self.subject = subject
        seal = try Self.derive(record, "waybill delivery record seal", count: 32)
        let seed = try Self.derive(record, "waybill contact digest", count: 8)
        digestSeed = seed.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }.littleEndian
    }

    private static func derive(_ key: borrowing SecretBytes, _ purpose: String, count: Int) throws -> SecretBytes {
        try KeyDerivation.hkdfSHA256(ikm: key, salt: [], info: Array(purpose.utf8), count: count)
    }

    /// What a sealed stretch of the record is bound to, so that none can stand in another's place.
    private func label(_ what: String) -> [UInt8] { Array("waybill/record/\(destination)/\(what)".utf8) }

    func sealed(_ entries: [UInt8], as what: String) throws -> [UInt8] {
        try BulkBox.seal(entries, key: seal, label: label(what))
    }

    func opened(_ box: [UInt8], as what: String) throws -> [UInt8] {
        try BulkBox.open(box, key: seal, label: label(what))
    }

    func tag(of address: [UInt8]) throws -> SubjectTag {
        try SubjectTag.all(in: Manifest.tags(of: address, at: [0..<address.count], key: subject))[0]
    }
}

extension SubjectTag {
    /// The tags in `bytes`, 16 bytes each.
    static func all(in bytes: [UInt8]) -> [SubjectTag] {
        let span = bytes.span.bytes
        return stride(from: 0, to: bytes.count - 15, by: 16).map { offset in
            SubjectTag(
                high: UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)),
                low: UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
        }
    }
}
