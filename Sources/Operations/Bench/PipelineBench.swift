internal import Engine
internal import FoundationEssentials
internal import Governance
internal import Model
internal import Vault

/// Measures the way of profiles from a file to request bodies, and through a whole governed export.
public enum PipelineBench {
    /// A rule of two conditions, which selects nearly all sample profiles.
    static let rule = #"Country != "JP" and LifetimeValue >= 0"#

    static let matching = DataMatching(
        email: "EMail",
        others: [
            .firstName: "FirstName", .lastName: "LastName", .country: "Country", .state: "State", .city: "City",
            .postalCode: "PostCode",
        ])

    /// Generates `profiles` profiles of 12 fields in a folder of their own, measures, and removes them.
    /// - Parameters:
    ///   - folder: where to work; a temporary folder unless given.
    ///   - governed: whether a whole export to a sink in another process is measured as well.
    ///   - tell: told what is being done.
    /// - Throws: what generating, reading or exporting throws.
    public static func run(
        profiles: Int, folder: String?, governed: Bool, tell: @Sendable (String) -> Void
    ) async throws -> BenchReport {
        let parent = folder.map(absolutePath) ?? FileManager.default.temporaryDirectory.path
        let place = parent + "/waybill-bench-" + UUID().uuidString.lowercased()
        defer { try? FileManager.default.removeItem(atPath: place) }
        tell("generating \(profiles) profiles")
        let sample = try SampleData.write(to: place, profiles: profiles)
        let bytes = try SampleData.partitionSizes(sample.profilesFolder).reduce(0, +)
        tell("reading them, and writing request bodies to nowhere")
        var runs = [try await pipeline(sample, scratch: place)]
        if governed {
            tell("a governed export to a sink")
            runs.append(try await GovernedBench.run(sample, home: place + "/workspace"))
        }
        return BenchReport(bytes: bytes, bytesPerProfile: Double(bytes) / Double(profiles), runs: runs)
    }

    static func request(_ sample: SampleData, scratch: String) throws -> ExportRequest {
        let source = SourceDefinition(
            name: try SourceName("customers"), format: .commonDataModel(folder: sample.profilesFolder))
        let segment = SegmentDefinition(
            name: try SegmentName("bench"), source: source.name, membership: .rule(rule))
        let destination = Destination(
            id: try DestinationID("bench"), displayName: "Bench",
            listID: try ContactListID("00000000-0000-4000-8000-000000000000"), endpoint: .sendGrid, matching: matching,
            segments: [segment.name])
        return ExportRequest(
            destination: destination, segments: [segment], sources: [source], customFields: [],
            now: TimeSource.system.now(), scratch: scratch)
    }

    /// Everything that an export does but for sending and logging: both readings, tags, digests.
    private static func pipeline(_ sample: SampleData, scratch: String) async throws -> BenchRun {
        let key = try SecretBytes.random(count: 32)
        let meter = BenchMeter()
        let selection = try await Selection.make(request(sample, scratch: scratch))
        var (tagging, hashing) = (UInt64(0), UInt64(0))
        var contacts = 0
        let second = try await selection.forEachBatch { batch in
            var clock = StageClock()
            _ = try Manifest(addresses: batch.addresses, key: key)
            tagging += clock.lap()
            _ = try SHA256.digest(of: batch.body.reveal())
            hashing += clock.lap()
            contacts += batch.count
        }
        var stages = Stage.allCases.map { ("\($0)", selection.times[$0] + second[$0]) }
        stages += [("tag", tagging), ("digest", hashing)]
        return meter.end(
            "pipeline to a null transport", profiles: selection.tally.source, contacts: contacts, stages: stages)
    }
}
