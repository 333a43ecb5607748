public import Model

/// A place in an input file.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line where the row starts, from 1.
    public let line: Int
    /// The field in the row, from 1, where one is at fault.
    public let field: Int?

    /// A place.
    public init(file: String, line: Int, field: Int? = nil) {
        self.file = file
        self.line = line
        self.field = field
    }

    /// `profiles.csv, line 3, field 2`.
    public var description: String { "\(file), line \(line)" + (field.map { ", field \($0)" } ?? "") }
}

/// Why profiles cannot be read, selected or mapped.
///
/// No value of a profile stands in any of these.
public enum EngineError: ReportableError, Equatable {
    case unreadable(path: String, problem: String)
    case ragged(Place, expected: Int, found: Int)
    case syntax(Place, problem: String)
    case encoding(Place)
    /// A file is written in UTF-16 or UTF-32.
    case wideEncoding(String, String)
    /// A file has one field only, with what may be its delimiter in it.
    case delimiter(path: String, field: String?, UInt8)
    case tooLong(Place, what: String, limit: Int)
    case missingColumn(String, path: String, known: [String])
    case missingEverywhere(String, sources: [String], known: [String])
    /// The source of a segment lacks a field that its destination matches or keeps people out by.
    case unmatched(String, source: String, known: [String])
    /// A field that kept people out when the destination was set up is not there.
    case missingFlag(String, path: String, known: [String])
    case duplicateColumn(String, path: String)
    case model(path: String, problem: String)
    case rule(column: Int, problem: String)
    case definition(file: String, path: String, problem: String)
    case value(Place, type: FieldType)
    case unreadableValues(UnreadableValues)
    case incomplete(what: String)
    case contact(Place, problem: String)
    case scratch(folder: String, problem: String)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .unreadable: "unreadable-source"
        case .ragged: "ragged-row"
        case .syntax: "malformed-row"
        case .encoding, .wideEncoding: "not-utf-8"
        case .delimiter: "delimiter-unclear"
        case .tooLong: "field-too-long"
        case .missingColumn, .missingEverywhere, .unmatched, .missingFlag: "missing-column"
        case .duplicateColumn: "duplicate-column"
        case .model: "bad-model-json"
        case .rule: "bad-rule"
        case .definition: "bad-segment-definition"
        case .value: "value-of-another-type"
        case .unreadableValues: "unreadable-values"
        case .incomplete: "incomplete-configuration"
        case .contact: "contact-not-encodable"
        case .scratch: "scratch-file-failed"
        }
    }

    /// What went wrong and where, in a sentence.
    public var message: String {
        switch self {
        case .unreadable(let path, let problem): "\(path): \(problem)"
        case .ragged(let place, let expected, let found):
            "\(place): the row has \(found) fields, the header \(expected)"
        case .syntax(let place, let problem): "\(place): \(problem)"
        case .encoding(let place): "\(place): the row is not UTF-8"
        case .wideEncoding(let path, let name): "\(path): the file is \(name), and UTF-8 is expected"
        case .delimiter(let path, let field, let likely):
            field.map { "\(path) has a single field, called '\($0)'" }
                ?? "\(path) has a first line that makes no sense with commas between the fields, and has "
                + (likely == 0x09 ? "tabs" : "'\(Character(Unicode.Scalar(likely)))'")
        case .tooLong(let place, let what, let limit): "\(place): \(what) is longer than \(limit) bytes"
        case .missingColumn(let name, let path, let known):
            "\(path) has no field '\(name)'; it has \(known.prefix(50).joined(separator: ", "))"
        case .unmatched(let name, let source, let known):
            "source \(source) has no field '\(name)'; it has \(known.prefix(50).joined(separator: ", "))"
        case .missingFlag(let name, let path, let known):
            "\(path) has no field '\(name)', which keeps people out; it has \(known.prefix(50).joined(separator: ", "))"
        case .missingEverywhere(let name, let sources, let known):
            "no source (\(sources.prefix(20).joined(separator: ", "))) has a field '\(name)'; there are "
                + known.prefix(50).joined(separator: ", ")
        case .duplicateColumn(let name, let path): "\(path) has the field '\(name)' twice"
        case .model(let path, let problem): "\(path): \(problem)"
        case .rule(let column, let problem): "the rule, column \(column): \(problem)"
        case .definition(let file, let path, let problem):
            "\(file): \(path.isEmpty ? "" : "\(path): ")\(problem)"
        case .value(let place, let type): "\(place): the value is no \(type.rawValue), which model.json says it is"
        case .unreadableValues(let values): values.description
        case .incomplete(let what): "the destination has no \(what)"
        case .contact(let place, let problem): "\(place): \(problem)"
        case .scratch(let folder, let problem): "\(folder): \(problem)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .encoding: "convert the file, for example: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW"
        case .wideEncoding(_, let name): "convert the file: iconv -f \(name) -t UTF-8 OLD > NEW"
        case .delimiter(_, _, let delimiter):
            "is --delimiter \(delimiter == 0x09 ? "tab" : "'\(Character(Unicode.Scalar(delimiter)))'") meant? If the field is "
                + "really called so, say --delimiter ','"
        case .ragged: "quote fields that hold a comma or a line break"
        case .missingColumn(let name, _, let known), .missingEverywhere(let name, _, let known):
            (NearestName.of(name, among: known).map { "did you mean '\($0)'? " } ?? "")
                + "names are compared letter by letter, capitals included"
        case .unmatched(let name, _, let known):
            (NearestName.of(name, among: known).map { "did you mean '\($0)'? " } ?? "")
                + "to move a destination to a source with other names: destination segments ID --none, then destination map, "
                + "then destination segments"
        case .missingFlag:
            "everybody whom it keeps out would be sent: have the source written with it; if it is gone for good, match "
                + "without it with 'destination map', and consent anew"
        case .definition: "what cannot be imported can be decided elsewhere: export the segment's members and use those"
        case .value: "numbers have a decimal point and dates are ISO 8601, or are as the model's 'culture' writes them"
        case .unreadableValues(let values):
            values.segment == nil
                ? "correct the values, or match the field to one of type Text"
                : "correct the values, or leave such profiles out: define the segment with --unreadable exclude"
        case .scratch: "the folder needs room for 16 bytes a profile while an export is counted"
        case .rule: #"for example: country == "SE" and lifetime_value > 100"#
        case .unreadable: "check that it is there and that this user may read it; 'waybill source list' has the paths"
        case .syntax, .tooLong: "correct the file where this says, or have it written anew"
        case .duplicateColumn: "rename one of the two in the file"
        case .model: "have the folder exported anew, or correct model.json"
        case .incomplete: "see 'waybill destination show'; then map the fields and choose segments"
        case .contact: "correct the row, or leave it out of the segment"
        }
    }

    /// Input, nearly all of it.
    public var failure: FailureClass {
        switch self {
        case .incomplete: .configuration
        case .scratch: .io
        default: .badInput
        }
    }
}

extension EngineError {
    /// The same, with its place moved down by `lines`.
    func moved(lines: Int) -> EngineError {
        switch self {
        case .ragged(let place, let expected, let found):
            .ragged(place.moved(lines: lines), expected: expected, found: found)
        case .syntax(let place, let problem): .syntax(place.moved(lines: lines), problem: problem)
        case .encoding(let place): .encoding(place.moved(lines: lines))
        case .tooLong(let place, let what, let limit):
            .tooLong(place.moved(lines: lines), what: what, limit: limit)
        case .contact(let place, let problem): .contact(place.moved(lines: lines), problem: problem)
        case .value(let place, let type): .value(place.moved(lines: lines), type: type)
        default: self
        }
    }
}

extension EngineError {
    /// The line of its place, if it has one.
    var line: Int? {
        switch self {
        case .ragged(let place, _, _), .syntax(let place, _), .encoding(let place), .tooLong(let place, _, _),
            .contact(let place, _), .value(let place, _):
            place.line
        default: nil
        }
    }
}

extension Place {
    fileprivate func moved(lines: Int) -> Place { Place(file: file, line: line + lines, field: field) }
}
