/// What an entry of the log can be about.
public enum EntryType: String, Sendable, CaseIterable {
    /// The log begins.
    case logOpened = "log.opened"
    /// Somebody was enrolled with a key.
    case adminEnrolled = "admin.enrolled"
    /// Somebody was retired.
    case adminRetired = "admin.retired"
    /// A version of the agreement was published.
    case agreementPublished = "agreement.published"
    /// A policy was put into force.
    case policyApplied = "policy.applied"
    /// A statement was issued for signing.
    case consentRequested = "consent.requested"
    /// A statement was signed.
    case consentGiven = "consent.given"
    /// A consent was withdrawn.
    case consentWithdrawn = "consent.withdrawn"
    /// A destination was connected.
    case destinationConnected = "destination.connected"
    /// A destination's data matching or segments were set.
    case destinationConfigured = "destination.configured"
    /// When exports to a destination run by themselves was set.
    case destinationScheduled = "destination.scheduled"
    /// A destination was suspended.
    case destinationSuspended = "destination.suspended"
    /// A suspended destination was resumed.
    case destinationResumed = "destination.resumed"
    /// A destination was removed, for good.
    case destinationRemoved = "destination.removed"
    /// A secret was sealed.
    case secretSealed = "secret.sealed"
    /// A sealed secret was destroyed.
    case secretDestroyed = "secret.destroyed"
    /// A key was replaced by a new one.
    case keyRotated = "key.rotated"
    /// An export began.
    case exportStarted = "export.started"
    /// An export that had not come to its end goes on.
    case exportResumed = "export.resumed"
    /// An export ended, or was interrupted.
    case exportFinished = "export.finished"
    /// A transfer is about to be made.
    case transferIntent = "transfer.intent"
    /// What became of a transfer.
    case transferOutcome = "transfer.outcome"
    /// A transfer or export was refused.
    case transferRefused = "transfer.refused"
    /// Somebody looked up a person's transfers.
    case subjectReported = "subject.reported"
    /// Somebody saw values of profiles in a preview.
    case profilesRevealed = "profiles.revealed"
    /// A person was taken off lists.
    case subjectErased = "subject.erased"
    /// Evidence was handed out.
    case evidenceIssued = "evidence.issued"
}
