internal import FoundationEssentials
internal import Governance
internal import Model
internal import Sandbox

/// What the quickstart did, step by step; the workspace it leaves can be explored.
public struct QuickstartReport: Encodable, Sendable {
    /// The workspace.
    public let home: String
    /// The destination that was made.
    public let destination: String
    /// Why the export before the consent was refused.
    public let refusedBefore: String
    /// The log index of the consent.
    public let consent: Int64
    /// What the export did.
    public let export: ExportReport
    /// How many contacts the local SendGrid has on the list afterwards.
    public let contactsAtSendgrid: Int
    /// In how many transfers one sample person was found.
    public let subjectTransfers: Int
    /// What the removal did.
    public let removal: RemovalReport
    /// Why the export after the removal was refused.
    public let refusedAfter: String
    /// What the last verification found.
    public let verification: VerificationReport
}

/// One step of the story.
public struct QuickstartStep: Sendable {
    /// What is done, for people.
    public let title: String
    /// The command that does the same by hand.
    public let command: String
    /// What came of it, line by line.
    public let result: String
}

/// The whole story on made-up people and a local SendGrid: connect, match, refuse, consent, export, verify, prove,
/// remove, refuse again.
public enum Quickstart {
    private static let administrator = "anna"

    /// Runs the story in a new folder beside the current directory, or in `home`.
    /// - Parameter tell: told of each step when it is done.
    /// - Throws: whatever a step throws; nothing of the story is skipped.
    public static func run(
        home: String?, profiles: Int = 3000, tell: @Sendable (QuickstartStep) -> Void
    ) async throws -> QuickstartReport {
        let home = home.map(absolutePath) ?? freeFolder()
        let server = try await SandboxServer.start(SandboxConfiguration())
        do {
            let report = try await run(in: home, profiles, server, tell)
            try await server.stop()
            return report
        } catch {
            try? await server.stop()
            throw error
        }
    }

    private static func run(
        in home: String, _ profiles: Int, _ server: SandboxServer, _ tell: (QuickstartStep) -> Void
    ) async throws -> QuickstartReport {
        let configuration = SandboxConfiguration()
        let created = try await Workspace.create(home: home, organization: "Example Outdoor AB")
        tell(
            QuickstartStep(
                title: "A workspace: database, key file, log", command: "waybill init",
                result: "log origin \(created.logOrigin)"))
        let workspace = try Workspace.open(home: home)
        let sample = try await prepareProfiles(workspace, home, profiles, tell)
        let admin = try AdministratorName(administrator)
        let keyFile = home + "/anna"
        try SSHKeygen.makeKey(at: keyFile, comment: "quickstart")
        _ = try await workspace.enroll(admin, keyFile: keyFile + ".pub", role: "administrator")
        tell(
            QuickstartStep(
                title: "An administrator, known by an SSH key that Waybill never holds",
                command: "waybill admin enroll anna --key anna.pub", result: "enrolled anna"))

        let destination = try await connect(workspace, server, configuration, admin, home, tell)
        let refusedBefore = try await refusal(of: destination, workspace)
        tell(
            QuickstartStep(
                title: "An export without consent is refused", command: "waybill export run \(destination)",
                result: refusedBefore.message))

        let consent = try await consent(workspace, destination, admin, keyFile, tell)
        let export = try await workspace.runExport(destination) { _ in }
        let counts = export.counts
        tell(
            QuickstartStep(
                title: "The export: intent on the log, request, outcome on the log, jobs followed to their end",
                command: "waybill export run \(destination)",
                result: """
                    \(export.state.rawValue): \(counts.source) profiles read, \(counts.filteredOut) in no segment, \
                    \(counts.rejected) rejected, \(counts.sent) sent, \(counts.accepted) accepted
                    rejected: \(export.rejectedBy.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
                    """))
        let members = await server.state().lists.first?.memberCount ?? 0
        let found = try await audit(workspace, home, sample, tell)

        let removal = try await Workspace.removeDestination(
            home: home, destination, by: admin, reason: "end of the rehearsal")
        tell(
            QuickstartStep(
                title: "The destination is removed: the key is destroyed, nothing leaves any more",
                command: "waybill destination remove \(destination) --as anna",
                result: "log index \(removal.index ?? -1); \(removal.transfersTotal) transfer(s) in its whole time"))
        let refusedAfter = try await refusal(of: destination, workspace)
        tell(
            QuickstartStep(
                title: "A second export is refused", command: "waybill export run \(destination)",
                result: refusedAfter.message))
        let verification = try Workspace.verifyLog(
            home: home, since: home + "/checkpoint", verifierKey: created.logVkey)
        tell(
            QuickstartStep(
                title: "The log still contains everything it contained at the checkpoint",
                command: "waybill log verify --since checkpoint",
                result: "\(verification.ok ? "verifies" : "DOES NOT VERIFY"): \(verification.size) entries"))
        return QuickstartReport(
            home: home, destination: destination, refusedBefore: refusedBefore.code, consent: consent, export: export,
            contactsAtSendgrid: members, subjectTransfers: found, removal: removal, refusedAfter: refusedAfter.code,
            verification: verification)
    }

    // MARK: Chapters

