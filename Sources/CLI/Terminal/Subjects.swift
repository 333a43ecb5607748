internal import ArgumentParser
internal import Operations

/// What the arguments of several commands are about, said once.
extension ArgumentHelp {
    static var destination: ArgumentHelp { "The destination's identifier, such as d1, or its name." }
    static var export: ArgumentHelp { "The export's identifier, such as e1; 'waybill export list' has them." }
    static var source: ArgumentHelp { "The source's name: letters, digits, '.', '_' and '-', at most 64." }
    static var segment: ArgumentHelp { "The segment's name: letters, digits, '.', '_' and '-', at most 64." }
    static var entry: ArgumentHelp { "The entry's index in the log, from 0." }
    static var consent: ArgumentHelp { "The consent's index in the log, as 'waybill consent list' has it." }
    static var policyFile: ArgumentHelp { "The policy file, YAML; 'policies/boundary.yaml' in the workspace is one." }
    static var language: ArgumentHelp { "The language of the agreement you read: en (English) or sv (Swedish)." }
}

extension CompletionKind {
    static var language: CompletionKind { .list(["en", "sv"]) }
}
