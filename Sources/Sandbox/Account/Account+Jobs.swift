import FoundationEssentials

/// `GET /v3/marketing/contacts/imports/{id}` and the error files it points to.
extension Account {
    /// The state of a job: what is zero is left out, and so is the end of a job that has none yet.
    func job(_ id: String, _ call: Call) throws(Refusal) -> Reply {
        guard let job = jobs[id] else { throw .notFound }
        var results: [String: JSON] = [:]
        if job.requested > 0 { results["requested_count"] = .integer(job.requested) }
        if job.isCounted {
            let counts = [
                "created_count": job.counts.created, "updated_count": job.counts.updated,
                "deleted_count": job.counts.deleted, "errored_count": job.rejections.count,
            ]
            for (name, count) in counts where count > 0 { results[name] = .integer(count) }
            if !job.rejections.isEmpty, job.course.errorFile != .missing {
                results["errors_url"] = "\(call.origin)/sandbox/errors/\(job.id)"
            }
        }
        var body: [String: JSON] = [
            "id": .string(job.id), "status": .string(job.toldStatus(at: Date())), "job_type": .string(job.type),
            "results": .object(results), "started_at": .string(Self.time(job.accepted)),
        ]
        if job.status != .pending { body["finished_at"] = .string(Self.time(job.finished)) }
        return Reply(JSON.object(body))
    }

    /// Answers `GET /sandbox/errors/{job}` with a comma-separated file.
    ///
    /// It needs no key, as a pre-signed address needs none.
    func errorFile(_ call: Call) -> Reply {
        guard call.method == "GET" else { return Refusal.methodNotAllowed.reply }
        guard call.segments.count == 3, let job = jobs[call.segments[2]] else { return Refusal.notFound.reply }
        guard job.course.errorFile != .gone else { return Reply(storage: 403, code: "AccessDenied") }
        var text = "email,reason\r\n"
        for rejection in job.rejections {
            text += "\(Self.quoted(rejection.email)),\(Self.quoted(rejection.reason))\r\n"
        }
        return Reply(status: 200, contentType: "text/csv; charset=utf-8", body: Data(text.utf8))
    }

    private static func quoted(_ value: String) -> String {
        guard value.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return value }
        return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
