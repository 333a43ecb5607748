internal import Compression
internal import Delivery
internal import Governance
internal import Model

extension ExportRun {
    /// How many batches go into one file: with 5 MB each, what is in memory stays small.
    static var batchesOfFile: Int { 4 }

    /// Sends batches as one compressed file: asks where it is to go, which needs no permit for people, and uploads it there,
    /// which is a transfer of its own and needs one.
    func upload(_ batches: [PreparedBatch], _ fieldIDs: [String: String]) async throws -> Delivered {
        let file = try ImportFile(batches) { try Gzip.compress($0) }
        let mappings = try file.columns.map { column in
            guard let id = fieldIDs[column] else {
                throw OperationError.unknownCustomField(name: column, known: fieldIDs.keys.sorted())
            }
            return id
        }
        try requireNotCancelled()
        while let delay = sendGrid.delay(.importFile, for: id) { try await pause(for: delay) }
        let target = try await gate.inquire(id) { [sendGrid, list = file.listID] permit in
            try await sendGrid.importTarget(list, mappings: mappings, permit)
        }
        var delivered = Delivered()
        var attempts = Attempts()
        do {
            let (outcome, intent, _) = try await settle(file, .importFile, to: target, &attempts) {
                [sendGrid] permit in (await sendGrid.upload(permit), ())
            }
            switch outcome.status {
            case .accepted(let job):
                delivered.jobs.append(Job(id: job, intent: intent, contacts: file.count))
                delivered.bytes += file.body.reveal().count
            case .refused:
                delivered.refusedWhole += file.count
                delivered.error = failure(outcome)
            default:
                delivered.unknown += file.count
                delivered.error = failure(outcome)
            }
        } catch {
            if attempts.mayHaveLeft { delivered.unknown += file.count }
            delivered.error = error
        }
        return delivered
    }
}
