import Model

/// Makes profiles one after another, the same ones for the same seed.
struct SampleProfileGenerator {
    private var random: SplitMix64
    private var position = 0
    /// The last profile that can be sent, which a duplicate repeats.
    private var original: SampleProfile?

    init(seed: UInt64) {
        random = SplitMix64(state: seed)
    }

    /// Makes the next profile.
    mutating func next() -> SampleProfile {
        let kind = SampleProfile.Kind(position: position)
        position += 1
        if kind == .duplicateAddress, let original { return duplicate(of: original) }
        var profile = invent(kind)
        switch kind {
        case .missingAddress: profile.address = ""
        case .invalidAddress: profile.address = spoil(profile.address)
        case .ordinary: original = profile
        case .doNotEmail, .duplicateAddress: break
        }
        return profile
    }

    private mutating func invent(_ kind: SampleProfile.Kind) -> SampleProfile {
        let region = SampleRegion.weighted[random.below(SampleRegion.weighted.count)]
        let given = random.element(of: region.givenNames)
        let family = random.element(of: region.familyNames)
        let place = random.element(of: region.places)
        // Most customers spend little and a few spend much, as the smallest of three draws does.
        let cents = 1 + min(random.below(1_000_000), random.below(1_000_000), random.below(1_000_000))
        let neverBought = random.below(20) == 0
        let age = random.below(730 * 86_400)
        return SampleProfile(
            id: random.hex() + random.hex(), kind: kind, givenName: given.text, familyName: family.text,
            fullName: region.familyNameFirst ? "\(family.text) \(given.text)" : "\(given.text) \(family.text)",
            // The position makes it unique; two people may share a name.
            address: "\(given.ascii).\(family.ascii)\(position)@\(random.element(of: Self.domains))",
            country: region.country, place: place, postCode: postCode(region.postCode), cents: neverBought ? 0 : cents,
            lastPurchase: neverBought ? "" : "\(Self.newest.adding(seconds: -Int64(age)))",
            isMember: random.below(100) < 40)
    }

    /// The same person in another system's spelling.
    ///
    /// Country and membership stay, so that a segment has both or none.
    private mutating func duplicate(of original: SampleProfile) -> SampleProfile {
        var copy = original
        copy.id = random.hex() + random.hex()
        copy.kind = .duplicateAddress
        copy.address = original.address.uppercased()
        return copy
    }

    /// Breaks an address in one of five ways that no reading of RFC 5321 allows.
    private mutating func spoil(_ address: String) -> String {
        let halves = address.split(separator: "@", maxSplits: 1)
        guard let local = halves.first, let domain = halves.last else { return "@" }
        switch random.below(5) {
        case 0: return "\(local).\(domain)"
        case 1: return "\(local)@@\(domain)"
        case 2: return "\(local) \(position)@\(domain)"
        case 3: return "\(local)@"
        default: return "@\(domain)"
        }
    }

    private mutating func postCode(_ pattern: String) -> String {
        String(pattern.map { $0 == "#" ? Character("\(random.below(10))") : $0 })
    }

    private static let newest = Timestamp(seconds: 1_768_435_200)  // 2026-01-15T00:00:00Z

    /// Reserved by RFC 2606: the three domains of section 3, and names under the top level `.example` of section 2.
    private static let domains = [
        "example.com", "example.org", "example.net", "post.example", "mail.example", "brev.example",
    ]
}

/// The generator SplitMix64 (Steele, Lea and Flood, 2014).
///
/// Written out, because the standard library does not promise that `random(in:)` draws the same numbers from one
/// release to the next.
struct SplitMix64 {
    private var state: UInt64

    init(state: UInt64) {
        self.state = state
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `limit`, which is positive; its bias is far below what a sample shows.
    mutating func below(_ limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// One of `choices`, which is not empty.
    mutating func element<Element>(of choices: [Element]) -> Element { choices[below(choices.count)] }

    /// 16 lower-case hexadecimal digits.
    mutating func hex() -> String {
        let digits = String(next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
