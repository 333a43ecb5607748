/// A value about a person.
///
/// It prints as a placeholder everywhere; seeing it takes a call that says so.
public struct Personal<Value>: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: Value

    /// Wraps `value`.
    public init(_ value: Value) {
        self.value = value
    }

    /// The value itself.
    ///
    /// Call it only where the person's data is the very thing being handled.
    public func reveal() -> Value { value }

    /// Always `‹personal›`.
    public var description: String { "‹personal›" }
    /// Always `‹personal›`.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Personal: Sendable where Value: Sendable {}
extension Personal: Equatable where Value: Equatable {}
