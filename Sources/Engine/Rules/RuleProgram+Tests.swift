// The tests of a program on a value that is not empty. Whatever returns a Bool here runs once a profile.
extension RuleProgram {
    @inline(__always)
    func isMet(_ test: Test, _ value: Span<UInt8>) -> Bool {
        if test.declared != nil, !isOfDeclaredType(test, value) { return false }
        switch test.kind {
        case .isNull: return test.isNegated
        case .textEqual:
            return TextOrder.areEqual(value, pool.span.extracting(Int(test.first)..<Int(test.end)))
                == (test.outcomes == 0b010)
        case .numberOrder: return isNumberMet(test, value)
        case .keyOrder, .keyIn, .keyBetween: return isKeyMet(test, value)
        // A text can always be read.
        case .textOrder, .textContains, .textStarts, .textEnds, .textIn:
            return isTextMet(test, test.kind, value) != test.isNegated
        case .foldedOrder, .foldedContains, .foldedStarts, .foldedEnds, .foldedIn:
            return isFoldedMet(test, value) != test.isNegated
        case .numberIn: return isNumberIn(test, value)
        }
    }

    private func isOfDeclaredType(_ test: Test, _ value: Span<UInt8>) -> Bool {
        test.declared.map { $0.admits(value, form(test)) } ?? true
    }

    @inline(__always)
    private func isWanted(_ test: Test, _ order: Int) -> Bool { test.outcomes & (1 << UInt8(order + 1)) != 0 }

    private func isTextMet(_ test: Test, _ kind: Kind, _ value: Span<UInt8>) -> Bool {
        if kind == .textIn {
            return isFound(from: test.first, to: test.end) { index in
                let range = texts.span[index]
                return TextOrder.order(value, pool.span.extracting(Int(range.lowerBound)..<Int(range.upperBound)))
            }
        }
        let literal = pool.span.extracting(Int(test.first)..<Int(test.end))
        switch kind {
        case .textContains: return TextOrder.contains(value, literal)
        case .textStarts: return TextOrder.starts(value, with: literal)
        case .textEnds: return TextOrder.ends(value, with: literal)
        default: return isWanted(test, TextOrder.order(value, literal))
        }
    }

    /// The literals are in small letters already.
    private func isFoldedMet(_ test: Test, _ value: Span<UInt8>) -> Bool {
        if test.kind == .foldedOrder, test.outcomes == 0b010 || test.outcomes == 0b101,
            let areEqual = areEqualInASCII(value, pool.span.extracting(Int(test.first)..<Int(test.end)))
        {
            return areEqual == (test.outcomes == 0b010)
        }
        let kind: Kind =
            switch test.kind {
            case .foldedContains: .textContains
            case .foldedStarts: .textStarts
            case .foldedEnds: .textEnds
            case .foldedIn: .textIn
            default: .textOrder
            }
        if value.count <= 64, value.indices.allSatisfy({ value[$0] < 0x80 }) {
            // Values are short mostly: 64 bytes on the stack instead of an array.
            var folded = InlineArray<64, UInt8>(repeating: 0)
            for index in value.indices {
                let byte = value[index]
                folded[index] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            }
            return isTextMet(test, kind, folded.span.extracting(first: value.count))
        }
        return isTextMet(test, kind, TextOrder.folded(value).span)
    }

    /// Nil if `value` has a byte beyond ASCII before they are known to differ.
    private func areEqualInASCII(_ value: Span<UInt8>, _ literal: Span<UInt8>) -> Bool? {
        var areEqual = value.count == literal.count
        for index in value.indices {
            let byte = value[index]
            guard byte < 0x80 else { return nil }
            let small = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            areEqual = areEqual && small == literal[index]
        }
        return areEqual
    }

    // MARK: Numbers

    @inline(__always)
    private func isNumberMet(_ test: Test, _ value: Span<UInt8>) -> Bool {
        if test.form < 0 {
            let reading = DecimalText.read(value)
            if case .short(let short) = reading, let literal = numbers.span[Int(test.first)].short {
                return isWanted(test, DecimalText.order(short, literal))
            }
            if let order = order(reading, value, numbers.span[Int(test.first)]) { return isWanted(test, order) }
        }
        guard let plain = plainNumber(test, value),
            let order = order(DecimalText.read(plain.span), plain.span, numbers.span[Int(test.first)])
        else { return false }
        return isWanted(test, order)
    }

