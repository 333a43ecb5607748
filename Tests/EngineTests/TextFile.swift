import Foundation
import Model

@testable import Engine

/// Files that exist for one test.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "waybill-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let target = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
        return target.path
    }

    /// The names of what is in it.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: url.path) }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

/// All rows of a file, as texts.
func rows(_ file: SourceFile, columns: [String], chunk: Int = ReadingLimits.chunk) throws -> [[String]] {
    let parser = try file.parser(for: columns)
    var reader = ChunkReader([file], chunk: chunk)
    var line = file.start.line
    var rows: [[String]] = []
    while let chunk = try reader.next() {
        var table = RowTable(columns: columns.count)
        line += try parser.parseUnchecked(
            file.encoding.decoded(chunk, path: file.path), path: file.path, line: line, into: &table)
        for row in 0..<table.count {
            rows.append((0..<columns.count).map { String(decoding: table.bytes[table.field(row, $0)], as: UTF8.self) })
        }
    }
    return rows
}

/// Lends the bytes of `text`.
func withBytes<R>(_ text: String, _ body: (RawSpan, Range<Int>) -> R) -> R {
    let bytes = Array(text.utf8)
    return body(bytes.span.bytes, 0..<bytes.count)
}

/// The error that `body` throws, as `code at line`.
func failure(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return name(error)
    }
}

/// The error that `body` throws, as `code at line`.
func failure(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return name(error)
    }
}

private func name(_ error: any Error) -> String {
    do {
        throw error
    } catch let error as EngineError {
        return error.code + (error.line.map { " at \($0)" } ?? "")
    } catch {
        return "\(type(of: error))"
    }
}
