internal import ArgumentParser
internal import Operations

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a new workspace: database, key file, log.")

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The organization on whose behalf data leaves, as consents name it.", valueName: "text"))
    var organization = "the organization that runs this workspace"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to make the key file (else waybill.key in the workspace); best on another disk.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    func run() async throws {
        let report = try await Workspace.create(home: global.directory, organization: organization, keyFile: keyFile)
        try Terminal.shared.answer(report) {
            """
            Workspace made in \(report.home)
            Log origin    \(report.logOrigin)
            Verifier key  \(report.logVkey)
            Hand the verifier key to your auditors. Keep waybill.key out of the backups of the database.
            """
        }
    }
}
