internal import Glibc
internal import Model

/// Lays rows out in columns that fit the terminal; the columns in `kept` are never broken.
func table(_ rows: [[String]], keeping kept: Set<Int> = [0]) -> String {
    TextTable(rows.map { $0.map(VisibleText.line) }, keeping: kept).text(width: Terminal.shared.width)
}

extension Terminal {
    /// How many columns there are: the terminal's, or 80 where standard output is none.
    var width: Int {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 80
        }
        return max(40, Int(size.ws_col))
    }
}
