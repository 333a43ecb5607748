internal import ArgumentParser
internal import Model
internal import Operations
internal import Sandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a local SendGrid to rehearse against, until interrupted.")

    @OptionGroup var global: GlobalOptions
    @Option(name: .long, help: "The port; 0 takes a free one.") var port = 0
    @Option(name: .long, help: "Milliseconds until a job is finished.") var jobDelay = 300
    @Flag(name: .long, help: "Take everything unread and keep nothing, without limits: for measuring.") var sink = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is from 0 to 65535.") }
        guard jobDelay >= 0 else { throw ValidationError("--job-delay is not negative.") }
    }

    private struct Started: Encodable {
        let baseUrl: String
        let apiKey: String
        let lists: [String]
    }

    func run() async throws {
        var configuration = SandboxConfiguration()
        configuration.jobDelay = .milliseconds(jobDelay)
        let server: SandboxServer
        do {
            server = try await SandboxServer.start(configuration, port: port, isSink: sink)
        } catch let error as SandboxError {
            throw SandboxProblem(error: error)
        }
        let started = Started(
            baseUrl: server.baseURL, apiKey: configuration.apiKey, lists: configuration.lists.map(\.id))
        try Terminal.shared.answer(started) {
            """
            A local SendGrid listens at \(started.baseUrl)
            API key  \(started.apiKey)
            List ID  \(started.lists.joined(separator: ", "))
            State    \(started.baseUrl)/sandbox/state
            """
        }
        // Only a signal ends the wait.
        _ = try? await Interruption.cancelling {
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        try await server.stop()
    }
}

/// What keeps the sandbox from starting, in the terms of the other commands.
private struct SandboxProblem: ReportableError {
    let error: SandboxError

    var code: String { error.code }
    var message: String { error.message }
    var hint: String? { "give another --port, or 0 for one that is free" }
    var failure: FailureClass { .cannotCreate }
}
