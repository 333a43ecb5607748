internal import GRDB
public import Model

/// Why the workspace's files cannot be used.
public enum StoreError: ReportableError, Equatable {
    case noWorkspace(path: String)
    case workspaceExists(path: String)
    case cannotCreate(path: String, reason: String)
    case disk(reason: String)
    case damaged(what: String)
    /// Somebody else can change the workspace.
    case exposed(path: String, problem: String, remedy: String)
    /// The directory is there and this user may not look into it.
    case forbidden(path: String)
    case exists(kind: String, name: String)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .noWorkspace: "no-workspace"
        case .workspaceExists: "workspace-exists"
        case .cannotCreate: "cannot-create-workspace"
        case .disk: "disk-failure"
        case .damaged: "database-damaged"
        case .exposed: "workspace-exposed"
        case .forbidden: "workspace-forbidden"
        case .exists: "name-taken"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .noWorkspace(let path): "there is no workspace in \(path)"
        case .workspaceExists(let path): "there already is a workspace in \(path)"
        case .cannotCreate(let path, let reason): "cannot make a workspace in \(path): \(reason)"
        case .disk(let reason): "the log cannot be written or read: \(reason); nothing is sent without it"
        case .damaged(let what): "the database holds something it cannot hold: \(what)"
        case .exposed(let path, let problem, _): "\(path) \(problem); nothing is done with it"
        case .forbidden(let path): "permission denied: this user may not look into \(path)"
        case .exists(let kind, let name): "there already is a \(kind) named \(name)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .noWorkspace: "make one with 'waybill init', or name another with --home DIR"
        case .workspaceExists: "use it as it is, or name another directory with --home DIR"
        case .cannotCreate: "name a directory you may write to with --home DIR"
        case .disk: "check free space (df), that the directory is writable and mounted, then run the command again"
        case .damaged: "run 'waybill log verify'; restore the database from a backup"
        case .exposed(_, _, let remedy): remedy
        case .forbidden: "run waybill as the user that the workspace belongs to"
        case .exists: "choose another name"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .noWorkspace, .exposed, .forbidden: .configuration
        case .workspaceExists, .cannotCreate: .cannotCreate
        case .disk, .damaged: .io
        case .exists: .usage
        }
    }

    /// Says in plain words what SQLite reported; its own message may quote values, so it is not passed on.
    init(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .disk(reason: "the disk is full")
        case .SQLITE_READONLY: self = .disk(reason: "the database is read-only")
        case .SQLITE_CANTOPEN: self = .disk(reason: "the database cannot be opened for writing")
        case .SQLITE_IOERR: self = .disk(reason: "the disk reported an error")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .disk(reason: "another process keeps the database locked")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(what: "its pages are not a database's")
        default: self = .disk(reason: "SQLite result \(error.extendedResultCode.rawValue)")
        }
    }
}
