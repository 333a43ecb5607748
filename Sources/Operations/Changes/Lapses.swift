internal import Consent
internal import Governance
internal import Model
internal import Store

/// Hears what a change would end, in sentences, before it is made; throws to leave things as they are.
public typealias Caution = @Sendable (_ lapses: [String]) throws -> Void

extension Workspace {
    /// The same workspace, whose changes ask `caution` first if they end a consent or a schedule.
    public func asking(_ caution: @escaping Caution) -> Workspace {
        var workspace = self
        workspace.caution = caution
        return workspace
    }

    /// Says what a change would end, and asks whether it is meant; returns what was said.
    /// - Parameters:
    ///   - consent: the log index of a consent that is not spoken of, because the change is about its end.
    ///   - change: makes the change of facts, without the log; it is taken back.
    /// - Throws: what `change` throws, and what the caution throws if it is not meant.
    func foresee(except consent: Int64? = nil, _ change: (SQLiteTransaction) throws -> Void) throws -> [String] {
        let lapses = try lapses(except: consent, if: change)
        if !lapses.isEmpty { try caution?(lapses) }
        return lapses
    }

    /// What a change would end: consents, the schedules under them, and exports that would be cleared as things are.
    ///
    /// The change is made and taken back, and the gate's own judgement stands before and after: no rule is written twice.
    /// - Throws: what `change` throws; a storage error.
    func lapses(except consent: Int64? = nil, if change: (SQLiteTransaction) throws -> Void) throws -> [String] {
        let now = time.now()
        return try store.rehearsing { transaction in
            let before = try Footing(transaction, now: now)
            try change(transaction)
            return before.lost(in: try Footing(transaction, now: now), except: consent)
        }
    }
}

/// What stands at one moment: each consent, each schedule, each destination.
private struct Footing {
    private var destinations: [Destination] = []
    private var consents: [DestinationID: [ConsentWorth]] = [:]
    private var schedules: [DestinationID: SQLiteTransaction.ScheduleRow] = [:]
    private var objections: [DestinationID: any ReportableError] = [:]
    private var scheduleObjections: [DestinationID: any ReportableError] = [:]

    init(_ transaction: SQLiteTransaction, now: Timestamp) throws {
        destinations = try transaction.destinations()
        for row in try transaction.schedules() {
            schedules[row.destination] = row
            scheduleObjections[row.destination] = try transaction.objection(
                to: row.destination, under: row.exportUser, now: now)
        }
        for destination in destinations {
            consents[destination.id] = try transaction.worths(ofConsentsTo: destination.id, now: now)
            objections[destination.id] = try transaction.objection(to: destination.id, now: now)
        }
    }

    /// What stands here and not in `later`, in sentences.
    func lost(in later: Footing, except consent: Int64?) -> [String] {
        destinations.flatMap { destination in
            let id = destination.id
            let ended = lostConsents(of: id, in: later, except: consent)
            var lines = ended
            if let row = schedules[id], scheduleObjections[id] == nil, later.scheduleObjections[id] != nil {
                lines.append(
                    "scheduled exports to destination \(id) (\(row.schedule.text)) go out under the consent of "
                        + "\(row.exportUser), and will be refused")
            }
            if objections[id] == nil, let objection = later.objections[id] {
                // Why is said already where a consent ended.
                lines.append(
                    "exports to destination \(id) will be refused" + (ended.isEmpty ? ": \(objection.message)" : ""))
            }
            return lines
        }
    }

    private func lostConsents(of id: DestinationID, in later: Footing, except known: Int64?) -> [String] {
        let then = Dictionary(uniqueKeysWithValues: (later.consents[id] ?? []).map { ($0.record.index, $0) })
        return (consents[id] ?? []).filter(\.isInForce).compactMap { consent in
            let index = consent.record.index
            guard index != known, let reason = then[index]?.reason else { return nil }
            return "the consent of \(consent.record.administrator) to destination \(id) (log index \(index)) "
                + "does not hold after this: \(reason)"
        }
    }
}
