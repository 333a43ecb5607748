internal import Consent
internal import Ledger
public import Model
internal import Vault

/// A transfer that has both its entries.
public struct TransferRecord: Sendable {
    /// The log index of the intent.
    public let intent: Int64
    /// The log index of the outcome.
    public let outcomeIndex: Int64
    /// What became of it.
    public let outcome: TransferOutcome
    /// Why it was stopped, if the destination ceased to stand while it was under way: some of it may have arrived.
    public let halt: (any Error)?
}

/// A transfer was made, and what became of it cannot be written to the log.
public struct UnrecordedOutcome: ReportableError {
    /// The log index of the intent, which stays open until the next export.
    public let intent: Int64
    /// What became of it.
    public let outcome: TransferOutcome
    /// What keeps the log from being written.
    let cause: any Error

    /// A stable slug; see `ReportableError`.
    public var code: String { "outcome-not-recorded" }
    /// What went wrong, in a sentence.
    public var message: String {
        let why = (cause as? any ReportableError)?.message ?? "\(type(of: cause))"
        return "the request of the intent at log index \(intent) was made, but its outcome cannot be logged: \(why)"
    }
    /// What to do about it.
    public var hint: String? { "make the log writable; the next export records the outcome as unknown" }
    /// An I/O failure.
    public var failure: FailureClass { .io }
}

extension Gate {
    /// Makes one transfer: clears it, writes the intent, lends `send` the permit, writes the outcome.
    ///
    /// `send` runs only after the intent is durable under a signed head (I1). If the destination is removed or suspended
    /// meanwhile, `send` is cancelled; it must not return before its connection is closed. Whatever it does, the outcome
    /// is recorded before this returns (I2).
    /// - Parameters:
    ///   - attempt: 1 for the first request with these contacts.
    ///   - earlier: the intent that this one repeats, if it does.
    /// - Throws: ``Refusal`` or `ConsentError`, logged, if it is not cleared; `LedgerError` or a storage error if the log
    ///   cannot be written, in which case nothing was sent or the intent stays open.
    public func transfer<Cargo: TransferCargo>(
        _ cargo: Cargo, in session: ExportSession, attempt: Int, repeating earlier: Int64? = nil,
        send: @escaping @Sendable (consuming TransferPermit<Cargo>) async throws -> Conclusion
    ) async throws -> TransferRecord {
        try await transferForAnswer(cargo, in: session, attempt: attempt, repeating: earlier) { permit in
            (try await send(permit), ())
        }.record
    }

    /// The same for a request whose answer is of use: what `send` read in it comes with the record.
    /// - Parameter upload: where a file goes; its host has to be one that the policy allows.
    /// - Throws: as ``transfer(_:in:attempt:repeating:send:)``.
    public func transferForAnswer<Cargo: TransferCargo, Answer: Sendable>(
        _ cargo: Cargo, in session: ExportSession, to upload: UploadTarget? = nil, attempt: Int,
        repeating earlier: Int64? = nil,
        send: @escaping @Sendable (consuming TransferPermit<Cargo>) async throws -> (Conclusion, Answer)
    ) async throws -> (record: TransferRecord, answer: Answer?) {
        let id = session.destination.id
        guard cargo.destination == id else { throw Refusal.batchOutsideExport("the destination") }
        // Only a file goes elsewhere than to the API, and nothing else does: the key is for the API alone.
        guard (upload != nil) == (cargo.action == .importFile) else {
            throw Refusal.batchOutsideExport("where it goes")
        }
        let packed = cargo.addresses.reveal()
        let tags = try Manifest.tags(of: packed.bytes, at: packed.ranges, key: session.keys.subject)
        let manifest = try Manifest(tags: tags)
        let page = try page(cargo, tags, session)
        let draft = IntentDraft(
            manifest: manifest, bodyDigest: try SHA256.digest(of: cargo.body.reveal()),
            bodyBytes: cargo.body.reveal().count, subjects: packed.count, upload: upload, attempt: attempt,
            earlier: earlier,
            resends: session.unresolved.filter { Manifest.share($0.tags, manifest.bytes) }.map(\.intent))

        let lease = try await storage.transferLease(for: id)
        defer { lease.release() }

        let committed = try await recordingRefusals(of: id, export: session.export) {
            try await log.commit { transaction, appender in
                let clearance = try clear(id, under: session.administrator, transaction)
                guard clearance.scope == session.scope else { throw Refusal.scopeChanged(id) }
                try require(cargo, fits: clearance)
                if let upload, !clearance.policy.allows(upload.endpoint, namedBy: clearance.destination.endpoint) {
                    throw Refusal.hostNotAllowed(upload.endpoint.host)
                }
                guard let secret = try transaction.secret(.apiKey, of: id) else { throw Refusal.keyMissing(id) }
                let index = try appender.append(intentEntry(cargo, draft, clearance, session.export))
                try transaction.insert(
                    transfer: index, export: session.export, destination: id, manifest: manifest)
                if let page { try transaction.insert(page: page, of: index, contacts: packed.count) }
                return secret
            }
        }
        // The commit point: the intent is durable, under a signed head. Before this line no byte can leave.
        guard let receipt = committed.receipts.first else { throw Refusal.batchOutsideExport("the intent") }
        let endpoint = upload?.endpoint ?? session.destination.endpoint
        let resealed = committed.value
        let (result, halt) = await whileStanding(id) {
            let permit = TransferPermit(
                cargo: cargo, endpoint: endpoint, upload: upload, intent: receipt, standing: standingCheck(id),
                key: try keys.open(resealed))
            return try await send(permit)
        }
        let outcome = Self.outcome(result, of: receipt, halt: halt)
        let index = try await record(outcome, of: receipt.index, session, contacts: packed.count)
        let record = TransferRecord(intent: receipt.index, outcomeIndex: index, outcome: outcome, halt: halt)
        guard case .success(let (_, answer)) = result else { return (record, nil) }
        return (record, answer)
    }

