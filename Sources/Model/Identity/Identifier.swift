/// A name for one thing of one kind, so that an export's identifier cannot stand where a destination's is asked for.
///
/// Identifiers travel into log entries and the signed statement, therefore only a narrow alphabet is taken: no
/// white space, no quote, no `@`: an address cannot become a name (I6). What people name themselves may have letters of
/// any script; see ``NameAlphabet``.
public struct Identifier<Kind: IdentifierKind>: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The text of the identifier: 1 to 64 letters, digits, `.`, `_` and `-`, the first a letter or digit.
    public let text: String

    /// Takes `text` if it is a well-formed identifier; letters with marks are composed (NFC).
    /// - Throws: ``ModelError/identifier(problem:)`` otherwise.
    public init(_ text: String) throws(ModelError) {
        let text = Kind.takesAnyScript ? NameAlphabet.composed(text) : text
        if let problem = NameAlphabet.problem(in: text, takesAnyScript: Kind.takesAnyScript) {
            throw .identifier(problem: problem)
        }
        self.text = text
    }

    /// The text itself.
    public var description: String { text }

    /// Orders by the bytes of the text.
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// What an ``Identifier`` names.
public protocol IdentifierKind: Sendable {
    /// Whether it may have letters of any script; else those of ASCII alone.
    static var takesAnyScript: Bool { get }
}

extension IdentifierKind {
    /// What Waybill or SendGrid made is ASCII.
    public static var takesAnyScript: Bool { false }
}

/// Marks an ``Identifier`` as a destination's.
public enum DestinationKind: IdentifierKind {}
/// Marks an ``Identifier`` as an export's.
public enum ExportKind: IdentifierKind {}
/// Marks an ``Identifier`` as an administrator's.
public enum AdministratorKind: IdentifierKind {
    /// People are named as they write themselves.
    public static var takesAnyScript: Bool { true }
}
/// Marks an ``Identifier`` as a segment's.
public enum SegmentKind: IdentifierKind {
    /// People name segments in their own language.
    public static var takesAnyScript: Bool { true }
}
/// Marks an ``Identifier`` as a source's.
public enum SourceKind: IdentifierKind {
    /// People name sources in their own language.
    public static var takesAnyScript: Bool { true }
}

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
