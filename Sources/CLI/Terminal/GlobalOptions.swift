public import ArgumentParser
internal import FoundationEssentials
public import Model
internal import Operations

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: "The workspace's directory (else WAYBILL_HOME, else ./.waybill).")
    var home: String?

    @Flag(name: .long, help: "Answer with JSON on standard output.")
    var json = false

    @Flag(name: .long, help: "No progress, no notes.")
    var quiet = false

    var directory: String {
        home ?? ProcessInfo.processInfo.environment["WAYBILL_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? ".waybill"
    }

    func workspace() async throws -> Workspace { try await Workspace.opened(home: directory) }
}

/// Says under whose name a change is made.
struct AsAdministrator: ParsableArguments {
    @Option(name: .customLong("as"), help: ArgumentHelp("The administrator who does this.", valueName: "admin"))
    var administrator: AdministratorName
}

extension Identifier: ExpressibleByArgument {
    /// Takes a well-formed identifier; the parser says what is wrong with any other.
    public init?(argument: String) {
        try? self.init(argument)
    }
}

extension SegmentDefinition.Unreadable: ExpressibleByArgument {}

extension Delimiter: ExpressibleByArgument {
    /// Takes what names a delimiter.
    public init?(argument: String) {
        self.init(named: argument)
    }
}

/// Lays rows out in columns.
func table(_ rows: [[String]]) -> String {
    let widths = rows.reduce(into: [Int]()) { widths, row in
        for (column, cell) in row.enumerated() {
            if column == widths.count { widths.append(0) }
            widths[column] = max(widths[column], cell.count)
        }
    }
    return rows.map { row in
        row.enumerated().map { column, cell in
            column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
        }.joined()
    }.joined(separator: "\n")
}
