/// Finds, in a bounded number of requests, the contacts that keep a request from being taken.
///
/// Each request carries people's data anew, so no more are made than it takes: the contacts an answer names are taken
/// out; where none is named, halves are tried, which finds one among n in about 2·log₂ n. A request that is taken is
/// progress and pays for two more; so does a contact that was named for one. An answer that goes on refusing whatever is
/// sent uses up what there is, and then the search is given up.
///
/// That a contact is refused by itself says something of it only if others are taken: until then it is a suspect, since
/// it may as well be the request that is refused, whoever is in it.
struct OffenderSearch: Sendable {
    /// However much progress there is.
    static let mostRequests = 200

    /// What an answer comes to: places in its request, and what is to be tried next.
    struct Narrowed {
        var refused: [Int] = []
        /// Refused by themselves, before any request was taken.
        var suspects: [Int] = []
        var rest: [[Int]] = []
    }

    private let halvings: Int
    private var credit: Int
    private var requests = 0
    private var hasSuspects = false
    /// Whether any request was taken, so that suspects are offenders.
    private(set) var hasProgress = false

    /// A search among `count` contacts.
    init(count: Int) {
        var halvings = 0
        while halvings < Int.bitWidth - 1, 1 << halvings < count { halvings += 1 }
        self.halvings = halvings
        // Down to one contact, and some beside it to see whether others are taken.
        credit = halvings + 4
    }

    /// Whether no further request is to be made.
    var isGivenUp: Bool { credit <= 0 || requests >= Self.mostRequests }

    /// Takes out what is to be tried next: the smallest there is, but the largest where a suspect waits for others to be
    /// taken.
    func next<Piece>(of pieces: inout [Piece]) -> Piece? {
        hasSuspects && !hasProgress && !pieces.isEmpty ? pieces.removeFirst() : pieces.popLast()
    }

    /// A request was taken.
    mutating func noteAccepted() {
        requests += 1
        credit += hasProgress ? 1 : max(1, halvings - 1)
        hasProgress = true
    }

    /// A request with `count` contacts was refused; `named` are the places that the answer names in it.
    mutating func narrow(_ count: Int, _ named: [Int]) -> Narrowed {
        requests += 1
        credit -= 1
        let named = Set(named.filter { (0..<count).contains($0) })
        guard named.isEmpty else {
            credit += 1
            return Narrowed(
                refused: named.sorted(), rest: [(0..<count).filter { !named.contains($0) }].filter { !$0.isEmpty })
        }
        guard count > 1 else {
            guard hasProgress else {
                hasSuspects = true
                return Narrowed(suspects: [0])
            }
            credit += 1
            return Narrowed(refused: [0])
        }
        let middle = count / 2
        return Narrowed(rest: [Array(0..<middle), Array(middle..<count)])
    }
}
