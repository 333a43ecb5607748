import FoundationEssentials

/// An accepted request that takes effect later.
struct Job: Sendable {
    enum Work: Sendable {
        case upsert(UpsertReview)
        case removal(contactIDs: [String], listID: String)
        /// A file, nil until it is uploaded.
        case csv(UpsertReview?)
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
    /// When the delay began: when the job was accepted or its file uploaded; nil while there is no file yet.
    private(set) var begun: Date?
    private(set) var requested: Int
    let course: Course
    private let delay: Double
    private var work: Work?
    private(set) var type: String
    private(set) var status = Status.pending
    private(set) var counts = Counts()
    private(set) var rejections: [RowRejection] = []
    private(set) var isCounted = false

    init(_ work: Work, course: Course, accepted: Date, delay: Duration) {
        id = course.name ?? UUID().uuidString.lowercased()
        self.work = work
        self.course = course
        self.accepted = accepted
        begun = accepted
        self.delay = delay.inSeconds
        switch work {
        case .upsert(let review):
            type = "upsert_contacts"
            requested = review.requested
        case .removal(let contactIDs, _):
            type = "delete"
            requested = contactIDs.count
        case .csv(let review):
            type = "contacts_import"
            requested = review?.requested ?? 0
            if review == nil { begun = nil }
        }
    }

    var finished: Date {
        (begun ?? accepted).addingTimeInterval(max(delay + course.secondsWithCounts, course.secondsUnknown))
    }

    /// The counts show before the status ends, as they do in reality.
    private var counted: Date { (begun ?? accepted).addingTimeInterval(delay * 0.6) }

    /// The status as it is told at `now`.
    func toldStatus(at now: Date) -> String {
        let isUnknown = begun.map { now < $0.addingTimeInterval(course.secondsUnknown) } ?? false
        return isUnknown ? "processing" : status.rawValue
    }

    /// Hands the file to the job, which starts its delay.
    ///
    /// A file that comes again replaces the first while the job is
    /// pending, and changes nothing later.
    mutating func upload(_ review: UpsertReview, at time: Date) {
        guard status == .pending, case .csv = work else { return }
        var review = review
        review.rejectFirst(course.rejectedRows)
        work = .csv(review)
        requested = review.requested
        counts = Counts()
        rejections = []
        isCounted = false
        begun = time
    }

    /// Brings the job to where it has to be at `now`.
    mutating func advance(to now: Date, book: inout ContactBook) {
        guard status == .pending, course.ending != .never, begun != nil, let work else { return }
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
        case .upsert(let review), .csv(let review?): take(review, book: &book, isRehearsal: isRehearsal)
        case .csv(nil): break
        case .removal(let contactIDs, let listID):
            if course.ending == .failing {
                rejections = contactIDs.map { RowRejection(email: $0, reason: "the job could not be processed") }
                return
            }
            counts.deleted = contactIDs.count
            if isRehearsal || course.isIgnored { return }
            for id in contactIDs { book.remove(contactID: id, from: listID, at: finished) }
        }
    }

    private mutating func take(_ review: UpsertReview, book: inout ContactBook, isRehearsal: Bool) {
        rejections = review.rejections
        for patch in review.patches {
            let outcome: ContactOutcome
            if course.ending == .failing {
                outcome = .rejected(reason: "the job could not be processed")
            } else if isRehearsal {
                outcome = book.outcome(of: patch)
            } else {
                outcome = book.apply(patch, listIDs: review.listIDs, accepted: accepted, finished: finished)
            }
            count(outcome, of: patch)
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

extension Duration {
    /// The same as a number, for what counts with dates.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
