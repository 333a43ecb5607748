import FoundationEssentials

/// The one account of a sandbox: its contacts, its jobs, its rate counters, its faults, and what it was asked.
///
/// Nothing runs in the background. Every call first brings the jobs to where the clock says they are, in the order in
/// which they were accepted.
actor Account {
    let configuration: SandboxConfiguration
    var book: ContactBook
    var fields: [SandboxField]
    /// When contacts can be written with the fields that were made on request.
    var fieldsSettle: [String: Date] = [:]
    var jobs: [String: Job] = [:]
    var jobOrder: [String] = []
    private var openJobs: [String] = []
    /// The files that are awaited, by the token in their address.
    var uploads: [String: AwaitedUpload] = [:]
    private var rates: RateWindow
    private(set) var faults: [SandboxFault]
    private(set) var requests: [RecordedRequest] = []

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        book = ContactBook(lists: configuration.lists)
        fields = configuration.customFields
        rates = RateWindow(configuration)
        faults = configuration.faults
    }

    /// Brings the jobs up to date.
    func settle() {
        let now = Date()
        for id in openJobs { jobs[id]?.advance(to: now, book: &book) }
        openJobs.removeAll { jobs[$0]?.status != .pending }
    }

    /// Takes in a job.
    func enqueue(_ work: Job.Work, fault: SandboxFault.Kind?) -> Job {
        let job = Job(work, course: Job.Course(fault), accepted: Date(), delay: configuration.jobDelay)
        jobs[job.id] = job
        jobOrder.append(job.id)
        openJobs.append(job.id)
        return job
    }

    /// Counts one request against its quota.
    func rate(_ bucket: RateBucket, counts: Bool = true) -> RateReading {
        rates.take(bucket, at: Date(), counts: counts)
    }

    /// What an upsert is reviewed against.
    var schema: UpsertReview.Schema {
        let now = Date()
        let settled = fields.filter { fieldsSettle[$0.id].map { $0 <= now } ?? true }
        return UpsertReview.Schema(
            fieldTypes: Dictionary(settled.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first }),
            listIDs: Set(book.lists.map(\.id)), overlongFieldsAre400: configuration.overlongFieldsAre400,
            errorsPerReply: configuration.errorsPerReply)
    }

    // MARK: Faults

    /// The fault this request meets, used up by one.
    func takeFault(method: String, path: String) -> SandboxFault.Kind? {
        for place in faults.indices where faults[place].applies(method: method, path: path) {
            guard faults[place].skip > 0 else {
                faults[place].count -= 1
                return faults[place].kind
            }
            faults[place].skip -= 1
        }
        return nil
    }

    func inject(_ added: [SandboxFault]) {
        faults.append(contentsOf: added)
    }

    func clearFaults() {
        faults = []
    }

    // MARK: Requests

    /// Records a request at its arrival.
    /// - Returns: its place in ``requests``.
    func open(
        method: String, path: String, query: String?, declared: Int?, carriedAuthorization: Bool, headers: [String]
    ) -> Int {
        requests.append(
            RecordedRequest(
                sequence: requests.count, method: method, path: path, query: query, contactCount: 0,
                bodyBytes: declared ?? 0, bodySHA256: "", received: Date(), finished: nil, status: 0, completed: false,
                bytesReceived: 0, carriedAuthorization: carriedAuthorization, headers: headers))
        return requests.count - 1
    }

    func received(_ place: Int, bytes: Int) {
        requests[place].bytesReceived = bytes
    }

    func bodyEnded(_ place: Int, intake: BodyIntake) {
        requests[place].bytesReceived = intake.bytes
        requests[place].bodySHA256 = intake.digest
        requests[place].finished = Date()
        requests[place].completed = intake.isComplete
        if intake.isComplete { requests[place].bodyBytes = intake.bytes }
    }

    func answered(_ place: Int, status: Int, contacts: Int) {
        requests[place].status = status
        requests[place].contactCount = contacts
    }
}
