import FoundationEssentials

/// Answers the routes of the real service, and the error files.
struct Desk: Sendable {
    let account: Account

    typealias Answer = (reply: Reply, rate: RateReading?)

    /// Checks key, quota and scope, in this order, and then routes.
    func answer(_ call: Call, bucket: RateBucket) async -> Answer {
        await account.settle()
        if call.segments.first == "sandbox" {
            if let staged = Self.staged(call.fault, reading: .none) { return (staged.reply, nil) }
            return (
                call.segments.dropFirst().first == "uploads" ? await upload(call) : await account.errorFile(call), nil
            )
        }
        guard call.segments.first == "v3" else { return (Refusal.notFound.reply, await rate(bucket, counts: false)) }
        if let reply = await keyRefusal(call) { return (reply, await rate(bucket, counts: false)) }
        let reading = await rate(bucket, counts: true)
        if let staged = Self.staged(call.fault, reading: reading) { return staged }
        guard reading.isAllowed else { return (Refusal.tooManyRequests.reply, reading) }
        do throws(Refusal) {
            return (try await route(call), reading)
        } catch {
            return (error.reply, reading)
        }
    }

    private func rate(_ bucket: RateBucket, counts: Bool) async -> RateReading {
        await account.rate(bucket, counts: counts)
    }

    private func keyRefusal(_ call: Call) async -> Reply? {
        if call.fault == .rejectAll401 { return Refusal.wrongKey.reply }
        if call.fault == .rejectAll403 { return Refusal.forbidden.reply }
        guard let authorization = call.authorization else { return Refusal.noKey.reply }
        guard authorization == "Bearer " + account.configuration.apiKey else { return Refusal.wrongKey.reply }
        return nil
    }

    /// The answer of a fault that stands in for all processing.
    private static func staged(_ fault: SandboxFault.Kind?, reading: RateReading) -> Answer? {
        switch fault {
        case .status(let status, let body):
            // What is no status of an answer cannot be written to the wire.
            let status = (200...599).contains(status) ? status : 500
            let fallback = Refusal(status, "staged by the sandbox").reply
            let reply = body.map { Reply(status: status, contentType: "application/json", body: Data($0.utf8)) }
            return (reply ?? fallback, reading)
        case .tooManyRequests(let seconds, let epoch):
            let full = RateReading(
                isAllowed: false, limit: reading.limit, remaining: 0, reset: epoch ?? seconds ?? reading.reset)
            return (Refusal.tooManyRequests.reply, full)
        default:
            return nil
        }
    }

    private func route(_ call: Call) async throws(Refusal) -> Reply {
        let rest = Array(call.segments.dropFirst())
        let granted = account.configuration.grantedScopes
        if rest == ["scopes"] {
            guard call.method == "GET" else { throw .methodNotAllowed }
            return Reply(["scopes": JSON.array(granted.map { .string($0) })])
        }
        if rest.first == "suppression" {
            guard granted.contains(where: { $0.hasPrefix("suppression.") }) else { throw .forbidden }
            guard rest.count == 2, SandboxSuppression.kinds.contains(rest[1]) else { throw .notFound }
            guard call.method == "GET" else { throw .methodNotAllowed }
            return try account.suppressions(rest[1], call)
        }
        guard rest.first == "marketing" else { throw .notFound }
        // Scopes of the legacy product (`marketing_campaigns.`) do not open these routes.
        guard granted.contains(where: { $0.hasPrefix("marketing.") }) else { throw .forbidden }
        return switch rest.dropFirst().first {
        case "lists": try await lists(call, Array(rest.dropFirst(2)))
        case "contacts": try await contacts(call, Array(rest.dropFirst(2)))
        case "field_definitions" where rest.count == 2: try await fieldDefinitions(call)
        default: throw .notFound
        }
    }

