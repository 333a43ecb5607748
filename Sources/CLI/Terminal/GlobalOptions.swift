public import ArgumentParser
internal import FoundationEssentials
public import Model
internal import Operations

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The workspace's directory (else WAYBILL_HOME, else ./.waybill).", valueName: "folder"),
        completion: .directory)
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
    @Option(
        name: .customLong("as"), help: ArgumentHelp("The administrator who does this.", valueName: "admin"),
        transform: readName)
    var administrator: AdministratorName
}

/// Reads a name or an identifier, or says what is wrong with it.
func readName<Kind>(_ text: String) throws -> Identifier<Kind> {
    do {
        return try Identifier(text)
    } catch {
        throw ValidationError(error.message + (error.hint.map { "; \($0)" } ?? ""))
    }
}

extension SegmentDefinition.Unreadable: ExpressibleByArgument {}

extension Delimiter: ExpressibleByArgument {
    /// Takes what names a delimiter.
    public init?(argument: String) {
        self.init(named: argument)
    }
}
