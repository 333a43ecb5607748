internal import FoundationEssentials

/// Sample data to try Waybill out with: a Common Data Model folder of invented people and a segment's member list.
///
/// The same seed gives the same bytes, on any machine. Rows are written as they are made, so memory stays flat at any
/// number of profiles. Every address is under a domain that RFC 2606 reserves: no mail to one can reach a person.
public struct SampleData: Sendable, Hashable {
    /// The profiles of one selection, counted by what an export is to make of them; each is counted once.
    public struct Tally: Sendable, Hashable {
        /// All of them.
        public fileprivate(set) var rows = 0
        /// Those with `DoNotEmail` set; their addresses are in order.
        public fileprivate(set) var doNotEmail = 0
        /// Those without an address.
        public fileprivate(set) var missingAddress = 0
        /// Those whose address no rule of RFC 5321 lets pass.
        public fileprivate(set) var invalidAddress = 0
        /// Those whose address an earlier profile has, in other case.
        ///
        /// The two are always in the same selections.
        public fileprivate(set) var duplicateAddress = 0

        /// Those that can be sent.
        public var sendable: Int { rows - doNotEmail - missingAddress - invalidAddress - duplicateAddress }

        fileprivate mutating func count(_ kind: SampleProfile.Kind) {
            rows += 1
            switch kind {
            case .ordinary: break
            case .doNotEmail: doNotEmail += 1
            case .missingAddress: missingAddress += 1
            case .invalidAddress: invalidAddress += 1
            case .duplicateAddress: duplicateAddress += 1
            }
        }
    }

    /// The names of the attributes of the one entity, `Customer`, in the order of the columns.
    public static let attributes = [
        "CustomerId", "FullName", "FirstName", "LastName", "EMail", "Country", "State", "City", "PostCode",
        "LifetimeValue", "DoNotEmail", "LastPurchase",
    ]
    /// A rule that selects the profiles that ``nordic`` counts.
    public static let nordicRule = #"Country in ("SE", "NO", "DK", "FI")"#

    /// The Common Data Model folder: `model.json`, `Customer_1.csv` with a header row, `Customer_2.csv` without.
    public let profilesFolder: String
    /// A CSV file with one `CustomerId` a row, after a header row: the members of the newsletter segment.
    public let membersFile: String
    /// How many rows each partition holds, header rows not counted.
    public let partitionRows: [Int]
    /// All profiles.
    public private(set) var all = Tally()
    /// Those that ``nordicRule`` selects.
    public private(set) var nordic = Tally()
    /// Those in ``membersFile``.
    public private(set) var newsletter = Tally()
    /// Those in both segments.
    public private(set) var both = Tally()
    /// Those in at least one segment: what an export of the two selects.
    public private(set) var either = Tally()
    /// The address of the first ordinary profile in ``either``; empty if there is none.
    public private(set) var sendableAddress = ""

    /// Writes `profiles` profiles made from `seed` into `folder`.
    ///
    /// The folder is made if it does not exist. Files that an earlier call wrote there are replaced.
    /// - Throws: ``SampleDataError`` if the number is not from 1 to 100,000,000, or if a file cannot be written.
    public static func write(
        to folder: String, profiles: Int = 3000, seed: UInt64 = 1
    ) throws(SampleDataError) -> SampleData {
        guard (1...100_000_000).contains(profiles) else { throw .profileCount(profiles) }
        let first = (profiles + 1) / 2
        var data = SampleData(
            profilesFolder: folder + "/profiles", membersFile: folder + "/newsletter-members.csv",
            partitionRows: [first, profiles - first])
        try SampleFile.makeFolder(data.profilesFolder)
        var members = try SampleFile(path: data.membersFile)
        try members.write("CustomerId\n")
        var generator = SampleProfileGenerator(seed: seed)
        for (index, rows) in data.partitionRows.enumerated() {
            var partition = try SampleFile(path: "\(data.profilesFolder)/\(SampleModel.partitionFile(index))")
            if SampleModel.hasHeader(partition: index) {
                try partition.write(attributes.joined(separator: ",") + "\n")
            }
            for _ in 0..<rows {
                let profile = generator.next()
                try partition.write(profile.row)
                if profile.isMember { try members.write(profile.id + "\n") }
                data.count(profile)
            }
            try partition.close()
        }
        try members.close()
        // Last, because a new manifest is what tells a watcher that the folder was refreshed.
        var model = try SampleFile(path: data.profilesFolder + "/model.json")
        try model.write(SampleModel.text)
        try model.close()
        return data
    }

    /// The bytes of each partition in `folder`.
    static func partitionSizes(_ folder: String) throws -> [Int] {
        try (0..<2).map {
            try FileManager.default.attributesOfItem(atPath: "\(folder)/\(SampleModel.partitionFile($0))")[.size]
                as? Int ?? 0
        }
    }

    private init(profilesFolder: String, membersFile: String, partitionRows: [Int]) {
        self.profilesFolder = profilesFolder
        self.membersFile = membersFile
        self.partitionRows = partitionRows
    }

    private mutating func count(_ profile: SampleProfile) {
        all.count(profile.kind)
        if profile.isNordic { nordic.count(profile.kind) }
        if profile.isMember { newsletter.count(profile.kind) }
        if profile.isNordic && profile.isMember { both.count(profile.kind) }
        guard profile.isNordic || profile.isMember else { return }
        either.count(profile.kind)
        if sendableAddress.isEmpty, profile.kind == .ordinary { sendableAddress = profile.address }
    }
}
