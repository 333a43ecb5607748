internal import Model

/// Says why a profile cannot be sent, and where its contact's values lie if it can.
struct ContactCheck: Sendable {
    private struct Slot: Sendable {
        let column: Int
        let type: CustomFieldDefinition.ValueType
        let maximumLength: Int
        let isTrimmed: Bool
        /// What the source says of the column's values, unless it is that they are text.
        let declared: FieldType?
        /// What the values have to be beside what ``type`` asks for.
        var checked: FieldType? {
            switch (type, declared) {
            case (.text, _), (.number, .double), (.number, .decimal): nil
            case (.date, let declared?) where declared.isDate: nil
            default: declared
            }
        }

        /// How the column spells numbers and dates beside the plain forms.
        let form: ValueForm?

        /// Whether what looks like a date of RFC 3339 is that date.
        var readsPlainDates: Bool { form?.readsPlainDates != false }

        /// Whether what looks like a number of JSON is that number.
        var readsPlainNumbers: Bool { (form?.mark ?? .point) == .point }
    }

    /// Why a profile is rejected, and the matched field at fault, by its number, if one is.
    struct Problem {
        let reason: RejectionReason
        let field: Int?
        /// The column whose value is not of the type that its source declares, where a typed field needs it.
        var unreadable: Int?
    }

    private let slots: [Slot]
    private let hasTypedFields: Bool
    private let flags: [Int]
    let fields: [ContactField]
    private let maximumBytes: Int

    /// - Parameter flags: the columns of the do-not-contact flags.
    init(
        _ matching: DataMatching, columns: [String], open: OpenSource, flags: [Int],
        customFields: [CustomFieldDefinition],
        limits: BatchLimits
    ) {
        slots = matching.pairs.map { pair in
            var type = CustomFieldDefinition.ValueType.text
            if case .custom(let name) = pair.field {
                type = customFields.first { $0.name.lowercased() == name.lowercased() }?.type ?? .text
            }
            return Slot(
                column: columns.firstIndex(of: pair.column) ?? 0, type: type,
                maximumLength: pair.field.maximumLength ?? Int.max, isTrimmed: pair.field == .email || type == .number,
                declared: open.declaredType(of: pair.column), form: open.forms[pair.column])
        }
        hasTypedFields = slots.contains { $0.type != .text }
        self.flags = flags
        fields = matching.fields
        // Escapes at most double what has no control characters; keys and frame are small.
        maximumBytes = (limits.bytes - 64 * 1024) / 2
    }

    /// Whether a do-not-contact flag is set.
    @inline(__always)
    func isFlagged(_ row: Int, of table: borrowing RowTable, _ bytes: RawSpan) -> Bool {
        let flags = flags.span
        for index in flags.indices where FlagText.isSet(bytes, table.field(row, flags[index])) { return true }
        return false
    }

    /// Why the profile cannot be sent, if no flag is set, or nil.
    func problem(_ row: Int, of table: borrowing RowTable, _ bytes: RawSpan) -> Problem? {
        let slots = slots.span
        let address = AddressCheck.trimmed(bytes, table.field(row, slots[0].column))
        if let reason = AddressCheck.problem(bytes, address) { return Problem(reason: reason, field: 0) }
        var size = 0
        var index = 0
        while index &+ 1 < slots.count {
            index &+= 1
            let range = table.field(row, slots[index].column)
            if range.isEmpty { continue }
            if let reason = problem(bytes, range, slots[index], table.mayHoldControls) {
                let isUnreadable = reason == .invalidNumber || reason == .invalidDate
                return Problem(
                    reason: reason, field: index,
                    unreadable: isUnreadable
                        && slots[index].declared.map { !admits($0, bytes, range, slots[index]) } ?? false
                        ? slots[index].column : nil)
            }
            size += range.count
        }
        return size <= maximumBytes ? nil : Problem(reason: .contactTooLarge, field: nil)
    }

    /// How many bytes the values have together.
    func valueBytes(_ row: Int, of table: borrowing RowTable) -> Int {
        let slots = slots.span
        var sum = 0
        for index in slots.indices { sum &+= table.field(row, slots[index].column).count }
        return sum
    }

    /// Where the address lies.
    func address(_ row: Int, of table: borrowing RowTable, _ bytes: RawSpan) -> Range<Int> {
        AddressCheck.trimmed(bytes, table.field(row, slots[0].column))
    }

    private func problem(
        _ bytes: RawSpan, _ range: Range<Int>, _ slot: Slot, _ mayHoldControls: Bool
    ) -> RejectionReason? {
        var index = range.lowerBound
        while mayHoldControls, index < range.upperBound {
            if ByteWord.controls(ByteWord.load(bytes, index)) & ByteWord.first(range.upperBound - index) != 0 {
                return .controlCharacter
            }
            index += 8
        }
        if let checked = slot.checked, !admits(checked, bytes, range, slot) {
            return slot.type == .date ? .invalidDate : .invalidNumber
        }
        switch slot.type {
        case .text:
            // A value has at most as many scalars as bytes, so most need no counting.
            return range.count > slot.maximumLength && scalars(bytes, range) > slot.maximumLength ? .valueTooLong : nil
        case .number:
            if slot.readsPlainNumbers, NumberText.isJSONNumber(bytes, AddressCheck.trimmed(bytes, range)) { return nil }
            return TypedText.number(bytes, range, slot.form) == nil ? .invalidNumber : nil
        case .date:
            if DateText.isRFC3339(bytes, range), slot.readsPlainDates { return nil }
            return TypedText.date(bytes, range, slot.form) == nil ? .invalidDate : nil
        }
    }

