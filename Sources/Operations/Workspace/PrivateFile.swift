internal import Glibc
internal import Store

/// Writes a new file that nobody else can read.
func writePrivate(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError.cannotCreate(path: path, reason: "the key file cannot be made") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw StoreError.cannotCreate(path: path, reason: "the key file cannot be written")
    }
}
