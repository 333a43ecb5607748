internal import FoundationEssentials
internal import Model

/// Where the parts of a workspace lie.
public struct WorkspaceFiles: Sendable {
    /// The workspace's directory, absolute.
    public let home: String

    /// The files of the workspace in `home`.
    public init(home: String) {
        let isAbsolute = home.hasPrefix("/")
        self.home = isAbsolute ? home : FileManager.default.currentDirectoryPath + "/" + home
    }

    /// The database.
    public var database: String { home + "/waybill.sqlite" }
    /// The key encryption key.
    ///
    /// Keep it out of backups of the database: together they open every secret.
    public var key: String { home + "/waybill.key" }
    /// Space kept for removals on a full disk.
    public var reserve: String { home + "/reserve" }
    /// The editable copy of the policies.
    public var policies: String { home + "/policies" }
    /// Consents as files, for `ssh-keygen -Y verify`.
    public var consents: String { home + "/consents" }

    /// What ``create()`` and the database make.
    private var own: [String] { [database, reserve, home + "/locks", consents, policies] }

    /// Takes away what ``create()`` and the database made, after a failure; a folder that holds anything else stays.
    public func discard() {
        for path in [database + "-wal", database + "-shm"] + own { try? FileManager.default.removeItem(atPath: path) }
        if (try? FileManager.default.contentsOfDirectory(atPath: home))?.isEmpty == true {
            try? FileManager.default.removeItem(atPath: home)
        }
    }

    /// Gives the space in reserve free, for a removal when nothing can be written any more.
    public func releaseReserve() {
        try? FileManager.default.removeItem(atPath: reserve)
    }

    func lock(_ name: String) -> String { home + "/locks/" + name }

    /// How many bytes are kept in reserve: a removal writes a few pages.
    static let reserveBytes = 1 << 20

    /// Makes the directories and the reserve, readable by the owner alone.
    /// - Throws: ``StoreError/workspaceExists(path:)``, ``StoreError/cannotCreate(path:reason:)``.
    public func create() throws(StoreError) {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: database), !manager.fileExists(atPath: key) else {
            throw .workspaceExists(path: home)
        }
        // What is there already is somebody else's, and must not be taken away with a workspace that fails to be made.
        if let taken = own.first(where: { manager.fileExists(atPath: $0) }) {
            throw .cannotCreate(path: taken, reason: "there is something of this name already")
        }
        do {
            try manager.createDirectory(
                atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // Fails where somebody else made it meanwhile: two that make a workspace here cannot both go on.
            for directory in [home + "/locks", consents, policies] {
                try manager.createDirectory(
                    atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            }
            // Written out, not sparse: the blocks must be there when the disk is full.
            try Data(repeating: 0x57, count: Self.reserveBytes).write(to: URL(filePath: reserve))
        } catch {
            throw .cannotCreate(path: home, reason: "the directory cannot be made or written to")
        }
    }
}
