internal import Delivery
internal import Engine
internal import Governance
internal import Model

extension Workspace {
    /// How often an inquiry waits for the rate limit before its export ends.
    private static var mostWaits: Int { 60 }

    /// How many pages in a row may have nobody new.
    private static var mostRepetitions: Int { 20 }

    /// The addresses that SendGrid itself keeps from being sent to.
    func suppressions(of id: DestinationID, _ sendGrid: SendGrid) async throws -> SuppressedAddresses {
        var suppressed = SuppressedAddresses()
        for kind in SuppressionKind.allCases { try await read(kind, of: id, sendGrid, into: &suppressed) }
        return suppressed
    }

    /// Reads one kind up to its end, which is an empty page and nothing else: who is missed here would be sent.
    private func read(
        _ kind: SuppressionKind, of id: DestinationID, _ sendGrid: SendGrid, into suppressed: inout SuppressedAddresses
    ) async throws {
        // Whoever is on a list of another kind is as new to this one as anybody.
        var ofKind = SuppressedAddresses()
        var (offset, repetitions) = (0, 0)
        while true {
            let page = try await inquire(id, sendGrid) { [offset] in
                try await sendGrid.suppressions(kind, offset: offset, $0)
            }
            guard !page.isEmpty else { return }
            let before = ofKind.count
            for address in page {
                suppressed.insert(address)
                ofKind.insert(address)
            }
            offset += page.count
            // One address may stand there more than once; the same ones for ever are an answer that has no end.
            repetitions = ofKind.count == before ? repetitions + 1 : 0
            guard repetitions < Self.mostRepetitions else {
                throw DeliveryError.unexpectedAnswer(about: .suppressions)
            }
        }
    }

    /// Asks before an export, and waits as the answers' headers say: that a quota is used up is no failure.
    func inquire<R: Sendable>(
        _ id: DestinationID, _ sendGrid: SendGrid, ask: @escaping @Sendable (borrowing InquiryPermit) async throws -> R
    ) async throws -> R {
        var waits = 0
        while true {
            while let delay = sendGrid.delay(.read, for: id) { try await Task.sleep(for: delay) }
            do {
                return try await gate.inquire(id, ask: ask)
            } catch DeliveryError.rateLimited(let seconds) where waits < Self.mostWaits {
                waits += 1
                try await Task.sleep(for: .seconds(seconds))
            }
        }
    }
}
