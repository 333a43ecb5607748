import Glibc
public import Model

/// Why the sample data was not written.
public enum SampleDataError: ReportableError, Equatable {
    /// Too few or too many profiles were asked for.
    case profileCount(Int)
    /// A folder that cannot be made.
    case folder(path: String)
    /// A file that cannot be made or written, with the system's error number.
    case unwritable(path: String, errno: Int32)

    /// A stable slug.
    public var code: String {
        switch self {
        case .profileCount: "sample-profile-count"
        case .folder: "sample-folder"
        case .unwritable: "sample-file"
        }
    }

    /// What went wrong, and with which path or number.
    public var message: String {
        switch self {
        case .profileCount(let count): "\(count) sample profiles cannot be made"
        case .folder(let path): "the folder \(path) cannot be made"
        case .unwritable(let path, let number): "\(path) cannot be written: \(String(cString: strerror(number)))"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .profileCount: "ask for 1 to 100000000"
        case .folder: "choose a folder that you may write to, with no file of that name in the way"
        case .unwritable: "choose a folder that you may write to, on a disk with free space"
        }
    }

    /// The class, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .profileCount: .usage
        case .folder, .unwritable: .cannotCreate
        }
    }
}
