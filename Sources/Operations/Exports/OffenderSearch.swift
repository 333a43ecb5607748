/// Finds, in a bounded number of requests, the contacts that keep a request from being taken.
///
/// Each request carries people's data anew, so no more are made than it takes: the contacts an answer names are taken
/// out; where none is named, halves are tried, which finds one among n in about 2·log₂ n. A request that is taken is
/// progress and pays for two more; so does a contact that was named for one. An answer that goes on refusing whatever is
/// sent uses up what there is, and then the search is given up.
struct OffenderSearch: Sendable {
    /// However much progress there is.
    static let mostRequests = 200

    private var credit: Int
    private var requests = 0
    private var hasProgress = false

    /// A search among `count` contacts.
    init(count: Int) {
        var halvings = 0
        while halvings < Int.bitWidth - 1, 1 << halvings < count { halvings += 1 }
        credit = 2 * halvings + 2
    }

    /// Whether no further request is to be made.
    var isGivenUp: Bool { credit <= 0 || requests >= Self.mostRequests }

    /// A request was taken.
    mutating func noteAccepted() {
        requests += 1
        credit += 1
        hasProgress = true
    }

    /// A request with `count` contacts was refused; `named` are the places that the answer names in it.
    ///
    /// Returns the places that are refused as such, and what is to be tried next.
    mutating func narrow(_ count: Int, _ named: [Int]) -> (refused: [Int], rest: [[Int]]) {
        requests += 1
        credit -= 1
        let named = Set(named.filter { (0..<count).contains($0) })
        guard named.isEmpty else {
            credit += 1
            return (named.sorted(), [(0..<count).filter { !named.contains($0) }].filter { !$0.isEmpty })
        }
        guard count > 1 else {
            if hasProgress { credit += 1 }
            return ([0], [])
        }
        let middle = count / 2
        return ([], [Array(0..<middle), Array(middle..<count)])
    }
}
