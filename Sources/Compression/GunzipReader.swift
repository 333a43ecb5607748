internal import CZlib
internal import Synchronization

/// Reads what a gzip file (RFC 1952) holds, at any place, without keeping it anywhere.
///
/// It inflates forward, keeps the last blocks, and now and then a copy of the inflater from which to go on, so that what
/// lies further back is soon reached again. Memory: ``blocks`` blocks of 1 MiB and ``restarts`` inflaters of about 44 KiB,
/// however long the file is. Several members one after the other are one text, as gzip(1) has it.
public final class GunzipReader: Sendable {
    private let state: Mutex<State>

    /// How many blocks are kept.
    public static let blocks = 8
    /// How many places are kept from which to go on.
    public static let restarts = 128

    /// Reads from `source`, which gives the compressed bytes from a place on, fewer only at the end.
    /// - Throws: ``GunzipError`` if zlib has no memory.
    public init(
        source: @escaping @Sendable (_ offset: Int64, _ count: Int) throws(GunzipError) -> [UInt8]
    ) throws(GunzipError) {
        state = Mutex(State(source: source, start: try Inflater()))
    }

    /// Up to `count` bytes of what the file holds from `offset` on, fewer only at the end.
    /// - Throws: ``GunzipError``.
    public func read(at offset: Int64, count: Int) throws(GunzipError) -> [UInt8] {
        try state.withLock { (state) throws(GunzipError) in try state.read(at: offset, count: count) }
    }

    /// How many bytes the file holds; reads it to its end once.
    /// - Throws: ``GunzipError``.
    public func length() throws(GunzipError) -> Int64 {
        try state.withLock { (state) throws(GunzipError) in try state.length() }
    }

    private struct State {
        static let block = 1 << 20

        let source: @Sendable (Int64, Int) throws(GunzipError) -> [UInt8]
        /// Where to go on from: the inflater before the block of this number, in order.
        ///
        /// The first is the beginning.
        var places: [(block: Int, inflater: Inflater)]
        /// The inflater that has made the block before this one.
        var current: (block: Int, inflater: Inflater)?
        var kept: [(block: Int, bytes: [UInt8])] = []
        /// Every how many blocks a place is kept.
        var spacing = 4
        var total: Int64?

        init(source: @escaping @Sendable (Int64, Int) throws(GunzipError) -> [UInt8], start: Inflater) {
            self.source = source
            places = [(0, start)]
        }

        mutating func read(at offset: Int64, count: Int) throws(GunzipError) -> [UInt8] {
            var found: [UInt8] = []
            found.reserveCapacity(count)
            var number = Int(offset / Int64(Self.block))
            var skip = Int(offset % Int64(Self.block))
            while found.count < count {
                let bytes = try block(number)
                guard skip < bytes.count else { break }
                found += bytes[skip..<min(bytes.count, skip + count - found.count)]
                guard bytes.count == Self.block else { break }
                number += 1
                skip = 0
            }
            return found
        }

        mutating func length() throws(GunzipError) -> Int64 {
            if let total { return total }
            var number = max(0, places.last?.block ?? 0)
            while try block(number).count == Self.block { number += 1 }
            let last = try block(number).count
            let sum = Int64(number) * Int64(Self.block) + Int64(last)
            total = sum
            return sum
        }

        /// A block; shorter than others, or empty, at the end.
        private mutating func block(_ number: Int) throws(GunzipError) -> [UInt8] {
            if let known = kept.first(where: { $0.block == number }) { return known.bytes }
            if current.map({ $0.block > number }) ?? true { current = try restart(before: number) }
            var bytes: [UInt8] = []
            while let (next, inflater) = current, next <= number {
                if next.isMultiple(of: spacing), next > places.last?.block ?? 0 { try keep(next, inflater) }
                bytes = try inflater.next(Self.block, source)
                current = (next + 1, inflater)
                if kept.count >= GunzipReader.blocks { kept.removeFirst() }
                kept.append((next, bytes))
                if bytes.count < Self.block, next < number { return [] }
            }
            return bytes
        }

        private func restart(before number: Int) throws(GunzipError) -> (Int, Inflater) {
            guard let place = places.last(where: { $0.block <= number }) else { throw .noMemory }
            return (place.block, try place.inflater.copy())
        }

        private mutating func keep(_ number: Int, _ inflater: Inflater) throws(GunzipError) {
            places.append((number, try inflater.copy()))
            guard places.count > GunzipReader.restarts else { return }
            spacing *= 2
            places.removeAll { !$0.block.isMultiple(of: spacing) }
        }
    }
}

/// Why a gzip file cannot be read.
public enum GunzipError: Error, Sendable {
    /// Its bytes are not what gzip writes, or a checksum is wrong.
    case damaged
    /// It ends in the middle.
    case cut
    /// Something stands behind its end.
    case trailing
    /// The compressed bytes cannot be read.
    case source
    /// zlib has no memory.
    case noMemory

    /// What is wrong, in words.
    public var problem: String {
        switch self {
        case .damaged: "its gzip data is damaged"
        case .cut: "its gzip data ends in the middle; it may still be being written"
        case .trailing: "there is something behind the end of its gzip data"
        case .source: "it cannot be read"
        case .noMemory: "there is no memory to inflate it"
        }
    }
}

/// One zlib inflater, and where in the compressed bytes it is.
private final class Inflater {
    // zlib keeps the stream's address, so it stays where it is.
    private let stream: UnsafeMutablePointer<z_stream>
    private var offset: Int64 = 0
    private var isBetweenMembers = false
    private static let chunk = 64 * 1024

    init() throws(GunzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, 16 more for a gzip header.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw .noMemory
        }
    }

    private init(copying other: Inflater) throws(GunzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateCopy(stream, other.stream) == Z_OK else {
            stream.deallocate()
            throw .noMemory
        }
        offset = other.offset
        isBetweenMembers = other.isBetweenMembers
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func copy() throws(GunzipError) -> Inflater { try Inflater(copying: self) }

    /// The next `count` bytes, fewer only at the end.
    func next(
        _ count: Int, _ source: (Int64, Int) throws(GunzipError) -> [UInt8]
    ) throws(GunzipError) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        var made = 0
        while made < count {
            let input = try source(offset, Self.chunk)
            if isBetweenMembers, try !beginMember(input) { break }
            guard !input.isEmpty else { throw .cut }
            let (used, more, result) = run(input, &out, made)
            offset += Int64(used)
            made += more
            switch result {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK, Z_BUF_ERROR: guard used > 0 || more > 0 else { throw .damaged }
            case Z_MEM_ERROR: throw .noMemory
            default: throw .damaged
            }
        }
        return Array(out.prefix(made))
    }

    /// Whether another member follows; zeros that fill up a tape's block are let pass, as gzip(1) does.
    private func beginMember(_ input: [UInt8]) throws(GunzipError) -> Bool {
        if input.allSatisfy({ $0 == 0 }) {
            offset += Int64(input.count)
            return false
        }
        guard input.starts(with: [0x1F, 0x8B]) else { throw .trailing }
        inflateReset(stream)
        isBetweenMembers = false
        return true
    }

    private func run(_ input: [UInt8], _ out: inout [UInt8], _ made: Int) -> (used: Int, made: Int, result: Int32) {
        let room = out.count - made
        return input.withUnsafeBufferPointer { source in
            out.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress.map { $0 + made }
                stream.pointee.avail_out = UInt32(room)
                let result = inflate(stream, Z_NO_FLUSH)
                return (source.count - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out), result)
            }
        }
    }
}
