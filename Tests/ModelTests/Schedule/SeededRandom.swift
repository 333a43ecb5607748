import Support

/// Random choices that a seed repeats.
struct SeededRandom {
    private var generator: SeededGenerator

    init(seed: Int) {
        generator = SeededGenerator(seed: UInt64(seed))
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    mutating func bytes(_ count: Int) -> [UInt8] { generator.bytes(count) }
}
