internal import Vault

/// What is done once, before anything else, in every process.
public enum ProcessPreparation {
    /// Forbids core dumps and tracing, and sets aside memory for secrets that is never swapped out.
    ///
    /// Returns what could not be done, in words.
    public static func apply() -> [String] { ProcessHardening.apply() }
}
