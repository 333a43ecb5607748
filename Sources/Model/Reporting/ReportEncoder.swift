/// Fills a ``ReportNode`` from what a report's `encode(to:)` says; see ``ReportJSON``.
struct ReportEncoder: Encoder {
    let node: ReportNode
    // Places are of no use to reports: they are made here, and an error in one is a defect.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(Keyed(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return Unkeyed(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: ReportNode
        var codingPath: [any CodingKey] { [] }

        private func member(_ key: any CodingKey) -> ReportNode {
            node.append(key: ReportJSON.snakeCase(key.stringValue))
        }

        func encodeNil(forKey key: Key) { _ = member(key) }
        func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).take(value) }

        /// What makes the difference: a key without a value is there, as null.
        private func put(_ value: (some Encodable)?, _ key: Key) throws {
            let member = member(key)
            if let value { try member.take(value) }
        }

        // One for each type that the protocol names: its own would be taken for those, and leave the key out.
        func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: String?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try put(value, key) }
        func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try put(value, key) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            ReportEncoder(node: member(key)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            ReportEncoder(node: member(key)).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { ReportEncoder(node: node.append(key: "super")) }
        func superEncoder(forKey key: Key) -> any Encoder { ReportEncoder(node: member(key)) }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let node: ReportNode
        var codingPath: [any CodingKey] { [] }
        var count: Int { node.count }

        func encodeNil() { _ = node.append() }
        func encode(_ value: some Encodable) throws { try node.append().take(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            ReportEncoder(node: node.append()).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            ReportEncoder(node: node.append()).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { ReportEncoder(node: node.append()) }
    }

    private struct Single: SingleValueEncodingContainer {
        let node: ReportNode
        var codingPath: [any CodingKey] { [] }

        func encodeNil() {}
        func encode(_ value: some Encodable) throws { try node.take(value) }
    }
}
