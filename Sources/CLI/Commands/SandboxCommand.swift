internal import ArgumentParser
internal import Operations
internal import Sandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a local SendGrid to rehearse against, until interrupted.")

    @OptionGroup var global: GlobalOptions
    @Option(name: .long, help: "The port; 0 takes a free one.") var port = 0
    @Option(name: .long, help: "Milliseconds until a job is finished.") var jobDelay = 300
    @Flag(name: .long, help: "Take everything unread and keep nothing, without limits: for measuring.") var sink = false

    private struct Started: Encodable {
        let baseUrl: String
        let apiKey: String
        let lists: [String]
    }

    func run() async throws {
        var configuration = SandboxConfiguration()
        configuration.jobDelay = .milliseconds(jobDelay)
        let server = try await SandboxServer.start(configuration, port: port, isSink: sink)
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