    /// Routes under `/v3/marketing/lists`, without deleting and renaming lists: who tries is refused, and recorded.
    private func lists(_ call: Call, _ rest: [String]) async throws(Refusal) -> Reply {
        switch (rest.count, rest.last, call.method) {
        case (0, _, "GET"): try await account.lists(call)
        case (0, _, "POST"): try await account.createList(call)
        case (1, _, "GET"): try await account.list(rest[0], call)
        case (2, "contacts", "DELETE"): try await account.removeFromList(rest[0], call)
        case (3, "count", "GET") where rest[1] == "contacts": try await account.listCount(rest[0])
        case (0...1, _, _), (2, "contacts", _): throw .methodNotAllowed
        case (3, "count", _) where rest[1] == "contacts": throw .methodNotAllowed
        default: throw .notFound
        }
    }

    /// Routes under `/v3/marketing/contacts`, without deleting contacts: who tries is refused, and recorded.
    private func contacts(_ call: Call, _ rest: [String]) async throws(Refusal) -> Reply {
        switch (rest, call.method) {
        case ([], "GET"): await account.sampleContacts(call)
        case ([], "PUT"): try await upsert(call)
        case (["count"], "GET"): await account.contactCount()
        case (["imports"], "PUT"): try await account.startImport(call)
        case (["search", "emails"], "POST"): try await account.search(call)
        case ([], _), (["count"], _), (["imports"], _), (["search", "emails"], _): throw .methodNotAllowed
        case (_, "GET") where rest.count == 2 && rest[0] == "imports":
            try await account.job(Syntax.unescaped(rest[1]), call)
        case (_, _) where rest.count == 2 && rest[0] == "imports": throw .methodNotAllowed
        default: throw .notFound
        }
    }

    private func fieldDefinitions(_ call: Call) async throws(Refusal) -> Reply {
        switch call.method {
        case "GET": await account.fieldDefinitions(call)
        case "POST": try await account.createField(call)
        default: throw .methodNotAllowed
        }
    }

    /// Decoded and reviewed here, outside the actor, so that other requests are answered meanwhile.
    private func upsert(_ call: Call) async throws(Refusal) -> Reply {
        guard call.byteCount <= UpsertReview.bytesPerRequest else { throw .tooLarge }
        let request = try call.decode(UpsertRequest.self)
        var review: UpsertReview
        do throws(Refusal) {
            review = try UpsertReview(request, schema: await account.schema)
        } catch {
            var reply = error.reply
            reply.contactCount = request.contacts?.count ?? 0
            return reply
        }
        review.rejectFirst(call.fault?.rejectedRows ?? 0)
        let job = await account.enqueue(.upsert(review), fault: call.fault)
        var reply = Reply(JSON.object(["job_id": .string(job.id)]), status: 202)
        reply.contactCount = review.requested
        return reply
    }

    /// Takes in a file of contacts as a pre-signed address does: no key, but the signature and the signed header.
    private func upload(_ call: Call) async -> Reply {
        let ended = Date()
        guard call.method == "PUT" else { return Reply(storage: 405, code: "MethodNotAllowed") }
        guard call.authorization == nil else { return Reply(storage: 400, code: "InvalidArgument") }
        guard call.segments.count == 3, let upload = await account.uploads[call.segments[2]],
            call.query["X-Amz-Signature"] == upload.signature, call.encryption == Account.uploadHeader.value
        else { return Reply(storage: 403, code: "SignatureDoesNotMatch") }
        guard call.byteCount <= BodyIntake.keptOfUpload else { return Reply(storage: 400, code: "EntityTooLarge") }
        // Read here, outside the actor, so that other requests are answered meanwhile.
        let review = CSVReview.review(
            call.body, columns: upload.columns, listIDs: upload.listIDs, schema: await account.schema)
        await account.finishUpload(upload, review, at: ended)
        var reply = Reply(status: 200, contentType: "application/octet-stream", body: Data())
        reply.contactCount = review.requested
        return reply
    }
}
