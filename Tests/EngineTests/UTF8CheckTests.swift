import Support
import Testing

@testable import Engine

@Suite("UTF-8")
struct UTF8CheckTests {
    private func isAccepted(_ bytes: [UInt8]) -> Bool {
        failure { try UTF8Check.check(bytes + [UInt8](repeating: 0, count: 8), bytes.count, path: "f", line: 1) } == nil
    }

    @Test("what is accepted is what the standard library takes, for every two bytes and random strings of more")
    func agrees() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let short = [[first], [first, second], [0x61, first, second, 0x80], [first, second, 0x80, 0xBF]]
                // At the seam of two blocks as well.
                let long = [29, 30, 31].map { [UInt8](repeating: 0x61, count: $0) + [first, second] + Array("å".utf8) }
                for bytes in short + long.map({ $0 + [UInt8](repeating: 0x62, count: 40) }) {
                    #expect(isAccepted(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
                }
            }
        }
        var random = SeededGenerator(seed: 3)
        let pieces: [[UInt8]] = [
            Array("a".utf8), Array("å".utf8), Array("€".utf8), Array("𝄞".utf8), [0xC0], [0x80], [0xED, 0xA0, 0x80],
            [0xF5], [0xE2, 0x82], [0xF0, 0x9F], Array("abcdefgh".utf8), [0xF4, 0x90, 0x80, 0x80],
        ]
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 1...60, using: &random)).flatMap { _ in
                pieces[
                    Int.random(in: 0..<(Int.random(in: 0..<30, using: &random) > 0 ? 2 : pieces.count), using: &random)]
            }
            #expect(isAccepted(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test("the error names the line of the first byte that is wrong")
    func place() {
        let bytes = Array("å\nb\n".utf8) + [0xFF]
        #expect(
            failure {
                try UTF8Check.check(bytes + [UInt8](repeating: 0, count: 8), bytes.count, path: "f", line: 7)
            } == "not-utf-8 at 9")
    }
}
