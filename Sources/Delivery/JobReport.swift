public import Model

/// How a job stands.
public struct JobReport: Sendable {
    /// The states of a job.
    public enum State: String, Sendable {
        /// Not finished, whatever the counts say.
        case pending
        /// Finished without errors.
        case completed
        /// Finished; some contacts were refused.
        case errored
        /// Finished; all contacts were refused, or the job could not be processed.
        case failed
    }

    /// The state; a word that this version does not know counts as pending, and the bound on waiting ends it.
    public let state: State
    /// How many contacts were refused so far; absent in the answer means none yet, and so does what is no count.
    public let errored: Int
    /// Where the reasons of the refused ones can be read, if that is said: an address that opens to whoever has it.
    public let errorFile: Personal<String>?
    private let requested: Int?
    private let stored: Int
    private let hasUnreadableCount: Bool

    init(_ body: JobBody) {
        let results = body.results
        state = State(rawValue: body.status) ?? .pending
        errored = results?.errored_count?.value ?? 0
        errorFile = results?.errors_url.map { Personal($0) }
        requested = results?.requested_count?.value
        // Each is at most a thousand million, so the sum is a number.
        stored = (results?.created_count?.value ?? 0) + (results?.updated_count?.value ?? 0)
        hasUnreadableCount = [
            results?.requested_count, results?.created_count, results?.updated_count, results?.errored_count,
        ].contains { $0 != nil && $0?.value == nil }
    }

    /// Whether what it says of a request of so many contacts contradicts itself, so that it is no evidence of anybody's
    /// arrival.
    ///
    /// Fewer stored than requested is no contradiction: what was unchanged is not counted anywhere. Fewer named than
    /// counted is none either: the file may be gone.
    /// - Parameter named: how many of its contacts its error file names.
    public func contradicts(contacts: Int, named: Int) -> Bool {
        if hasUnreadableCount { return true }
        if let requested, requested < contacts { return true }
        if stored + errored > max(requested ?? contacts, contacts) { return true }
        switch state {
        case .pending: return false
        case .completed: return errored > 0 || named > 0
        case .errored: return errored == 0 || named > errored
        case .failed: return stored > 0
        }
    }
}
