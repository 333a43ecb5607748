internal import Governance
internal import Model
internal import Store

extension Workspace {
    /// All destinations, removed ones included.
    /// - Throws: an error of class I/O if the database cannot be read.
    public func destinations() throws -> [DestinationReport] {
        let now = time.now()
        return try store.reading { transaction in
            try transaction.destinations().map { try report(on: $0, transaction, now, []) }
        }
    }

    /// One destination.
    /// - Throws: `Refusal/unknownDestination(_:)`.
    public func showDestination(_ name: String) throws -> DestinationReport {
        try report(on: try destination(name).id, warnings: [])
    }

    /// A destination as it is now, with what the command that changed it has to say.
    func report(on id: DestinationID, warnings: [String]) throws -> DestinationReport {
        let now = time.now()
        return try store.reading { transaction in
            guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            return try report(on: destination, transaction, now, warnings)
        }
    }

    private func report(
        on destination: Destination, _ transaction: SQLiteTransaction, _ now: Timestamp, _ warnings: [String]
    ) throws -> DestinationReport {
        var warnings = warnings
        let problem = keyProblem
        if let problem { warnings.append("nothing can be sent from here: \(problem.message)") }
        if store.isReadOnly {
            warnings.append(
                "the workspace can only be read here: nothing can be sent from here, and whether an export is running "
                    + "elsewhere cannot be told")
        }
        return try DestinationReport(destination, transaction, now: now, keys: problem, warnings: warnings)
    }
}
