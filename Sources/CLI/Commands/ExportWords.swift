internal import Operations

/// What an export is in words.
extension Workspace.ExportSummary {
    /// What came of it, in a sentence.
    var sentence: String {
        "\(export), \(started ?? "at an unknown time"): \(state)" + (counts.map { ", " + $0.sentence } ?? "")
    }

    /// When and by whom, one fact a line.
    var words: String {
        facts([
            ("export", export), ("destination", destination + (rehearsal == true ? ", a rehearsal" : "")),
            ("state", state), ("started", started ?? "unknown"), ("ended", ended ?? "not yet"), ("by", origin),
            ("log", "\(startedIndex) to \(finishedIndex.map { "\($0)" } ?? "")"),
        ])
    }

    /// What started it, and under whose consent.
    private var origin: String {
        let cause =
            switch trigger {
            case "cron": "its cron schedule"
            case "refresh": "a refresh of its sources"
            default: "a person, on demand"
            }
        guard let administrator, let consent else { return cause }
        return "\(cause), under the consent of \(administrator) (log index \(consent))"
    }

    /// A row of the list.
    var row: [String] {
        [
            export, destination, state, minute(started), clipped(actor, to: 12),
            counts.map { "\($0.sent)/\($0.refused)" } ?? "-",
        ]
    }

    /// The head of the list.
    static let head = ["EXPORT", "TO", "STATE", "STARTED (UTC)", "BY", "SENT/REFUSED"]

    /// Under whose consent, and by which kind of schedule if it was one.
    private var actor: String {
        guard let administrator else { return "-" }
        guard let trigger, trigger != "demand" else { return administrator }
        return "\(administrator)/\(trigger)"
    }
}

extension ExportCounts {
    /// What left, and what else there is to say.
    fileprivate var sentence: String {
        let others = [
            (refused, "refused"), (unknown, "of unknown fate"), (unsent, "not sent"), (removed, "taken off the list"),
            (unchanged, "unchanged"), (rejected, "rejected"),
        ]
        return "\(sent) sent, \(accepted) accepted"
            + others.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    }
}

/// What is kept of an export's rejected and refused rows, in words and as comma-separated values.
extension KeptRows {
    /// The rows, file by file.
    var words: String {
        guard !rows.isEmpty else { return "No rows are kept of export \(export)." }
        return Dictionary(grouping: rows) { "\($0.source): \($0.file)" }.sorted { $0.key < $1.key }.map { place, rows in
            place + "\n"
                + table(
                    [["  LINE", "ROW", "KIND", "FIELD", "REASON"]]
                        + rows.map { ["  \($0.line)", "\($0.row)", $0.kind, $0.field ?? "-", $0.reason] })
        }.joined(separator: "\n")
    }

    /// The rows as RFC 4180 has them, with a header.
    var csv: String {
        ([["kind", "source", "row", "file", "line", "field", "reason"]]
            + rows.map { [$0.kind, $0.source, "\($0.row)", $0.file, "\($0.line)", $0.field ?? "", $0.reason] })
            .map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { "\",\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// What the rows do not say.
    var notes: [String] {
        guard truncated else { return [] }
        let totals = [rejected.map { "\($0) rejected" }, refused.map { "\($0) refused" }].compactMap(\.self)
        return [
            "these are not all\(totals.isEmpty ? "" : " (\(totals.joined(separator: ", ")))"): at most \(limit) of each kind are "
                + "kept, of the newest ten exports to a destination"
        ]
    }
}