    private static func prepareProfiles(
        _ workspace: Workspace, _ home: String, _ profiles: Int, _ tell: (QuickstartStep) -> Void
    ) async throws -> SampleData {
        let sample = try SampleData.write(to: home + "/sample", profiles: profiles)
        let source = try SourceName("customers")
        _ = try await workspace.addSource(
            SourceDefinition(name: source, format: .commonDataModel(folder: sample.profilesFolder)))
        let nordic = try await workspace.addSegment(
            SegmentDefinition(
                name: try SegmentName("nordic"), source: source, membership: .rule(SampleData.nordicRule)))
        let newsletter = try await workspace.addSegment(
            SegmentDefinition(
                name: try SegmentName("newsletter"), source: source, membership: .members(path: sample.membersFile)))
        tell(
            QuickstartStep(
                title: "Made-up profiles as Customer Insights leaves them, and two segments",
                command: """
                    waybill source add customers --cdm sample/profiles
                    waybill segment add nordic --source customers --where '\(SampleData.nordicRule)'
                    waybill segment add newsletter --source customers --members sample/newsletter-members.csv
                    """,
                result:
                    "\(nordic.profiles ?? 0) profiles; nordic \(nordic.members ?? 0), newsletter \(newsletter.members ?? 0)"
            ))
        return sample
    }

    private static func connect(
        _ workspace: Workspace, _ server: SandboxServer, _ configuration: SandboxConfiguration,
        _ admin: AdministratorName, _ home: String, _ tell: (QuickstartStep) -> Void
    ) async throws -> String {
        let keyFile = home + "/sendgrid-api-key"
        try writePrivate(configuration.apiKey, to: keyFile)
        let list = try ContactListID(configuration.lists.first?.id ?? "")
        let connected = try await workspace.connectDestination(
            name: "Newsletter rehearsal", listID: list, keyFile: keyFile, endpoint: try Endpoint(server.baseURL),
            by: admin)
        try? FileManager.default.removeItem(atPath: keyFile)
        _ = try await workspace.mapDestination(
            connected.id,
            matching: DataMatching(
                email: "EMail",
                others: [
                    .firstName: "FirstName", .lastName: "LastName", .country: "Country", .city: "City",
                    .postalCode: "PostCode",
                ]), doNotContact: [], by: admin)
        _ = try await workspace.chooseSegments(
            connected.id, segments: [try SegmentName("nordic"), try SegmentName("newsletter")], by: admin)
        tell(
            QuickstartStep(
                title: "A destination: list and key checked, key sealed, fields matched, segments chosen",
                command: """
                    waybill destination connect sendgrid --name 'Newsletter rehearsal' --list-id \(list) \
                    --api-key-file KEYFILE --base-url \(server.baseURL) --as anna
                    waybill destination map \(connected.id) --email EMail --first-name FirstName --last-name LastName \
                    --country Country --city City --post-code PostCode --as anna
                    waybill destination segments \(connected.id) nordic newsletter --as anna
                    """, result: "destination \(connected.id) is active"))
        return connected.id
    }

    private static func consent(
        _ workspace: Workspace, _ destination: String, _ admin: AdministratorName, _ keyFile: String,
        _ tell: (QuickstartStep) -> Void
    ) async throws -> Int64 {
        let request = try await workspace.requestConsent(destination, by: admin, language: "en")
        let signature = try SSHKeygen.sign(request.statement, keyFile: keyFile)
        let consent = try await workspace.giveConsent(destination, by: admin, signature: signature)
        tell(
            QuickstartStep(
                title: "The administrator signs the data-privacy statement with ssh-keygen",
                command: "waybill consent give \(destination) --as anna --key anna",
                result: "consent at log index \(consent.index), valid until \(consent.validUntil)"))
        return consent.index
    }

    private static func audit(
        _ workspace: Workspace, _ home: String, _ sample: SampleData, _ tell: (QuickstartStep) -> Void
    ) async throws -> Int {
        let verification = try Workspace.verifyLog(home: home, since: nil, verifierKey: nil)
        try Data(workspace.checkpoint().utf8).write(to: URL(filePath: home + "/checkpoint"))
        tell(
            QuickstartStep(
                title: "The auditor derives the log anew, and keeps a signed checkpoint",
                command: "waybill log verify\nwaybill log checkpoint > checkpoint",
                result:
                    "\(verification.ok ? "verifies" : "DOES NOT VERIFY"): \(verification.size) entries, root \(verification.root)"
            ))
        var intent: Int64?
        try workspace.forEachEntry(LogFilter(type: "transfer.intent")) { intent = intent ?? $0.index }
        if let intent {
            let proof = try workspace.prove(intent)
            try Data(proof.proof.utf8).write(to: URL(filePath: home + "/\(intent).tlog-proof"))
            tell(
                QuickstartStep(
                    title: "The proof that the first transfer's intent is in the log",
                    command: "waybill log prove \(intent) > \(intent).tlog-proof",
                    result: "leaf \(proof.leafHash), \(proof.proof.split(separator: "\n").count) lines"))
        }
        let subject = try await workspace.findSubject(Personal(sample.sendableAddress))
        tell(
            QuickstartStep(
                title: "Was this person's data sent? The log answers without holding an address",
                command: "waybill log subject -",
                result: subject.transfers.map { transfer in
                    "yes: \(transfer.time) to list \(transfer.listId) at \(transfer.host), fields "
                        + "\(transfer.fields.joined(separator: ", ")), under the consent of \(transfer.consentBy)"
                }.joined(separator: "\n")))
        return subject.tagged
    }

    // MARK: Small things

    private static func refusal(of destination: String, _ workspace: Workspace) async throws -> any ReportableError {
        do {
            _ = try await workspace.runExport(destination) { _ in }
        } catch let error as any ReportableError where error.failure == .refused {
            return error
        }
        throw OperationError.exportFailed(state: "not refused")
    }

    private static func freeFolder() -> String {
        let base = FileManager.default.currentDirectoryPath + "/waybill-quickstart"
        var candidate = base
        var number = 2
        while FileManager.default.fileExists(atPath: candidate) {
            candidate = "\(base)-\(number)"
            number += 1
        }
        return candidate
    }
}