    private func isNumberIn(_ test: Test, _ value: Span<UInt8>) -> Bool {
        if test.form < 0, let isFound = isNumberFound(test, value) { return isFound != test.isNegated }
        guard let plain = plainNumber(test, value), let isFound = isNumberFound(test, plain.span) else { return false }
        return isFound != test.isNegated
    }

    private func isNumberFound(_ test: Test, _ value: Span<UInt8>) -> Bool? {
        let reading = DecimalText.read(value)
        if case .none = reading { return nil }
        return isFound(from: test.first, to: test.end) { order(reading, value, numbers.span[$0]) ?? 1 }
    }

    private func form(_ test: Test) -> ValueForm? { test.form < 0 ? nil : forms[Int(test.form)] }

    private func plainNumber(_ test: Test, _ value: Span<UInt8>) -> [UInt8]? {
        ValueForm.plainNumber(value, form(test))
    }

    private func order(_ reading: DecimalText.Reading, _ value: Span<UInt8>, _ literal: Number) -> Int? {
        switch (reading, literal.short) {
        case (.none, _): nil
        case (.short(let left), let right?): DecimalText.order(left, right)
        default: DecimalText.order(value, pool.span.extracting(Int(literal.first)..<Int(literal.end)))
        }
    }

    // MARK: Keys

    @inline(__always)
    private func isKeyMet(_ test: Test, _ value: Span<UInt8>) -> Bool {
        guard let key = key(test, value) else { return false }
        let first = keys.span[Int(test.first)]
        switch test.kind {
        case .keyOrder: return isWanted(test, key < first ? -1 : first < key ? 1 : 0)
        case .keyBetween: return (first <= key && key <= keys.span[Int(test.first) + 1]) != test.isNegated
        default:
            return isFound(from: test.first, to: test.end) { key < keys.span[$0] ? -1 : keys.span[$0] < key ? 1 : 0 }
                != test.isNegated
        }
    }

    private func key(_ test: Test, _ value: Span<UInt8>) -> RuleKey? {
        let reading = test.reading
        switch reading {
        case .guid: return GUIDText.key(value)
        case .boolean: return BooleanText.key(value)
        case .instant: return instant(test, value)
        case .time:
            guard let instant = instant(test, value) else {
                // Where dates have a format of their own, a time alone is none of it.
                return form(test)?.hasOwnFormat == true ? nil : InstantText.timeOfDay(value)
            }
            return RuleKey(instant.first - instant.first.floorDivided(by: 86_400) * 86_400, instant.second)
        case .day, .month, .year, .dayOfWeek:
            guard let days = instant(test, value)?.first.floorDivided(by: 86_400) else { return nil }
            // The first of January 1970 was a Thursday.
            if reading == .dayOfWeek { return RuleKey(days + 4 - (days + 4).floorDivided(by: 7) * 7, 0) }
            let date = CivilDate(daysSince1970: days)
            return RuleKey(reading == .day ? date.day : reading == .month ? date.month : date.year, 0)
        }
    }

    @inline(__always)
    private func instant(_ test: Test, _ value: Span<UInt8>) -> RuleKey? {
        ValueForm.instant(value, form(test))
    }

    // MARK: What cannot be read

    /// The first column of the row, in the order of the tests, whose value is there and cannot be read as what a test
    /// compares it as.
    func unreadableColumn(_ row: Int, of table: borrowing RowTable, _ bytes: Span<UInt8>) -> Int? {
        for test in tests {
            let range = table.field(row, Int(test.column))
            if range.isEmpty { continue }
            let value = bytes.extracting(range)
            let isReadable: Bool
            switch test.kind {
            case _ where !isOfDeclaredType(test, value): isReadable = false
            case .numberOrder, .numberIn:
                isReadable = ValueForm.isNumber(value, form(test))
            case .keyOrder, .keyIn, .keyBetween: isReadable = key(test, value) != nil
            default: continue
            }
            if !isReadable { return Int(test.column) }
        }
        return nil
    }

    /// Whether any test compares values as something that not every value is.
    var hasTypedTests: Bool {
        tests.contains {
            $0.declared != nil || [.numberOrder, .numberIn, .keyOrder, .keyIn, .keyBetween].contains($0.kind)
        }
    }

    /// Binary search: `order` is how the value stands to the literal at an index.
    @inline(__always)
    private func isFound(from first: Int32, to end: Int32, _ order: (Int) -> Int) -> Bool {
        var (low, high) = (Int(first), Int(end))
        while low < high {
            let middle = (low + high) / 2
            let found = order(middle)
            if found == 0 { return true }
            if found < 0 { high = middle } else { low = middle + 1 }
        }
        return false
    }
}