    private func admits(_ type: FieldType, _ bytes: RawSpan, _ range: Range<Int>, _ slot: Slot) -> Bool {
        type.admits(TypedText.copy(bytes, range).span, slot.form)
    }

    /// Unicode scalars: every byte that does not continue one.
    private func scalars(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
        range.reduce(0) { $0 + (bytes.unsafeLoad(fromByteOffset: $1, as: UInt8.self) & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// The values one after the other, and where each lies among them, if a number or a date is spelled otherwise than
    /// SendGrid takes it; else nil, and ``values(_:of:_:into:)`` says where they lie.
    func respelled(
        _ row: Int, of table: borrowing RowTable, _ bytes: RawSpan, into values: inout MutableSpan<Range<Int>>
    ) -> [UInt8]? {
        guard hasTypedFields else { return nil }
        var spelled: [Int: [UInt8]] = [:]
        for (index, slot) in slots.enumerated() where slot.type != .text {
            let range = table.field(row, slot.column)
            if range.isEmpty { continue }
            switch slot.type {
            case .text: continue
            case .number:
                if slot.readsPlainNumbers, NumberText.isJSONNumber(bytes, AddressCheck.trimmed(bytes, range)) {
                    continue
                }
                spelled[index] = TypedText.number(bytes, range, slot.form)
            case .date:
                if DateText.isRFC3339(bytes, range), slot.readsPlainDates { continue }
                spelled[index] = TypedText.date(bytes, range, slot.form)
            }
        }
        guard !spelled.isEmpty else { return nil }
        var text: [UInt8] = []
        for index in slots.indices {
            let start = text.count
            text += spelled[index] ?? TypedText.copy(bytes, values[index])
            values[index] = start..<text.count
        }
        // Eight bytes can be looked at anywhere in it, and copies run over.
        return text + repeatElement(0, count: ByteBlock.count + InputFile.padding)
    }

    /// Where the values lie, in the order of ``fields``, without the spaces around the address and numbers.
    @inline(__always)
    func values(
        _ row: Int, of table: borrowing RowTable, _ bytes: RawSpan, into values: inout MutableSpan<Range<Int>>
    ) {
        let slots = slots.span
        var index = 0
        while index < slots.count {
            let range = table.field(row, slots[index].column)
            values[index] = slots[index].isTrimmed ? AddressCheck.trimmed(bytes, range) : range
            index &+= 1
        }
    }
}

/// Flags that keep a person from being contacted.
enum FlagText {
    /// Whether the flag is set.
    ///
    /// What cannot be understood counts as set: better one message too few. Not set are an empty value, false, 0, no,
    /// n, nej, and `Allow`, as Customer Insights may write it.
    static func isSet(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        guard range.count <= 5 else { return true }
        let word = ByteWord.lowercased(ByteWord.load(bytes, range.lowerBound) & ByteWord.first(range.count))
        return word != no && word != n && word != zero && word != isFalse && word != nej && word != allow
    }

    // The words as they lie in memory.
    private static var no: UInt64 { 0x6F6E }
    private static var n: UInt64 { 0x6E }
    private static var zero: UInt64 { 0x30 }
    private static var nej: UInt64 { 0x6A656E }
    private static var isFalse: UInt64 { 0x65736C6166 }
    private static var allow: UInt64 { 0x776F6C6C61 }
}

/// Dates as SendGrid's custom fields take them (RFC 3339).
enum DateText {
    /// Whether the value is a day (`2026-11-23`, which stands for its midnight in UTC) or a date with time and zone.
    static func isRFC3339(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        let text = range.map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        guard text.count >= 10, isDate(text[0..<10]) else { return false }
        if text.count == 10 { return true }
        guard text.count >= 20, text[10] == UInt8(ascii: "T"), isTime(text[11..<19]) else { return false }
        var rest = text[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { isDigit($0) }
            guard (1...9).contains(fraction.count) else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if rest.elementsEqual("Z".utf8) { return true }
        guard rest.count == 6, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = number(rest.dropFirst().prefix(2)), hours < 24, rest[rest.startIndex + 3] == UInt8(ascii: ":"),
            let minutes = number(rest.suffix(2)), minutes < 60
        else { return false }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.startIndex
        guard text[start + 4] == UInt8(ascii: "-"), text[start + 7] == UInt8(ascii: "-"),
            let year = number(text[start..<(start + 4)]), let month = number(text[(start + 5)..<(start + 7)]),
            let day = number(text[(start + 8)..<(start + 10)]), (1...12).contains(month), day >= 1
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.startIndex
        guard text[start + 2] == UInt8(ascii: ":"), text[start + 5] == UInt8(ascii: ":"),
            let hours = number(text[start..<(start + 2)]), let minutes = number(text[(start + 3)..<(start + 5)]),
            let seconds = number(text[(start + 6)..<(start + 8)])
        else { return false }
        return hours < 24 && minutes < 60 && seconds < 60
    }
}
