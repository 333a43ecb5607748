internal import Engine
public import Model

/// What became of the profiles of an export.
///
/// The counts close: source = filtered out + rejected + unchanged + sent + unsent, and sent = accepted + refused +
/// unknown (I10).
public struct ExportCounts: Encodable, Sendable, Equatable {
    /// Profiles in the sources.
    public var source = 0
    /// Profiles in none of the segments.
    public var filteredOut = 0
    /// Profiles in a segment.
    public var selected = 0
    /// Selected profiles that were not sent, each for a reason.
    public var rejected = 0
    /// Selected profiles that SendGrid has already as they are.
    public var unchanged = 0
    /// Contacts that left in a request.
    public var sent = 0
    /// Of these, contacts that SendGrid has stored.
    public var accepted = 0
    /// Of these, contacts that SendGrid refused.
    public var refused = 0
    /// Of these, contacts whose fate is not known.
    public var unknown = 0
    /// Contacts taken off the list.
    public var removed = 0
    /// Contacts to be sent that were never delivered before.
    public var new = 0
    /// Contacts to be sent that were delivered before, otherwise or not surely.
    public var changed = 0
    /// Contacts to be taken off the list, because they were delivered and are not selected any more.
    public var leaving = 0
    /// Contacts that were ready but did not leave, because the export ended before.
    public var unsent = 0

    /// The counts before anything is sent; what an export that is resumed sent before is in them.
    init(_ tally: Tally) {
        source = tally.source
        filteredOut = tally.filteredOut
        selected = tally.selected
        rejected = tally.rejected.values.reduce(0, +)
        unchanged = tally.changes.unchanged
        accepted = tally.changes.accepted
        refused = tally.changes.refused
        sent = accepted + refused
        unsent = tally.prepared
        new = tally.changes.added
        changed = tally.changes.changed
        leaving = tally.changes.leavers.count
    }

    var logged: [String: Int64] {
        [
            "source": Int64(source), "filtered_out": Int64(filteredOut), "selected": Int64(selected),
            "rejected": Int64(rejected), "unchanged": Int64(unchanged), "sent": Int64(sent),
            "accepted": Int64(accepted), "refused": Int64(refused), "unknown": Int64(unknown),
            "removed": Int64(removed), "unsent": Int64(unsent), "new": Int64(new), "changed": Int64(changed),
            "leaving": Int64(leaving),
        ]
    }
}

/// A profile that was not sent.
///
/// Says where it stands, never what is in it.
public struct RejectionReport: Encodable, Sendable {
    /// The source it is from.
    public let source: String
    /// The number of the profile in its source, from 1.
    public let row: Int
    /// The file of the source that it stands in.
    public let file: String
    /// The line in the file where it starts.
    public let line: Int
    /// The contact field that is at fault, if one is.
    public let field: String?
    /// A stable slug.
    public let reason: String

    init(_ rejection: Rejection) {
        source = rejection.source.text
        row = rejection.row
        file = rejection.file
        line = rejection.line
        field = rejection.field
        reason = rejection.reason.rawValue
    }

    /// A contact that SendGrid refused, where it stands in its source.
    init(_ place: RowPlace, reason: String) {
        source = place.source.text
        row = place.row
        file = place.file
        line = place.line
        field = nil
        self.reason = reason
    }
}

/// How many profiles are in two segments at once.
public struct OverlapReport: Encodable, Sendable {
    /// The two segments.
    public let segments: [String]
    /// The profiles in both.
    public let profiles: Int

    init(_ overlap: SegmentOverlap) {
        segments = overlap.segments.map(\.text)
        profiles = overlap.profiles
    }
}

/// What an export did.
public struct ExportReport: Encodable, Sendable {
    /// The states an export can end in.
    public enum State: String, Encodable, Sendable {
        /// Every job finished and every contact that was sent is stored.
        case completed
        /// Finished; SendGrid refused some contacts.
        case completedWithRefusals = "completed-with-refusals"
        /// Everything was taken, but some jobs were still running when the wait for them ended.
        case pending
        /// SendGrid refused every contact.
        case failed
    }

    /// Its identifier.
    public let export: String
    /// The destination.
    public let destination: String
    /// How it ended.
    public let state: State
    /// What became of the profiles.
    public let counts: ExportCounts
    /// Requests that were answered with a job.
    public let batches: Int
    /// Bytes of these requests' bodies.
    public let bytes: Int
    /// Milliseconds from the start of the command to the end of the last job.
    public let durationMs: Int64
    /// The first rejections, at most 1,000.
    public let rejections: [RejectionReport]
    /// The first contacts that SendGrid refused, at most 1,000, each with its row and SendGrid's reason.
    public let refusals: [RejectionReport]
    /// How many profiles were rejected for each reason.
    public let rejectedBy: [String: Int]
    /// How many profiles are in each segment.
    public let members: [String: Int]
    /// How many are in two segments at once; they are sent once.
    public let overlaps: [OverlapReport]
    /// What the administrator should know.
    public let warnings: [String]

    /// The class of failure that the state stands for; nil if all is well.
    public var failure: FailureClass? {
        switch state {
        case .completed: nil
        case .completedWithRefusals: .someRefused
        case .pending: .interrupted
        case .failed: .unavailable
        }
    }
}

/// An export that ended before its time: why, and what it had done until then.
public struct ExportStopped: Error {
    /// What ended it.
    public let error: any Error
    /// What it had done.
    public let progress: StoppedExport
}

/// What an export had done when it was stopped.
public struct StoppedExport: Encodable, Sendable {
    /// Its identifier.
    public let export: String
    /// The destination.
    public let destination: String
    /// The word for its end in the log.
    public let state: String
    /// What became of the profiles.
    public let counts: ExportCounts
    /// The first contacts that SendGrid refused, at most 1,000.
    public let refusals: [RejectionReport]
}

/// How far an export is.
public struct ExportProgress: Sendable {
    /// What is being done.
    public enum Phase: String, Sendable {
        /// Asking what became of requests of earlier exports.
        case settling
        /// Reading the sources once, to count and to find what is wrong before anything leaves.
        case checking
        /// Reading them again, and sending.
        case sending
        /// Waiting for SendGrid to finish its jobs.
        case following
    }

    /// What is being done.
    public let phase: Phase
    /// From 0 to 1.
    public let fraction: Double
    /// Contacts sent so far.
    public let sent: Int
    /// Jobs not finished yet.
    public let openJobs: Int
}
