internal import FoundationEssentials
public import Governance
public import Model

// Taking people off the list: look up, then end the membership. The contact itself stays.
extension SendGrid {
    /// Asks which of the addresses are contacts on the list (`POST /v3/marketing/contacts/search/emails`).
    ///
    /// An answer of 404 says that none is known, and finds nothing out about any by itself.
    public func lookUp(_ permit: consuming TransferPermit<LookUpBatch>) async -> (Conclusion, LookUpFindings) {
        let list = permit.cargo.listID.text
        let body = permit.cargo.body.reveal()
        var (outcome, answer) = await exchange(permit, kind: .lookUp, body: body, of: "emails") { answer in
            LookUpFindings(answer.body, list: list) == nil ? (.unknown, "unreadable-answer") : (.answered, "")
        }
        if answer?.status == 404 {
            outcome = TransferOutcome(
                status: .answered, httpStatus: 404, requestID: outcome.requestID, milliseconds: outcome.milliseconds,
                responseDigest: outcome.responseDigest)
        }
        let findings = answer.flatMap { $0.status == 200 ? LookUpFindings($0.body, list: list) : nil }
        return (permit.conclude(outcome), findings ?? LookUpFindings())
    }

    /// Takes contacts off the list (`DELETE /v3/marketing/lists/{id}/contacts`).
    public func takeOff(_ permit: consuming TransferPermit<TakeOffBatch>) async -> Conclusion {
        let query = "?" + String(decoding: permit.cargo.body.reveal(), as: UTF8.self)
        let (outcome, _) = await exchange(permit, kind: .takeOff, query: query, body: nil) { Outcomes.jobTaken($0) }
        return permit.conclude(outcome)
    }
}

/// What an answer to a look-up says of each address that was asked about.
///
/// Of an address that is in neither nothing is certain: there was an error, an entry of another form, or none at all. Who
/// is taken for missing is forgotten for good, so only what can mean nothing else counts as that.
public struct LookUpFindings: Sendable {
    /// Who is on the list.
    public let listed: [ListedContact]
    /// Addresses, in lower case, that are certainly not on the list: SendGrid says that it knows no such contact, or names
    /// the lists of the contact, and ours is none of them.
    public let absent: Personal<Set<String>>

    /// Nothing found out.
    init() {
        listed = []
        absent = Personal([])
    }

    /// Nil if the answer is of another form.
    init?(_ body: [UInt8], list: String) {
        guard let body = try? JSONDecoder().decode(SearchBody.self, from: Data(body)) else { return nil }
        var listed: [ListedContact] = []
        var absent: Set<String> = []
        // An address may be there twice, in other letters: what speaks against its absence counts.
        var present: Set<String> = []
        for (address, entry) in body.result {
            let address = address.lowercased()
            switch Standing(entry, address, list: list.lowercased()) {
            case .listed(let id):
                listed.append(ListedContact(id: id, address: Personal(address)))
                present.insert(address)
            case .absent where !body.hasErrors: absent.insert(address)
            case .absent, .unclear: present.insert(address)
            }
        }
        self.listed = listed.sorted { $0.id < $1.id }
        self.absent = Personal(absent.subtracting(present))
    }

    private enum Standing {
        case listed(id: String)
        case absent
        case unclear

        /// The search also finds a contact by one of its other addresses, which may hide one whose own address it is.
        init(_ entry: SearchBody.Found, _ address: String, list: String) {
            guard let contact = entry.contact else {
                self = entry.error.map(Self.saysNotFound) == true ? .absent : .unclear
                return
            }
            guard contact.email?.lowercased() == address else {
                self = .unclear
                return
            }
            if contact.list_ids?.contains(where: { $0.lowercased() == list }) ?? true {
                self = Self.isIdentifier(contact.id) ? .listed(id: contact.id) : .unclear
            } else {
                self = entry.error == nil ? .absent : .unclear
            }
        }

        /// Only the documented words: another error may be one of the search itself.
        private static func saysNotFound(_ error: String) -> Bool {
            ["contact not found", "contact not found.", "not found"].contains(error.lowercased())
        }

        /// What travels in an address must not be able to change it.
        private static func isIdentifier(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.count <= 64
                && text.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }
}
