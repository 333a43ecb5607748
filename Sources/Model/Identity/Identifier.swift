/// A name for one thing of one kind, so that an export's identifier cannot stand where a destination's is asked for.
///
/// Identifiers travel into log entries and the signed statement, therefore only a narrow alphabet is taken: no
/// white space, no quote, no `@`: an address cannot become a name (I6).
public struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The text of the identifier: 1 to 64 characters of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
    public let text: String

    /// Takes `text` if it is a well-formed identifier.
    /// - Throws: ``ModelError/identifier(text:)`` otherwise.
    public init(_ text: String) throws(ModelError) {
        let bytes = text.utf8
        let isWord = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard let first = bytes.first, isWord(first), bytes.count <= 64,
            bytes.allSatisfy({ isWord($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D })
        else { throw .identifier(text: text) }
        self.text = text
    }

    /// The text itself.
    public var description: String { text }

    /// Orders by the bytes of the text.
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// Marks an ``Identifier`` as a destination's.
public enum DestinationKind: Sendable {}
/// Marks an ``Identifier`` as an export's.
public enum ExportKind: Sendable {}
/// Marks an ``Identifier`` as an administrator's.
public enum AdministratorKind: Sendable {}
/// Marks an ``Identifier`` as a segment's.
public enum SegmentKind: Sendable {}
/// Marks an ``Identifier`` as a source's.
public enum SourceKind: Sendable {}

/// Names one destination, for example `d1`.
public typealias DestinationID = Identifier<DestinationKind>
/// Names one export, for example `e7`.
public typealias ExportID = Identifier<ExportKind>
/// Names one administrator or auditor.
public typealias AdministratorName = Identifier<AdministratorKind>
/// Names one segment.
public typealias SegmentName = Identifier<SegmentKind>
/// Names one source of profiles.
public typealias SourceName = Identifier<SourceKind>
