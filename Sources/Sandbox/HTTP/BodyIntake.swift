import FoundationEssentials
import Hummingbird

/// The body of a request, counted and hashed while it comes in.
struct BodyIntake: Sendable {
    private(set) var bytes = 0
    private(set) var data = Data()
    private(set) var digest = ""
    /// Whether the body arrived whole.
    private(set) var isComplete = false

    /// More is counted and hashed, but not kept.
    static let kept = 8_000_000
    /// Of a file of contacts.
    static let keptOfUpload = 1_000_000_000

    /// Reads the body to its end, to where the client goes away, or to where the fault cuts it off.
    /// - Parameter progress: told the number of bytes so far, after each chunk.
    init(
        _ body: RequestBody, declared: Int?, kept: Int = Self.kept, fault: SandboxFault.Kind?,
        isConnected: @Sendable () -> Bool,
        progress: (Int) async -> Void
    ) async {
        var hash = SHA256()
        do {
            for try await chunk in body {
                chunk.withUnsafeReadableBytes { raw in
                    hash.update(raw)
                    if data.count + raw.count <= kept { data.append(contentsOf: raw) }
                }
                bytes += chunk.readableBytes
                await progress(bytes)
                if case .closeAfterBytes(let limit) = fault, bytes >= limit {
                    digest = hash.hexadecimal()
                    return
                }
                if case .slowRead(let pace) = fault {
                    try await Self.pause(bytes: chunk.readableBytes, pace: pace, while: isConnected)
                }
            }
            isComplete = declared == nil || declared == bytes
        } catch {
            // The client went away, or the sandbox is being stopped: what did not arrive is not complete.
            isComplete = false
        }
        digest = hash.hexadecimal()
    }

    /// Waits as long as these bytes take, but no longer than the client stays.
    private static func pause(bytes: Int, pace: Int, while isConnected: @Sendable () -> Bool) async throws {
        var left = Double(bytes) / Double(max(pace, 1))
        while left > 0 {
            guard isConnected() else { throw CancellationError() }
            try await Task.sleep(for: .seconds(min(left, 0.05)))
            left -= 0.05
        }
    }
}
