import FoundationEssentials

/// Answers the routes under `/sandbox`, for who rehearses or tests.
struct Inspection: Sendable {
    let account: Account

    func answer(_ call: Call) async -> Reply {
        // A page in a browser must not reach this through a name of its own that resolves to 127.0.0.1.
        guard Self.isLoopback(call.origin) else { return Refusal.forbidden.reply }
        switch (call.method, call.segments.dropFirst().joined(separator: "/")) {
        case ("GET", "state"): return Reply(await account.summary())
        case ("GET", "contacts"): return Reply(lines: await account.contacts(on: call.query["list"]))
        case ("GET", "requests"): return Reply(lines: await account.requests)
        case ("GET", "faults"): return Reply(await account.faults)
        case ("POST", "faults"): return await inject(call)
        case ("DELETE", "faults"):
            await account.clearFaults()
            return Reply(await account.faults)
        case (_, "state"), (_, "contacts"), (_, "requests"), (_, "faults"): return Refusal.methodNotAllowed.reply
        default: return Refusal.notFound.reply
        }
    }

    private func inject(_ call: Call) async -> Reply {
        do throws(Refusal) {
            await account.inject(try call.decode([SandboxFault].self))
            return Reply(await account.faults, status: 201)
        } catch {
            return error.reply
        }
    }

    private static func isLoopback(_ origin: String) -> Bool {
        let authority = origin.dropFirst("http://".count)
        return ["127.0.0.1", "localhost"].contains { name in
            authority == name
                || (authority.hasPrefix(name + ":") && authority.dropFirst(name.count + 1).allSatisfy(\.isNumber))
        }
    }
}
