/// Why a sandbox could not be started.
public enum SandboxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The host is not 127.0.0.1.
    case notLoopback(host: String)
    /// The port is not one, or is in use.
    case cannotBind(port: Int)
    /// A setting makes no sense.
    case configuration(key: String)

    /// A stable slug.
    public var code: String {
        switch self {
        case .notLoopback: "sandbox-not-loopback"
        case .cannotBind: "sandbox-cannot-bind"
        case .configuration: "sandbox-configuration"
        }
    }

    /// One sentence that says what went wrong.
    public var message: String {
        switch self {
        case .notLoopback(let host): "the sandbox binds to 127.0.0.1 only, not to \(host)"
        case .cannotBind(let port): "the sandbox cannot listen on port \(port) of 127.0.0.1"
        case .configuration(let key): "the sandbox's setting \(key) is out of its range"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .notLoopback: "it has no users and no encryption; leave the host out"
        case .cannotBind: "choose another port, or 0 for any that is free"
        case .configuration: nil
        }
    }

    /// The message with its code.
    public var description: String { "\(message) [\(code)]" }
}
