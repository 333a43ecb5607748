internal import FoundationEssentials
public import Governance
public import Model

// Taking people off the list: look up, then end the membership. The contact itself stays.
extension SendGrid {
    /// Asks which of the addresses are contacts on the list (`POST /v3/marketing/contacts/search/emails`).
    ///
    /// The search also finds a contact by one of its other addresses; such a contact is somebody else as far as the list
    /// goes, and is left out.
    public func lookUp(_ permit: consuming TransferPermit<LookUpBatch>) async -> (Conclusion, [ListedContact]) {
        let list = permit.cargo.listID.text
        let body = permit.cargo.body.reveal()
        var (outcome, answer) = await exchange(permit, kind: .lookUp, body: body, of: "emails") { answer in
            (try? JSONDecoder().decode(SearchBody.self, from: Data(answer.body))) == nil
                ? (.unknown, "unreadable-answer") : (.answered, "")
        }
        // 404 says that none is known.
        if answer?.status == 404 {
            outcome = TransferOutcome(
                status: .answered, httpStatus: 404, requestID: outcome.requestID, milliseconds: outcome.milliseconds,
                responseDigest: outcome.responseDigest)
        }
        var found: [ListedContact] = []
        if outcome.status == .answered, let answer,
            let body = try? JSONDecoder().decode(SearchBody.self, from: Data(answer.body))
        {
            for (address, entry) in body.result {
                guard let contact = entry.contact, contact.email?.lowercased() == address.lowercased(),
                    contact.list_ids?.contains(list) ?? true, Self.isIdentifier(contact.id)
                else { continue }
                found.append(ListedContact(id: contact.id, address: Personal(address.lowercased())))
            }
        }
        return (permit.conclude(outcome), found.sorted { $0.id < $1.id })
    }

    /// Takes contacts off the list (`DELETE /v3/marketing/lists/{id}/contacts`).
    public func takeOff(_ permit: consuming TransferPermit<TakeOffBatch>) async -> Conclusion {
        let query = "?" + String(decoding: permit.cargo.body.reveal(), as: UTF8.self)
        let (outcome, _) = await exchange(permit, kind: .takeOff, query: query, body: nil) { Outcomes.jobTaken($0) }
        return permit.conclude(outcome)
    }

    /// What travels in an address must not be able to change it.
    private static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }
}
