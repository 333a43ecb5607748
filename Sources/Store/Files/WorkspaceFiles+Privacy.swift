internal import Glibc

// What others may write can be changed behind the gate's back, and a link of theirs could lead our writing elsewhere.
extension WorkspaceFiles {
    /// Makes sure that nobody but its owner, who runs this, can change the workspace.
    ///
    /// Only where this process could write as well: whoever only reads a copy trusts its log, not its files.
    /// - Throws: ``StoreError/exposed(path:problem:remedy:)``.
    public func requirePrivate() throws(StoreError) {
        try Self.requirePrivate(home)
        try Self.requirePrivate(database)
    }

    /// Makes sure that there is a database, and tells one that is missing from one that may not be seen.
    func requireThere() throws(StoreError) {
        var status = stat()
        guard stat(database, &status) != 0 else { return }
        throw errno == EACCES ? .forbidden(path: home) : .noWorkspace(path: home)
    }

    private static func requirePrivate(_ path: String) throws(StoreError) {
        var status = stat()
        // What is missing, or may not be seen, is reported by whoever opens it.
        guard stat(path, &status) == 0, access(path, W_OK) == 0 else { return }
        guard status.st_uid == geteuid() else {
            throw .exposed(
                path: path, problem: "belongs to another user than the one that runs waybill",
                remedy: "run it as that user, or hand the workspace over: chown -R \(userName()) \(path)")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .exposed(path: path, problem: "can be written by others", remedy: "chmod go-w \(path)")
        }
    }

    /// The user that runs this, by name where there is one.
    private static func userName() -> String {
        getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "\(geteuid())"
    }
}
