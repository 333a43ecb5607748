/// What one request carries across the boundary.
///
/// The gate writes the intent from it; what it cannot describe cannot leave.
public protocol TransferCargo: Sendable {
    /// The destination it is meant for.
    var destination: DestinationID { get }
    /// The contact list it is about.
    var listID: ContactListID { get }
    /// The segments whose members it holds; none where it is about people who left.
    var segments: [SegmentName] { get }
    /// The contact fields it may hold.
    var fields: [ContactField] { get }
    /// The address of each subject, in lower case.
    var addresses: Personal<PackedAddresses> { get }
    /// The bytes that leave: the body, or the query where there is no body.
    var body: Personal<[UInt8]> { get }
    /// What is done with it.
    var action: TransferAction { get }
    /// What stands for the values of each contact, if it carries more than addresses.
    var contactDigests: [UInt64]? { get }
}

extension TransferCargo {
    /// None: it carries addresses at most.
    public var contactDigests: [UInt64]? { nil }
}

/// What a request does, and how (method and path as SendGrid's API description has them).
public enum TransferAction: String, Sendable, CaseIterable {
    /// Creates or updates contacts and adds them to the list.
    case upsert
    /// The same by a file, for many.
    case importFile = "import"
    /// Asks for the identifiers of contacts by their addresses, to take them off the list.
    case lookUp = "look-up"
    /// Takes contacts off the list.
    case takeOff = "take-off"

    /// The HTTP method.
    public var method: String {
        switch self {
        case .upsert, .importFile: "PUT"
        case .lookUp: "POST"
        case .takeOff: "DELETE"
        }
    }

    /// Whether the people it is about are meant to be on the list when it is done.
    public var adds: Bool { self == .upsert || self == .importFile }

    /// The path, without a query; a file goes where SendGrid says.
    public func path(_ list: ContactListID) -> String {
        switch self {
        case .upsert: "/v3/marketing/contacts"
        case .importFile: ""
        case .lookUp: "/v3/marketing/contacts/search/emails"
        case .takeOff: "/v3/marketing/lists/\(list)/contacts"
        }
    }
}

extension PreparedBatch: TransferCargo {
    /// A batch is an upsert.
    public var action: TransferAction { .upsert }
    /// See ``TransferCargo``.
    public var contactDigests: [UInt64]? { digests }
}

/// Addresses whose contacts are looked up, at most 100 (`POST /v3/marketing/contacts/search/emails`).
public struct LookUpBatch: TransferCargo, CustomStringConvertible {
    /// How many addresses a request may have.
    public static let limit = 100

    /// See ``TransferCargo``.
    public let destination: DestinationID
    /// See ``TransferCargo``.
    public let listID: ContactListID
    /// See ``TransferCargo``.
    public let addresses: Personal<PackedAddresses>
    /// See ``TransferCargo``.
    public let body: Personal<[UInt8]>

    /// A request about `addresses`, which are in lower case.
    public init(destination: Destination, addresses: [Personal<String>]) {
        let revealed = addresses.prefix(Self.limit).map { $0.reveal() }
        self.destination = destination.id
        listID = destination.listID
        self.addresses = Personal(PackedAddresses(revealed))
        body = Personal(CanonicalJSON.object(["emails": .strings(revealed)]).bytes)
    }

    /// See ``TransferCargo``.
    public var segments: [SegmentName] { [] }
    /// See ``TransferCargo``.
    public var fields: [ContactField] { [.email] }
    /// See ``TransferCargo``.
    public var action: TransferAction { .lookUp }
    /// Counts only.
    public var description: String { "\(addresses.reveal().count) addresses to look up" }
}

/// A contact that SendGrid knows, found by its address.
public struct ListedContact: Sendable, Hashable {
    /// Its identifier at SendGrid.
    public let id: String
    /// Its address, in lower case.
    public let address: Personal<String>

    /// A contact found.
    public init(id: String, address: Personal<String>) {
        self.id = id
        self.address = address
    }

    /// Orders and compares by the identifier alone.
    public static func == (left: Self, right: Self) -> Bool { left.id == right.id }
    /// Orders and compares by the identifier alone.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// Contacts to be taken off the list, at most 100: their identifiers travel in the address of the request, which has to
/// stay short (`DELETE /v3/marketing/lists/{id}/contacts`).
///
/// The contacts themselves stay. There is no cargo that deletes a contact or a list.
public struct TakeOffBatch: TransferCargo, CustomStringConvertible {
    /// See ``TransferCargo``.
    public let destination: DestinationID
    /// See ``TransferCargo``.
    public let listID: ContactListID
    /// Who is taken off.
    public let contacts: [ListedContact]

    /// A request about `contacts`.
    public init(destination: Destination, contacts: [ListedContact]) {
        self.destination = destination.id
        listID = destination.listID
        self.contacts = Array(contacts.prefix(LookUpBatch.limit))
    }

    /// See ``TransferCargo``.
    public var addresses: Personal<PackedAddresses> {
        Personal(PackedAddresses(contacts.map { $0.address.reveal() }))
    }
    /// The query.
    public var body: Personal<[UInt8]> {
        Personal(Array("contact_ids=\(contacts.map(\.id).joined(separator: ","))".utf8))
    }
    /// See ``TransferCargo``.
    public var segments: [SegmentName] { [] }
    /// See ``TransferCargo``.
    public var fields: [ContactField] { [] }
    /// See ``TransferCargo``.
    public var action: TransferAction { .takeOff }
    /// Counts only.
    public var description: String { "\(contacts.count) contacts to take off" }
}
