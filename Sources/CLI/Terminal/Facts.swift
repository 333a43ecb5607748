internal import Model

/// Lays labelled facts out one below the other: labels to the left, what is long wrapped between words.
func facts(_ rows: [(label: String, text: String)], indent: Int = 0, width: Int = Terminal.shared.width) -> String {
    let margin = String(repeating: " ", count: indent)
    let column = (rows.map { TextWidth.columns($0.label) }.max() ?? 0) + 2
    let hanging = margin + String(repeating: " ", count: column)
    return rows.flatMap { label, text in
        wrapped(VisibleText.line(text), to: max(20, width - indent - column)).enumerated().map { place, line in
            place > 0
                ? hanging + line
                : margin + label + String(repeating: " ", count: column - TextWidth.columns(label)) + line
        }
    }.joined(separator: "\n")
}

/// Breaks a text between words; a word that is longer than a line stays whole, so that it can be copied.
private func wrapped(_ text: String, to width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
        if lines[lines.count - 1].isEmpty {
            lines[lines.count - 1] = String(word)
        } else if TextWidth.columns(lines[lines.count - 1]) + 1 + TextWidth.columns(word) <= width {
            lines[lines.count - 1] += " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}

/// A time of the log to the minute, `2026-11-25 04:53`; `-` where there is none.
func minute(_ time: String?) -> String {
    guard let time, time.count >= 16 else { return "-" }
    return time.prefix(10) + " " + time.dropFirst(11).prefix(5)
}

/// At most `limit` columns of a text, with a mark where it was cut.
func clipped(_ text: String, to limit: Int) -> String { TextWidth.cut(text, to: limit) }
