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

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

/// All rows that a reader yields, as texts.
func rows(_ reader: any RecordReader, columns: Int) throws -> [[String]] {
    var record = Record(columns: columns)
    var rows: [[String]] = []
    while try reader.next(&record) {
        rows.append((0..<columns).map { String(decoding: record[$0], as: UTF8.self) })
    }
    return rows
}

/// The error that `body` throws, as `code at line`.
func failure(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as EngineError {
        let line: Int? =
            switch error {
            case .ragged(let place, _, _), .syntax(let place, _), .encoding(let place), .tooLong(let place, _, _),
                .contact(let place, _):
                place.line
            default: nil
            }
        return error.code + (line.map { " at \($0)" } ?? "")
    } catch {
        return "\(type(of: error))"
    }
}
