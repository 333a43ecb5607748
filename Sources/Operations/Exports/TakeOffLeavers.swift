internal import Delivery
internal import Governance
internal import Model
internal import Store

extension ExportRun {
    /// Takes off the list who was delivered before and is not selected any more.
    ///
    /// Looks the contacts up, a hundred at a time, and ends their membership; the contacts themselves stay.
    ///
    /// Only what Waybill delivered is looked up, and only after everything that was sent is settled: two jobs about one
    /// contact have no order.
    func takeOff(_ leavers: [SubjectTag], _ end: inout ExportEnd, patience: Duration) async {
        var removals: [Removal] = []
        var lookUps = LookUps()
        var before: Int?
        do {
            before = try await listCount()
            try await record.forEachAddress(of: leavers, limit: LookUpBatch.limit) { chunk in
                removals += try await takeOff(chunk, &lookUps, &end)
            }
            if let refusal = lookUps.refusal, !lookUps.suspects.isEmpty { throw failure(refusal) }
        } catch {
            end.error = end.error ?? error
        }
        await settle(removals, before: before, &end, patience: patience)
        let left = end.counts.leaving - end.counts.removed
        guard left > 0, end.error == nil else { return }
        end.warnings.append("\(left) contacts that left are not off the list yet; the next export tries again")
        if lookUps.unclear > 0 {
            end.warnings.append(
                "SendGrid's answers do not say for certain of \(lookUps.unclear) of them whether they are on the list; if "
                    + "that goes on, look for them there")
        }
    }

    /// What the look-ups of an export have come to.
    private struct LookUps {
        var search = OffenderSearch(count: LookUpBatch.limit)
        /// Whose look-up was refused, each by itself, while no other was answered.
        var suspects: [DeliveryRecord<SQLiteStore>.Addressee] = []
        /// What the last of them was told.
        var refusal: TransferOutcome?
        /// Of how many the answers say nothing certain.
        var unclear = 0
        /// How many may still be asked for alone because of several nobody was known.
        var single = 100
    }

    /// A request that ends memberships, and whose they are.
    private struct Removal: Sendable {
        let job: Job
        let tags: [SubjectTag]
        let sample: Personal<String>?
    }

    private func settle(_ removals: [Removal], before: Int?, _ end: inout ExportEnd, patience: Duration) async {
        var done: [Removal] = []
        do {
            try await watch.follow(removals.map(\.job), patience: patience) { job, jobEnd, _ in
                switch jobEnd {
                case .completed: done += removals.filter { $0.job.intent == job.intent }
                case .errored(let count, _): end.note(job, state: "errored", refused: count)
                case .failed: end.note(job, state: "failed", refused: job.contacts)
                case .contradictory: end.note(job, state: "contradictory", refused: 0)
                case .pending: end.note(job, state: "pending", refused: 0)
                }
            }
        } catch {
            end.error = end.error ?? error
        }
        guard !done.isEmpty else { return }
        do {
            let contacts = done.reduce(0) { $0 + $1.job.contacts }
            guard try await isBelieved(done, contacts, before: before) else {
                throw DeliveryError.removalNotDone(contacts: contacts)
            }
            end.counts.removed += contacts
            try await gate.settle([.gone(done.flatMap(\.tags))], in: record)
        } catch {
            end.error = end.error ?? error
        }
    }

    /// How many of those taken off are looked up if the list's count does not tell that they are off it.
    private static var sampleSize: Int { 5 }

    /// Whether removals whose jobs completed were done: a job may say so of one that changed nothing.
    ///
    /// The list's count needs nobody's address, so it is asked first. It may be short for other reasons, since others add
    /// to the list too; then some of those taken off are looked up again, from as many requests as there are.
    private func isBelieved(_ removals: [Removal], _ contacts: Int, before: Int?) async throws -> Bool {
        if let before, let after = try await listCount(), before - after >= contacts { return true }
        let samples = removals.compactMap(\.sample)
        let step = max(1, samples.count / Self.sampleSize)
        let sample = stride(from: 0, to: samples.count, by: step).prefix(Self.sampleSize).map { samples[$0] }
        guard !sample.isEmpty else { return false }
        var attempts = Attempts()
        let (outcome, _, found) = try await settle(
            LookUpBatch(destination: session.destination, addresses: Array(sample)), .lookUp, &attempts
        ) { [sendGrid] permit in await sendGrid.lookUp(permit) }
        guard outcome.status == .answered, let found else { throw failure(outcome) }
        return found.absent.reveal().isSuperset(of: sample.map { $0.reveal() })
    }

    /// How many contacts the list has; nil if that cannot be had, since it is no more than a check.
    /// - Throws: what ends an export: a refusal, a cancellation.
    private func listCount() async throws -> Int? {
        try requireNotCancelled()
        do {
            while let delay = sendGrid.delay(.read, for: id) { try await pause(for: delay) }
            return try await gate.inquire(id) { [sendGrid, list = session.destination.listID] permit in
                try await sendGrid.listCount(list, permit)
            }
        } catch is DeliveryError {
            return nil
        }
    }

