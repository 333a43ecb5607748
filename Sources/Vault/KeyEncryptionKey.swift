internal import Glibc
internal import Model

/// The key that wraps the keys of all secrets: 32 bytes from a file that its owner alone can read, and nobody write.
///
/// Never from an environment variable or an argument: both can be read by others of the same user.
public struct KeyEncryptionKey: ~Copyable, Sendable {
    /// Its version; new secrets are sealed under the newest.
    public let version: UInt32
    let bytes: SecretBytes

    private static let length = 32

    /// Who keeps the file.
    public enum Custody: Sendable {
        /// The user that runs Waybill: theirs, and mode 0400.
        case file
        /// systemd, in a service's `$CREDENTIALS_DIRECTORY`: root's, mode 0400, or 0440 with an access control list for the
        /// service's user, in a directory that no other user can enter (systemd.exec(5), `LoadCredential=`).
        case systemdCredential

        fileprivate var modes: [mode_t] {
            switch self {
            case .file: [0o400]
            case .systemdCredential: [0o400, 0o440]
            }
        }
    }

    /// Makes a key file with mode 0400; refuses to touch one that is there.
    /// - Throws: ``VaultError/keyFile(path:problem:remedy:)``.
    public static func create(path: String) throws(VaultError) {
        // Before the file is made, so that nothing has to be taken back if it fails.
        let key = try SecretBytes.random(count: length)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
        guard descriptor >= 0 else {
            let reason = errno
            throw reason == EEXIST
                ? .keyFile(
                    path: path, problem: "already exists",
                    remedy: "a key is never overwritten; move the old one away if it is not needed any more")
                : .keyFile(
                    path: path, problem: "cannot be made (errno \(reason))",
                    remedy: "check that its folder exists and can be written")
        }
        defer { close(descriptor) }
        let isWritten = unsafe key.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) == length }
        // The umask may have taken the owner's bit too.
        guard isWritten, fchmod(descriptor, 0o400) == 0, fsync(descriptor) == 0, synchronizeFolder(of: path) else {
            unsafe unlink(path)
            throw .keyFile(path: path, problem: "cannot be written", remedy: "check the free space")
        }
    }

    /// Reads a key file.
    ///
    /// What is checked is what is read: the file is opened once, without following a link.
    /// - Throws: ``VaultError/keyFile(path:problem:remedy:)``, one problem and remedy for each rule.
    public init(path: String, custody: Custody = .file) throws(VaultError) {
        // Non-blocking, because opening a pipe would otherwise wait for whoever writes to it; files do not notice.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.cannotOpen(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .keyFile(path: path, problem: "is not a regular file", remedy: "put the key file there")
        }
        guard status.st_uid == geteuid() || (custody == .systemdCredential && status.st_uid == 0) else {
            throw .keyFile(
                path: path, problem: "belongs to another user", remedy: "chown it to the user that runs waybill")
        }
        guard custody.modes.contains(status.st_mode & 0o7777) else {
            throw .keyFile(
                path: path, problem: "has mode \(Self.octal(status.st_mode & 0o7777)), it must be 0400",
                remedy: "chmod 0400 \(path)")
        }
        guard status.st_size == Self.length else {
            throw .keyFile(path: path, problem: "has \(status.st_size) bytes, it must have 32", remedy: "restore it")
        }
        bytes = unsafe try SecretBytes(count: Self.length) { (out) throws(VaultError) in
            guard unsafe read(descriptor, out.baseAddress, out.count) == out.count else {
                throw .keyFile(path: path, problem: "cannot be read", remedy: "restore it")
            }
        }
        version = 1
    }

    /// A mode as ls(1) and chmod(1) users write it: a zero and at least three digits.
    private static func octal(_ mode: mode_t) -> String {
        let digits = String(mode, radix: 8)
        return "0" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private static func cannotOpen(_ path: String, _ reason: Int32) -> VaultError {
        switch reason {
        case ELOOP:
            .keyFile(path: path, problem: "is a symbolic link", remedy: "give the path of the file itself")
        case ENOENT:
            .keyFile(
                path: path, problem: "does not exist",
                remedy: "restore it from where it was kept; without it no sealed key can be opened")
        case EACCES:
            .keyFile(
                path: path, problem: "cannot be read by this user",
                remedy: "chown it to the user that runs waybill, and chmod 0400 \(path)")
        default:
            .keyFile(path: path, problem: "cannot be opened (errno \(reason))", remedy: "check the path")
        }
    }

    init(version: UInt32, bytes: consuming SecretBytes) {
        self.version = version
        self.bytes = bytes
    }

    /// Makes the new name durable as well (fsync(2): syncing a file does not sync its directory).
    private static func synchronizeFolder(of path: String) -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
