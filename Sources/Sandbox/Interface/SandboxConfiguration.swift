/// A contact list the sandbox starts with.
public struct SandboxList: Sendable, Codable, Hashable {
    /// The list's identifier, a lower-case UUID of 36 characters.
    public var id: String
    /// The name people see.
    public var name: String

    /// A list with this identifier and name.
    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// The one list a sandbox has unless told otherwise; always the same identifier, so scripts can name it.
    public static let rehearsal = SandboxList(id: "5a4db0c5-0000-4000-8000-000000000001", name: "Rehearsal")
}

/// A custom field the sandbox's account defines.
public struct SandboxField: Sendable, Codable, Hashable {
    /// The identifier that contacts are written with, `e1_T`.
    public var id: String
    /// The name that contacts are read with.
    public var name: String
    /// `Text`, `Number` or `Date`.
    public var type: String

    /// A field with this identifier, name and type.
    public init(id: String, name: String, type: String) {
        self.id = id
        self.name = name
        self.type = type
    }
}

/// What a sandbox holds when it starts, and which limits it enforces.
public struct SandboxConfiguration: Sendable {
    /// The one key that is let in.
    public var apiKey: String
    /// The contact lists there are.
    public var lists: [SandboxList]
    /// The custom fields there are.
    public var customFields: [SandboxField]
    /// What `GET /v3/scopes` answers; without one that starts with `marketing.`, marketing routes answer 403, without
    /// one that starts with `suppression.`, those of suppressions.
    public var scopes: [String]
    /// Time from an accepted request to the terminal state of its job; the real service takes 30 seconds or more.
    public var jobDelay: Duration
    /// How many `PUT /v3/marketing/contacts` a window allows.
    public var upsertsPerMinute: Int
    /// How many other requests a window allows.
    public var readsPerMinute: Int
    /// The length of a rate window in seconds; windows are aligned to the clock, as the real ones are.
    public var windowSeconds: Int
    /// Whether `x-ratelimit-reset` is an epoch, as the documentation shows it, and not the seconds left.
    public var resetIsEpoch: Bool
    /// Whether an over-long field is a 400 for the whole request, and not an error of its row in the job.
    public var overlongFieldsAre400: Bool
    /// How many errors a 400 lists at most.
    public var errorsPerReply: Int
    /// What is to go wrong, and where; see ``SandboxFault``.
    public var faults: [SandboxFault]
    /// The addresses that are not mailed; with any, the scope `suppression.read` is granted as well.
    public var suppressions: [SandboxSuppression]
    /// Time from making a custom field, which is listed at once, until contacts can be written with it; the real
    /// service takes some seconds.
    public var fieldSettleDelay: Duration

    /// A configuration in which everything has a default that works.
    public init(
        apiKey: String = SandboxConfiguration.fakeKey,
        lists: [SandboxList] = [.rehearsal],
        customFields: [SandboxField] = [],
        scopes: [String] = ["marketing.read", "marketing.automation.read"],
        jobDelay: Duration = .milliseconds(300),
        upsertsPerMinute: Int = 200,
        readsPerMinute: Int = 600,
        windowSeconds: Int = 60,
        resetIsEpoch: Bool = false,
        overlongFieldsAre400: Bool = false,
        errorsPerReply: Int = 100,
        faults: [SandboxFault] = [],
        suppressions: [SandboxSuppression] = [],
        fieldSettleDelay: Duration = .zero
    ) {
        self.apiKey = apiKey
        self.lists = lists
        self.customFields = customFields
        self.scopes = scopes
        self.jobDelay = jobDelay
        self.upsertsPerMinute = upsertsPerMinute
        self.readsPerMinute = readsPerMinute
        self.windowSeconds = windowSeconds
        self.resetIsEpoch = resetIsEpoch
        self.overlongFieldsAre400 = overlongFieldsAre400
        self.errorsPerReply = errorsPerReply
        self.faults = faults
        self.suppressions = suppressions
        self.fieldSettleDelay = fieldSettleDelay
    }

    /// The scopes that the key has.
    var grantedScopes: [String] {
        let reading = "suppression.read"
        return suppressions.isEmpty || scopes.contains(reading) ? scopes : scopes + [reading]
    }

    /// A key of the real shape, 69 characters, that opens nothing but a sandbox.
    ///
    /// Put together from parts, so that scanners for leaked keys do not take it for one.
    public static let fakeKey = ["SG", "WaybillSandboxKeyId000", "ThisKeyIsFakeAndOpensOnlyTheLocalSandbox000"]
        .joined(separator: ".")
}
