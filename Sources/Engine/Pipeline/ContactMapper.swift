internal import Model

/// Turns a profile into a contact row, or says why it cannot be sent.
struct ContactMapper {
    private struct Slot {
        let column: Int
        let field: ContactField
        let type: CustomFieldDefinition.ValueType
        let maximumLength: Int
    }

    private let email: Int
    private let slots: [Slot]
    private let flags: [Int]
    private var address: [UInt8] = []

    init(_ matching: DataMatching, columns: [String], flags: [Int], customFields: [CustomFieldDefinition]) {
        func place(_ column: String) -> Int { columns.firstIndex(of: column) ?? 0 }
        email = place(matching.pairs[0].column)
        slots = matching.pairs.dropFirst().map { pair in
            var type = CustomFieldDefinition.ValueType.text
            if case .custom(let name) = pair.field {
                type = customFields.first { $0.name.lowercased() == name.lowercased() }?.type ?? .text
            }
            return Slot(
                column: place(pair.column), field: pair.field, type: type,
                maximumLength: pair.field.maximumLength ?? Int.max)
        }
        self.flags = flags
    }

    /// Fills `row`; returns the reason, and the field at fault, if the profile cannot be sent.
    mutating func map(
        _ record: borrowing Record, into row: inout ContactRow
    ) -> (reason: RejectionReason, field: ContactField?)? {
        for flag in flags where FlagText.isSet(record[flag]) { return (.doNotContact, nil) }
        AddressCheck.normalize(record[email], into: &address)
        if let problem = AddressCheck.problem(address) { return (problem, .email) }
        row.removeAll()
        row.append(address)
        for slot in slots {
            if let reason = append(record[slot.column], slot, to: &row) { return (reason, slot.field) }
        }
        return nil
    }

    private func append(_ value: ArraySlice<UInt8>, _ slot: Slot, to row: inout ContactRow) -> RejectionReason? {
        guard !value.isEmpty else {
            row.append([])
            return nil
        }
        if value.contains(where: { $0 < 0x20 }) { return .controlCharacter }
        switch slot.type {
        case .text:
            // A scalar has at most four bytes, so most values need no counting.
            if value.count > slot.maximumLength, scalars(value) > slot.maximumLength { return .valueTooLong }
            row.append(value)
        case .number:
            let trimmed = value.drop { $0 == 0x20 }
            let number = trimmed.prefix { $0 != 0x20 }
            guard NumberText.isJSONNumber(number), trimmed.dropFirst(number.count).allSatisfy({ $0 == 0x20 }) else {
                return .invalidNumber
            }
            row.append(number)
        case .date:
            guard let date = DateText.rfc3339(value) else { return .invalidDate }
            row.append(date)
        }
        return nil
    }

    /// Unicode scalars: every byte that does not continue one.
    private func scalars(_ value: ArraySlice<UInt8>) -> Int {
        value.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }
}

/// Flags that keep a person from being contacted.
enum FlagText {
    /// Fields that are such flags by their name alone, in lower case.
    static let knownNames: Set<String> = ["donotemail", "donotbulkemail", "donotcontact"]

    /// Whether the flag is set.
    ///
    /// What cannot be understood counts as set: better one message too few. Not set are an empty value, false, 0, no,
    /// n, and `Allow`, as Customer Insights may write it.
    static func isSet(_ value: ArraySlice<UInt8>) -> Bool {
        guard !value.isEmpty, value.count <= 8 else { return !value.isEmpty }
        let word = String(decoding: value, as: UTF8.self).lowercased()
        return !["false", "0", "no", "n", "allow"].contains(word)
    }
}
