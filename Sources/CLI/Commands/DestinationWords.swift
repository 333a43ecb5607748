internal import Operations

/// What a destination is in words.
extension DestinationReport {
    /// Everything, one fact a line.
    var words: String {
        var rows = [
            (label: "id", text: id), ("state", state), ("name", name), ("list", listId), ("at", baseUrl),
            ("segments", segments.isEmpty ? "none yet" : segments.joined(separator: ", ")),
        ]
        if !doNotContact.isEmpty { rows.append(("left out if set", doNotContact.joined(separator: ", "))) }
        if !ignoredFlags.isEmpty { rows.append(("harmless", ignoredFlags.joined(separator: ", "))) }
        rows += fields.sorted { $0.key < $1.key }.map { ($0.key, "from \($0.value)") }
        return facts(rows + standing)
    }

    /// A few lines for a list.
    var summary: String {
        let head = "\(id)  \(clipped(name, to: 60))  \(state)\n"
        if state == "removed" { return head + facts(changes, indent: 4) }
        return head + facts(standing, indent: 4)
    }

    private var changes: [(label: String, text: String)] {
        guard let changedBy, let changedAt else { return [] }
        return [(state, "by \(changedBy) at \(changedAt)")]
    }

    /// When, under whose consent, what came of it last, and what would come of it now.
    private var standing: [(label: String, text: String)] {
        var rows = changes
        rows.append(("schedule", scheduleWords))
        rows +=
            consents.isEmpty
            ? [("consent", "nobody's")] : consents.map { ("consent", $0.words) }
        rows.append(("last export", lastExport?.sentence ?? "none yet"))
        rows.append(("now", wouldMeet?.words ?? "an export would be cleared"))
        if let scheduleWouldMeet, scheduleWouldMeet.message != wouldMeet?.message {
            rows.append(("by schedule", scheduleWouldMeet.words))
        }
        return rows
    }

    private var scheduleWords: String {
        guard let exportUser else { return schedule }
        return "\(schedule), " + (nextRun.map { "next at \($0), " } ?? "") + "export user \(exportUser)"
    }
}

extension DestinationReport.ConsentSummary {
    fileprivate var words: String {
        let place = "(log index \(index))"
        guard let daysLeft, let validUntil else { return "\(administrator): \(state) \(place)" }
        return "\(administrator): \(state) until \(validUntil), \(days(daysLeft)) left \(place)"
    }
}

extension DestinationReport.Objection {
    fileprivate var words: String { "an export would meet: \(message) [\(code)]" }
}

/// A number of days in words.
func days(_ count: Int64) -> String {
    count == 0 ? "less than a day" : count == 1 ? "1 day" : "\(count) days"
}
