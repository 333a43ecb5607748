internal import AsyncHTTPClient
internal import FoundationEssentials
public import Governance
public import Model
internal import NIOCore
internal import NIOHTTP1
internal import Vault

/// SendGrid's Marketing Contacts API, the part of it that exports need.
///
/// The only door out of Waybill.
///
/// Every call takes a permit: bytes about people go out under a `TransferPermit`, which is spent, and questions about
/// the account under an `InquiryPermit`. There is no call that deletes a contact or a list, and none takes a URL.
///
/// Source: SendGrid's API description, `tsg_mc_contacts_v3`, `tsg_mc_lists_v3`, `tsg_mc_custom_fields_v3`,
/// `tsg_scopes_v3`, `tsg_suppressions_v3`.
public struct SendGrid: Sendable {
    let connections: Connections
    let pace: PaceBook

    /// Opens connections as they are needed, lends them to `body`, and closes them all before it returns.
    /// - Throws: what `body` throws.
    public static func withConnection<R>(
        timeouts: Timeouts = Timeouts(), _ body: (SendGrid) async throws -> R
    ) async throws -> R {
        let connections = Connections(timeouts: timeouts)
        do {
            let result = try await body(SendGrid(connections: connections, pace: .shared))
            await connections.close()
            return result
        } catch {
            await connections.close()
            throw error
        }
    }

    /// How long a request of this kind has to wait for the rate limit before it asks again; nil if it may be made now,
    /// and then it is counted as made.
    public func delay(_ kind: RequestKind, for destination: DestinationID) -> Duration? {
        pace.delay(kind, destination, now: .now)
    }

    /// How many requests of this kind a minute allows, as far as SendGrid has said.
    public func limit(_ kind: RequestKind, for destination: DestinationID) -> Int { pace.limit(kind, destination) }

    /// Sends a batch (`PUT /v3/marketing/contacts`).
    ///
    /// Spends the permit whatever happens, and returns only once the request is over; if it was stopped, once its
    /// connection is closed.
    public func upsert(_ permit: consuming TransferPermit<PreparedBatch>) async -> Conclusion {
        let body = permit.cargo.body.reveal()
        let (outcome, _) = await exchange(permit, kind: .upsert, body: body) { Outcomes.jobTaken($0) }
        return permit.conclude(outcome)
    }

    /// Makes the request that a permit is for.
    func exchange<Cargo: TransferCargo>(
        _ permit: borrowing TransferPermit<Cargo>, kind: RequestKind, query: String = "", body: [UInt8]?,
        of collection: String = "contacts", taken: (Answer) -> (TransferOutcome.Status, String)
    ) async -> (outcome: TransferOutcome, answer: Answer?) {
        let start = ContinuousClock.now
        let guarded = body.map { GuardedBody($0, standing: permit.standing) }
        let (cargo, endpoint) = (permit.cargo, permit.endpoint)
        do {
            try permit.standing()
            let account = try permit.withKey { try Self.account($0, endpoint) }
            pace.note(cargo.destination, account)
            let authorization = permit.withKey(Self.authorization)
            let answer = try await connections.lend { connection in
                try await connection.exchange(
                    HTTPMethod(rawValue: cargo.action.method), cargo.action.path(cargo.listID) + query, at: endpoint,
                    authorization: authorization, body: guarded)
            }
            pace.learn(kind, account, status: answer.status, answer.headers, now: .now)
            let outcome = Outcomes.outcome(
                answer, count: cargo.addresses.reveal().count, of: collection,
                milliseconds: Self.milliseconds(since: start), taken: taken)
            return (outcome, answer)
        } catch {
            let outcome = Outcomes.outcome(
                error, isCancelled: Task.isCancelled, milliseconds: Self.milliseconds(since: start))
            return (outcome, nil)
        }
    }

    static func milliseconds(since start: ContinuousClock.Instant) -> Int64 {
        Int64((ContinuousClock.now - start) / .milliseconds(1))
    }

    static func account(_ key: UnsafeRawBufferPointer, _ endpoint: Endpoint) throws -> PaceBook.Account {
        PaceBook.Account(key: try SHA256.digest(of: Array(key)), endpoint: endpoint)
    }

    /// The header's value.
    ///
    /// From here on the HTTP library holds copies of the key that it does not wipe; how that is bounded stands in
    /// SECURITY.md under known gaps.
    static func authorization(_ key: UnsafeRawBufferPointer) -> String {
        "Bearer " + String(decoding: key, as: UTF8.self)
    }
}

/// How long the parts of a request may take.
public struct Timeouts: Sendable {
    /// Until the connection stands.
    public var connect: Duration
    /// Without a byte from the other side.
    public var silence: Duration
    /// For the request as a whole.
    public var request: Duration

    /// The given times, else 10 s, 60 s and 180 s.
    public init(
        connect: Duration = .seconds(10), silence: Duration = .seconds(60), request: Duration = .seconds(180)
    ) {
        self.connect = connect
        self.silence = silence
        self.request = request
    }
}
