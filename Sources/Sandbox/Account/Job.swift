import FoundationEssentials

/// An accepted request that takes effect later.
struct Job: Sendable {
    enum Work: Sendable {
        case upsert(UpsertReview)
        case removal(contactIDs: [String], listID: String)
    }

    /// How it is to end; all but `honestly` are faults.
    enum Ending: Sendable, Equatable {
        case honestly
        case failing
        case never
        /// All is done, and its state says so only so many seconds later; until then it says `word`.
        case late(seconds: Double, word: String)
        /// Rows are errors, and no file says which.
        case silent
        /// Rows are errors, and the file that says which cannot be had.
        case lostFile
        /// It says that it is done, and changes nothing.
        case ignored
    }

    enum Status: String, Sendable {
        case pending, completed, errored, failed
    }

    struct Counts: Sendable, Equatable {
        var created = 0
        var updated = 0
        var deleted = 0
    }

    let id: String
    let accepted: Date
    let requested: Int
    let ending: Ending
    private let delay: Double
    private var work: Work?
    private(set) var type: String
    private(set) var status = Status.pending
    private(set) var counts = Counts()
    private(set) var rejections: [RowRejection] = []
    private(set) var isCounted = false

    init(
        _ work: Work, ending: Ending, accepted: Date, delay: Duration, id: String? = nil, type: String? = nil
    ) {
        self.id = id ?? UUID().uuidString.lowercased()
        self.work = work
        self.ending = ending
        self.accepted = accepted
        let parts = delay.components
        self.delay = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
        switch work {
        case .upsert(let review):
            self.type = type ?? "upsert_contacts"
            requested = review.requested
        case .removal(let contactIDs, _):
            self.type = "delete"
            requested = contactIDs.count
        }
    }

    var finished: Date { accepted.addingTimeInterval(delay) }

    /// The word for how it stands at `now`.
    func word(at now: Date) -> String {
        guard case .late(let seconds, let word) = ending, now < finished.addingTimeInterval(seconds) else {
            return status.rawValue
        }
        return word
    }

    /// The counts show before the status ends, as they do in reality.
    private var counted: Date { accepted.addingTimeInterval(delay * 0.6) }

    /// Brings the job to where it has to be at `now`.
    mutating func advance(to now: Date, book: inout ContactBook) {
        guard status == .pending, ending != .never, let work else { return }
        if now >= finished {
            finish(work, book: &book)
        } else if now >= counted, !isCounted {
            take(work, book: &book, isRehearsal: true)
        }
    }

    private mutating func finish(_ work: Work, book: inout ContactBook) {
        take(work, book: &book, isRehearsal: false)
        self.work = nil
        let done = counts.created + counts.updated + counts.deleted
        status = rejections.isEmpty ? .completed : done == 0 ? .failed : .errored
    }

    private mutating func take(_ work: Work, book: inout ContactBook, isRehearsal: Bool) {
        isCounted = true
        counts = Counts()
        switch work {
        case .upsert(let review):
            rejections = review.rejections
            for patch in review.patches {
                let outcome: ContactOutcome
                if ending == .failing {
                    outcome = .rejected(reason: "the job could not be processed")
                } else if isRehearsal {
                    outcome = book.outcome(of: patch)
                } else {
                    outcome = book.apply(patch, listIDs: review.listIDs, accepted: accepted, finished: finished)
                }
                count(outcome, of: patch)
            }
        case .removal(let contactIDs, let listID):
            if ending == .failing {
                rejections = contactIDs.map { RowRejection(email: $0, reason: "the job could not be processed") }
                return
            }
            counts.deleted = contactIDs.count
            if isRehearsal || ending == .ignored { return }
            for id in contactIDs { book.remove(contactID: id, from: listID, at: finished) }
        }
    }

    private mutating func count(_ outcome: ContactOutcome, of patch: ContactPatch) {
        switch outcome {
        case .created: counts.created += 1
        case .updated: counts.updated += 1
        case .rejected(let reason): rejections.append(RowRejection(email: patch.label, reason: reason))
        }
    }
}
