internal import ArgumentParser
internal import FoundationEssentials
internal import Model
internal import Operations
internal import Sandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a local SendGrid to rehearse against, until interrupted.")

    @OptionGroup var global: GlobalOptions
    @Option(name: .long, help: "The port, 0 to 65535; 0 takes a free one.") var port = 0
    @Option(
        name: .long, help: ArgumentHelp("Milliseconds until a job is finished.", valueName: "milliseconds"))
    var jobDelay = 300
    @Option(name: .long, help: ArgumentHelp("How many upserts a rate window allows.", valueName: "requests"))
    var upsertsPerMinute = 200
    @Option(name: .long, help: ArgumentHelp("How many other requests a rate window allows.", valueName: "requests"))
    var readsPerMinute = 600
    @Option(name: .long, help: ArgumentHelp("The length of a rate window in seconds.", valueName: "seconds"))
    var windowSeconds = 60
    @Flag(name: .long, help: "Say the end of a window as an epoch, as SendGrid's documentation has it.")
    var resetEpoch = false
    @Option(
        name: .long,
        help: ArgumentHelp("Milliseconds until a custom field that is made can be used.", valueName: "milliseconds"))
    var fieldSettle = 0
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with a JSON array of faults: what is to go wrong (see the README).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var faults: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            #"A file with suppressions: [{"kind":"bounces","email":"a@example.com"}]."#, valueName: "file"),
        completion: .file(extensions: ["json"]))
    var suppressions: String?
    @Flag(name: .long, help: "Take everything unread and keep nothing, without limits: for measuring.") var sink = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is from 0 to 65535.") }
        guard windowSeconds > 0, min(upsertsPerMinute, readsPerMinute, fieldSettle) >= 0 else {
            throw ValidationError("--window-seconds is above 0, the other limits are not negative.")
        }
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
        configuration.upsertsPerMinute = upsertsPerMinute
        configuration.readsPerMinute = readsPerMinute
        configuration.windowSeconds = windowSeconds
        configuration.resetIsEpoch = resetEpoch
        configuration.fieldSettleDelay = .milliseconds(fieldSettle)
        if let faults { configuration.faults = try Self.read([SandboxFault].self, from: faults) }
        if let suppressions {
            configuration.suppressions = try Self.read([SandboxSuppression].self, from: suppressions)
        }
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

extension SandboxCommand {
    fileprivate static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        let bytes = try SmallFile.bytes(path, limit: 64 << 20)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ValidationError("\(path) is not the JSON that is wanted here; see the README.")
        }
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
