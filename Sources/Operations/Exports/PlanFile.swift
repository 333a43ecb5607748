internal import Engine
internal import FoundationEssentials
internal import Model
internal import Store
internal import Vault

/// What a plan rests on: if any of it is different when the plan is run, the plan is of something else.
struct PlanBasis: Sendable {
    /// Part to digest or number, as text.
    let parts: [String: CanonicalJSON]

    /// The names of what is compared, in the words of the command line.
    static let names = ["destination", "source", "mapping", "segments", "policy", "consent", "delivered", "mode"]

    init(
        destination: Destination, selection: Selection, segments: [SegmentName: Digest], policy: Digest,
        consent: Int64?, isFull: Bool
    ) {
        let files = selection.fingerprints.map { file in
            CanonicalJSON.strings([file.path, "\(file.size)", "\(file.modified)", "\(file.inode)"])
        }
        let tally = selection.tally
        let counts = ExportCounts(tally)
        parts = [
            "destination": .string(destination.id.text), "source": .array(files),
            "mapping": .array(
                [destination.matching?.canonical ?? .strings([]), .strings(destination.doNotContact)]
                    + (destination.ignoredFlags.isEmpty ? [] : [.strings(destination.ignoredFlags)])),
            "segments": .object(
                Dictionary(uniqueKeysWithValues: segments.map { ($0.key.text, .string($0.value.hex)) })),
            "policy": .string(policy.hex), "consent": .integer(consent ?? -1),
            // How many are new, changed and unchanged says what was delivered meanwhile.
            "delivered": .array(
                [counts.new, counts.changed, counts.unchanged, counts.leaving].map { .integer(Int64($0)) }),
            "mode": .string(isFull ? "full" : "changes"),
        ]
    }

    init(parts: [String: CanonicalJSON]) {
        self.parts = parts
    }

    var canonical: CanonicalJSON { .object(parts) }

    func digest() throws -> Digest { try SHA256.digest(of: canonical.bytes) }

    /// What differs, by name.
    func differences(from other: PlanBasis) -> [String] {
        let names = Self.names.filter { parts[$0] != other.parts[$0] }
        // With another source or selection, what was delivered compares otherwise of itself.
        return names == ["delivered"] ? names : names.filter { $0 != "delivered" }
    }
}

/// A plan as a file: what it rests on, and the digest of that.
struct PlanFile: Sendable {
    static let format = "waybill-plan/1"
    let basis: PlanBasis

    init(_ basis: PlanBasis) {
        self.basis = basis
    }

    /// Reads a plan.
    /// - Throws: ``OperationError/badPlan(path:problem:)``, ``OperationError/unreadable(path:problem:)``.
    init(path: String) throws {
        let bytes = try SmallFile.bytes(path)
        let json: CanonicalJSON
        do {
            json = try CanonicalJSON(bytes: bytes.last == 0x0A ? bytes.dropLast() : bytes)
        } catch {
            throw OperationError.badPlan(path: path, problem: "it is not as it was written")
        }
        guard json.optionalString("format") == Self.format, case .object(let parts) = json["basis"] else {
            throw OperationError.badPlan(path: path, problem: "its format is not \(Self.format)")
        }
        basis = PlanBasis(parts: parts)
        guard json.optionalString("digest") == (try basis.digest().hex) else {
            throw OperationError.badPlan(path: path, problem: "its digest does not fit")
        }
    }

    /// Writes the plan; it names files, fields and digests, and no person.
    /// - Throws: ``OperationError/cannotWrite(path:)``.
    func write(to path: String) throws {
        let json = CanonicalJSON.object([
            "format": .string(Self.format), "basis": basis.canonical, "digest": .string(try basis.digest().hex),
        ])
        do {
            try Data(json.bytes + [0x0A]).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw OperationError.cannotWrite(path: path)
        }
    }
}
