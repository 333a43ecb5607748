internal import FoundationEssentials
internal import Model
internal import Sandbox

/// Measures a whole export: consent checked, intents and outcomes on the log, contacts sent to a sink over loopback.
enum GovernedBench {
    static func run(_ sample: SampleData, home: String) async throws -> BenchRun {
        let sink = try SinkProcess()
        defer { sink.stop() }
        let (workspace, destination) = try await prepare(sample, home: home, sink: sink.baseURL)
        let meter = BenchMeter()
        // As requests, however many there are: a sink takes no files.
        var options = ExportOptions()
        options.bulkThreshold = nil
        let report = try await workspace.runExport(destination, options) { _ in }
        let run = meter.end(
            "governed export to a loopback sink", profiles: report.counts.source, contacts: report.counts.accepted,
            stages: [])
        guard report.state == .completed else { throw OperationError.exportFailed(state: report.state.rawValue) }
        return run
    }

    private static func prepare(
        _ sample: SampleData, home: String, sink: String
    ) async throws -> (Workspace, destination: String) {
        _ = try await Workspace.create(home: home, organization: "Bench")
        let workspace = try Workspace.open(home: home)
        let (administrator, keyFile) = (try AdministratorName("bench"), home + "/bench-key")
        try SSHKeygen.makeKey(at: keyFile, comment: "bench")
        _ = try await workspace.enroll(administrator, keyFile: keyFile + ".pub", role: "administrator")
        let (source, segment) = (try SourceName("customers"), try SegmentName("bench"))
        _ = try await workspace.addSource(
            SourceDefinition(name: source, format: .commonDataModel(folder: sample.profilesFolder)))
        _ = try await workspace.addSegment(
            SegmentDefinition(name: segment, source: source, membership: .rule(PipelineBench.rule)))
        let apiKeyFile = home + "/api-key"
        try writePrivate(SandboxConfiguration.fakeKey, to: apiKeyFile)
        let destination = try await workspace.connectDestination(
            name: "Sink", listID: try ContactListID(SandboxList.rehearsal.id), keyFile: apiKeyFile,
            endpoint: try Endpoint(sink), by: administrator
        ).id
        _ = try await workspace.mapDestination(
            destination, matching: PipelineBench.matching, doNotContact: [], by: administrator)
        _ = try await workspace.chooseSegments(destination, segments: [segment], by: administrator)
        let request = try await workspace.requestConsent(destination, by: administrator, language: "en")
        let signature = try SSHKeygen.sign(request.statement, keyFile: keyFile)
        _ = try await workspace.giveConsent(destination, by: administrator, signature: signature)
        return (workspace, destination)
    }
}