    /// What the delivery record needs of a request that adds contacts, kept until their fate is known.
    private func page<Cargo: TransferCargo>(
        _ cargo: Cargo, _ tags: [UInt8], _ session: ExportSession
    ) throws -> [UInt8]? {
        guard cargo.action.adds, let digests = cargo.contactDigests else { return nil }
        let page = PackedEntries.page(tags: tags, digests: digests, addresses: cargo.addresses.reveal())
        return try session.keys.sealed(page, as: Self.pageName)
    }

    /// Writes the outcome, if need be after some tries: what left has left, and the log should say what became of it.
    /// - Throws: ``UnrecordedOutcome`` if the log cannot be written; the next export closes the intent as *unknown*.
    private func record(
        _ outcome: TransferOutcome, of intent: Int64, _ session: ExportSession, contacts: Int
    ) async throws -> Int64 {
        var triesLeft = 3
        while true {
            do {
                return try await log.commit { transaction, appender in
                    let index = try appender.append(
                        try outcomeEntry(
                            outcome, intent: intent, export: session.export, destination: session.destination.id,
                            contacts: contacts))
                    try conclude(outcome, of: intent, at: index, transaction)
                    return index
                }.value
            } catch {
                triesLeft -= 1
                guard triesLeft > 0 else { throw UnrecordedOutcome(intent: intent, outcome: outcome, cause: error) }
                // Cancelled or not, the outcome is worth a moment.
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// What was taken, or may have been, stays on the page until the record has it; of what was not, nothing stays.
    private func conclude(
        _ outcome: TransferOutcome, of intent: Int64, at index: Int64, _ transaction: Storage.Transaction
    ) throws {
        var (job, isUnknown): (String?, Bool) = (nil, false)
        switch outcome.status {
        case .accepted(let taken): job = taken
        case .unknown, .aborted,
            .unavailable where outcome.mayHaveLeft:
            isUnknown = true
        default: try transaction.remove(pageOf: intent)
        }
        try transaction.conclude(transfer: intent, outcome: index, job: job, isUnknown: isUnknown)
    }

    /// A batch carries the names of what is in it; they must be the ones that were cleared.
    private func require(_ batch: some TransferCargo, fits clearance: borrowing Clearance) throws {
        guard batch.listID == clearance.destination.listID else { throw Refusal.batchOutsideExport("the contact list") }
        let allowed = clearance.matching.fields
        guard batch.fields.allSatisfy({ allowed.contains($0) }) else { throw Refusal.batchOutsideExport("a field") }
        let segments = clearance.destination.segments
        guard batch.segments.allSatisfy({ segments.contains($0) }) else {
            throw Refusal.batchOutsideExport("a segment")
        }
    }

    /// What is recorded for whatever `send` did.
    ///
    /// A conclusion of another transfer is no conclusion of this one.
    private static func outcome<Answer>(
        _ result: Result<(Conclusion, Answer), any Error>, of intent: LedgerReceipt, halt: (any Error)?
    ) -> TransferOutcome {
        if case .success(let (conclusion, _)) = result, conclusion.intent == intent { return conclusion.outcome }
        return TransferOutcome(
            status: halt == nil ? .unknown : .aborted, reason: halt == nil ? "sender-failed" : "halted")
    }

    /// Runs `body` and, beside it, watches the standing: once the destination no longer stands, `body` is cancelled and
    /// awaited.
    ///
    /// Returns what it did, and why it was halted if it was.
    func whileStanding<R: Sendable>(
        _ id: DestinationID, _ body: @escaping @Sendable () async throws -> R
    ) async -> (result: Result<R, any Error>, halt: (any Error)?) {
        let check = standingCheck(id)
        return await withTaskGroup(of: WatchEvent<R>.self) { group in
            group.addTask {
                do {
                    return .ended(.success(try await body()))
                } catch {
                    return .ended(.failure(error))
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    do {
                        try check()
                    } catch {
                        return .halted(error)
                    }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return .watchEnded
            }
            var result: Result<R, any Error> = .failure(CancellationError())
            var halt: (any Error)?
            for await event in group {
                switch event {
                case .ended(let end): result = end
                case .halted(let reason): halt = reason
                case .watchEnded: continue
                }
                group.cancelAll()
            }
            // The body asks too, before every chunk, and may have seen a removal before the watch did.
            if halt == nil {
                do {
                    try check()
                } catch {
                    halt = error
                }
            }
            return (result, halt)
        }
    }
}

private enum WatchEvent<R: Sendable>: Sendable {
    case ended(Result<R, any Error>)
    case halted(any Error)
    case watchEnded
}