    /// Looks up at most a hundred and starts to take off who is there.
    ///
    /// Who is certainly not there is off the list already, whoever took them off. Of whom the answer says nothing certain
    /// the record stays as it is, so that the next export asks for them again.
    private func takeOff(
        _ chunk: [DeliveryRecord<SQLiteStore>.Addressee], _ lookUps: inout LookUps, _ end: inout ExportEnd
    ) async throws -> [Removal] {
        let destination = session.destination
        var attempts = Attempts()
        let (outcome, _, answer) = try await settle(
            LookUpBatch(destination: destination, addresses: chunk.map(\.address)), .lookUp, &attempts
        ) { [sendGrid] permit in await sendGrid.lookUp(permit) }
        if outcome.isAboutContacts {
            return try await takeOffWithoutRefused(chunk, outcome, &lookUps, &end)
        }
        guard outcome.status == .answered, let findings = answer else { throw failure(outcome) }
        lookUps.search.noteAccepted()
        try await settleMissing(lookUps.suspects, isCertain: false, &end)
        lookUps.suspects = []
        if outcome.httpStatus == 404 { return try await takeOffUnknown(chunk, &lookUps, &end) }
        let byAddress = Dictionary(
            chunk.map { ($0.address.reveal(), $0.tag) }, uniquingKeysWith: { first, _ in first })
        // A contact that was not asked for is none of ours, whatever an answer says.
        let listed = findings.listed.filter { byAddress[$0.address.reveal()] != nil }
        let absent = findings.absent.reveal()
        let missing = chunk.filter { absent.contains($0.address.reveal()) }
        lookUps.unclear += max(0, chunk.count - listed.count - missing.count)
        try await settleMissing(missing, isCertain: true, &end)
        return try await takeOff(listed, byAddress, &end)
    }

    /// A 404 says of all at once that none is known, and may mean something else; so each is asked for alone, within a
    /// bound, and who is known to have arrived is asked for again by the next export all the same.
    private func takeOffUnknown(
        _ chunk: [DeliveryRecord<SQLiteStore>.Addressee], _ lookUps: inout LookUps, _ end: inout ExportEnd
    ) async throws -> [Removal] {
        guard chunk.count > 1 else {
            lookUps.unclear += chunk.count { $0.isDelivered }
            try await settleMissing(chunk, isCertain: false, &end)
            return []
        }
        let alone = min(chunk.count, lookUps.single)
        lookUps.single -= alone
        lookUps.unclear += chunk.count - alone
        var removals: [Removal] = []
        for addressee in chunk.prefix(alone) { removals += try await takeOff([addressee], &lookUps, &end) }
        return removals
    }

    private func settleMissing(
        _ missing: [DeliveryRecord<SQLiteStore>.Addressee], isCertain: Bool, _ end: inout ExportEnd
    ) async throws {
        guard !missing.isEmpty else { return }
        end.counts.removed += missing.count { isCertain || !$0.isDelivered }
        try await gate.settle([.missing(missing.map(\.tag), isCertain: isCertain)], in: record)
    }

    /// Finds the addresses that SendGrid takes for none: they fail the look-up of all others.
    ///
    /// Such an address is not on the list; one that was delivered all the same is asked for again by the next export.
    private func takeOffWithoutRefused(
        _ chunk: [DeliveryRecord<SQLiteStore>.Addressee], _ outcome: TransferOutcome,
        _ lookUps: inout LookUps, _ end: inout ExportEnd
    ) async throws -> [Removal] {
        guard !(outcome.isTooLarge && chunk.count == 1) else { throw failure(outcome) }
        let found = lookUps.search.narrow(chunk.count, outcome.offenders)
        lookUps.suspects += found.suspects.map { chunk[$0] }
        lookUps.refusal = outcome
        try await settleMissing(found.refused.map { chunk[$0] }, isCertain: false, &end)
        guard !lookUps.search.isGivenUp || found.rest.isEmpty else { throw failure(outcome) }
        var removals: [Removal] = []
        for places in found.rest { removals += try await takeOff(places.map { chunk[$0] }, &lookUps, &end) }
        return removals
    }

    /// Ends the membership of contacts that were found.
    private func takeOff(
        _ found: [ListedContact], _ byAddress: [String: SubjectTag], _ end: inout ExportEnd
    ) async throws -> [Removal] {
        var removals: [Removal] = []
        var pieces = found.isEmpty ? [] : [found]
        while let piece = pieces.popLast() {
            var attempts = Attempts()
            let (outcome, intent, _) = try await settle(
                TakeOffBatch(destination: session.destination, contacts: piece), .takeOff, &attempts
            ) { [sendGrid] permit in (await sendGrid.takeOff(permit), ()) }
            let tags = piece.compactMap { byAddress[$0.address.reveal()] }
            switch outcome.status {
            case .accepted(let job):
                removals.append(
                    Removal(
                        job: Job(id: job, intent: intent, contacts: piece.count), tags: tags,
                        sample: piece.first?.address))
            case .refused where outcome.httpStatus == 404 && piece.count > 1:
                // One contact that is gone meanwhile fails the whole request.
                pieces += [Array(piece.prefix(piece.count / 2)), Array(piece.dropFirst(piece.count / 2))]
            case .refused where outcome.httpStatus == 404:
                // Whether the contact or the list is not known is not said: the next export looks it up again.
                break
            default: throw failure(outcome)
            }
        }
        return removals
    }
}
