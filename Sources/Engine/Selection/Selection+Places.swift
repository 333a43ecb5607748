public import Model

/// Where a profile stands in its source.
public struct RowPlace: Sendable, Hashable {
    /// The source.
    public let source: SourceName
    /// The number of the profile in it, from 1.
    public let row: Int
    /// Its file.
    public let file: String
    /// The line in its file where it starts, from 1.
    public let line: Int
}

extension Selection {
    /// Finds the rows of the profiles with these addresses, which are in lower case, by reading the sources again.
    /// - Returns: the first row of each that is found.
    /// - Throws: ``EngineError`` if a file was changed since the first reading.
    public func places(of addresses: [Personal<String>]) async throws -> [String: RowPlace] {
        let key = FingerprintKey()
        var wanted: [Fingerprint: String] = [:]
        for address in addresses {
            let text = address.reveal()
            let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: InputFile.padding)
            wanted[key.fingerprint(bytes.span.bytes, 0..<text.utf8.count, folding: true)] = text
        }
        let fingerprints = Set(wanted.keys)
        var found: [String: RowPlace] = [:]
        for input in inputs {
            let check = input.check
            _ = try await ChunkScan.run(
                input.source.files, FieldWishes(columns: input.columns), places: input.index.places, isTrusted: true
            ) { (table, _, _) throws(EngineError) -> [(row: Int, line: Int, fingerprint: Fingerprint)] in
                let bytes = table.bytes.span.bytes
                var hits: [(row: Int, line: Int, fingerprint: Fingerprint)] = []
                for row in 0..<table.count {
                    let fingerprint = key.fingerprint(bytes, check.address(row, of: table, bytes), folding: true)
                    if fingerprints.contains(fingerprint) { hits.append((row, table.line(row), fingerprint)) }
                }
                return hits
            } take: { hits, place in
                for hit in hits {
                    guard let address = wanted[hit.fingerprint], found[address] == nil else { continue }
                    found[address] = RowPlace(
                        source: input.name, row: place.firstRow + hit.row + 1,
                        file: input.source.files[place.file].path,
                        line: place.firstLine + hit.line - 1)
                }
            }
        }
        return found
    }
}
