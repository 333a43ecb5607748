/// The formats of dates that the annotations of an attribute, an entity or a model state.
///
/// They are looked up once for a node: a model may have as many annotations as attributes, thousands of both.
struct DateFormats {
    private var date: String?
    private var timestamp: String?

    init(_ node: JSONNode) {
        // Annotations are anybody's; what is none of ours may have any shape.
        for annotation in (try? node.member("annotations")?.items()) ?? [] {
            guard let name = try? annotation.member("name")?.text(), let value = try? annotation.member("value") else {
                continue
            }
            // One that is no text states a format too, which nobody understands.
            let text = if case .string(let text) = value.value { text } else { value.value.kind }
            switch name {
            case "ci:CustomDateFormat": date = date ?? text
            case "ci:CustomTimestampFormat": timestamp = timestamp ?? text
            default: continue
            }
        }
    }

    /// The format of values of a type, or nil.
    /// - Parameter isOwn: whether the annotations are the attribute's own, which mean its values by whatever name.
    func text(of type: FieldType, isOwn: Bool) -> String? {
        switch type {
        // A time has no date in it.
        case .time: nil
        case .date: date ?? (isOwn ? timestamp : nil)
        case .dateTime, .dateTimeOffset: timestamp ?? (isOwn ? date : nil)
        default: timestamp
        }
    }
}
