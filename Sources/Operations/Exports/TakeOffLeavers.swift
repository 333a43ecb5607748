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
        var jobs: [Job] = []
        var tags: [String: [SubjectTag]] = [:]
        do {
            try await record.forEachAddress(of: leavers, limit: LookUpBatch.limit) { chunk in
                for (job, gone) in try await takeOff(chunk, &end) {
                    jobs.append(job)
                    tags[job.id] = gone
                }
            }
        } catch {
            end.error = end.error ?? error
        }
        await settleTakenOff(jobs, tags, &end, patience: patience)
        let left = end.counts.leaving - end.counts.removed
        if left > 0, end.error == nil {
            end.warnings.append("\(left) contacts that left are not off the list yet; the next export tries again")
        }
    }

    private func settleTakenOff(
        _ jobs: [Job], _ tags: [String: [SubjectTag]], _ end: inout ExportEnd, patience: Duration
    ) async {
        var gone: [SubjectTag] = []
        do {
            try await watch.follow(jobs, patience: patience) { job, jobEnd, _ in
                switch jobEnd {
                case .completed:
                    end.counts.removed += job.contacts
                    gone += tags[job.id] ?? []
                case .errored(let count, _): end.note(job, state: "errored", refused: count)
                case .failed: end.note(job, state: "failed", refused: job.contacts)
                case .pending: end.note(job, state: "pending", refused: 0)
                }
            }
        } catch {
            end.error = end.error ?? error
        }
        do {
            if !gone.isEmpty { try await gate.settle([.gone(gone)], in: record) }
        } catch {
            end.error = end.error ?? error
        }
    }

    /// Looks up at most a hundred and starts to take off who is there.
    private func takeOff(
        _ chunk: [DeliveryRecord<SQLiteStore>.Addressee], _ end: inout ExportEnd
    ) async throws -> [(Job, [SubjectTag])] {
        let destination = session.destination
        var attempts = Attempts()
        let (outcome, _, answer) = try await settle(
            LookUpBatch(destination: destination, addresses: chunk.map(\.address)), .lookUp, &attempts
        ) { [sendGrid] permit in await sendGrid.lookUp(permit) }
        if outcome.status == .refused, outcome.httpStatus == 400 {
            return try await takeOffWithoutRefused(chunk, &end)
        }
        guard outcome.status == .answered, let found = answer else { throw failure(outcome) }
        let byAddress = Dictionary(
            chunk.map { ($0.address.reveal(), $0.tag) }, uniquingKeysWith: { first, _ in first })
        let listed = Set(found.compactMap { byAddress[$0.address.reveal()] })
        let missing = chunk.filter { !listed.contains($0.tag) }
        if !missing.isEmpty {
            // Who is not there is off the list already, whoever took them off. A 404 says so of all at once, and may mean
            // something else: who is known to have arrived is asked for again by the next export.
            let isCertain = outcome.httpStatus == 200
            end.counts.removed += missing.count { isCertain || !$0.isDelivered }
            try await gate.settle([.missing(missing.map(\.tag), isCertain: isCertain)], in: record)
        }
        return try await takeOff(found, byAddress, &end)
    }

    /// Finds by halving the address that SendGrid takes for none: it fails the look-up of all others.
    ///
    /// Such an address is not on the list; one that was delivered all the same is asked for again by the next export.
    private func takeOffWithoutRefused(
        _ chunk: [DeliveryRecord<SQLiteStore>.Addressee], _ end: inout ExportEnd
    ) async throws -> [(Job, [SubjectTag])] {
        guard chunk.count > 1 else {
            end.counts.removed += chunk.count { !$0.isDelivered }
            try await gate.settle([.missing(chunk.map(\.tag), isCertain: false)], in: record)
            return []
        }
        let middle = chunk.count / 2
        let first = try await takeOff(Array(chunk[..<middle]), &end)
        return try await first + takeOff(Array(chunk[middle...]), &end)
    }

    /// Ends the membership of contacts that were found.
    private func takeOff(
        _ found: [ListedContact], _ byAddress: [String: SubjectTag], _ end: inout ExportEnd
    ) async throws -> [(Job, [SubjectTag])] {
        var jobs: [(Job, [SubjectTag])] = []
        var pieces = found.isEmpty ? [] : [found]
        while let piece = pieces.popLast() {
            var attempts = Attempts()
            let (outcome, intent, _) = try await settle(
                TakeOffBatch(destination: session.destination, contacts: piece), .takeOff, &attempts
            ) { [sendGrid] permit in (await sendGrid.takeOff(permit), ()) }
            let tags = piece.compactMap { byAddress[$0.address.reveal()] }
            switch outcome.status {
            case .accepted(let job):
                jobs.append((Job(id: job, intent: intent, contacts: piece.count), tags))
            case .refused where outcome.httpStatus == 404 && piece.count > 1:
                // One contact that is gone meanwhile fails the whole request.
                pieces += [Array(piece.prefix(piece.count / 2)), Array(piece.dropFirst(piece.count / 2))]
            case .refused where outcome.httpStatus == 404:
                end.counts.removed += 1
                try await gate.settle([.gone(tags)], in: record)
            default: throw failure(outcome)
            }
        }
        return jobs
    }
}
