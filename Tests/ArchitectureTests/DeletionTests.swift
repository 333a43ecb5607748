import Foundation
import Model
import Testing

@Suite("Architecture: no contact and no list can be deleted")
struct DeletionTests {
    @Test("of all that is ever done at SendGrid, one thing is a DELETE, and it ends memberships of a list")
    func actions() throws {
        let list = try ContactListID("5a4db0c5-0000-4000-8000-000000000001")
        let deleting = TransferAction.allCases.filter { $0.method == "DELETE" }
        #expect(deleting == [.takeOff])
        #expect(TransferAction.takeOff.path(list) == "/v3/marketing/lists/\(list)/contacts")
    }

    @Test("no other code spells a deleting request, or the parameters that delete contacts")
    func spelling() throws {
        let words = ["delete_contacts", "delete_all_contacts", "\"DELETE\"", ".DELETE", "erasejob"]
        for file in try SourceTree.files(under: "Sources") where !["Sandbox", "Store"].contains(file.target) {
            // The one place that names the method, which the test above looks at.
            guard file.path != "Sources/Model/Batch/TransferCargo.swift" else { continue }
            for word in words { #expect(!file.text.contains(word), "\(file.path) has \(word)") }
        }
    }

    @Test("the query of a take-off names contacts and nothing else")
    func query() throws {
        let destination = Destination(
            id: try DestinationID("d1"), displayName: "x", listID: try ContactListID("list"), endpoint: .sendGrid)
        let batch = TakeOffBatch(
            destination: destination,
            contacts: (0..<150).map { ListedContact(id: "id-\($0)", address: Personal("p\($0)@example.com")) })
        let query = String(decoding: batch.body.reveal(), as: UTF8.self)
        #expect(query.hasPrefix("contact_ids=id-0,id-1,"))
        #expect(query.split(separator: ",").count == 100)
        #expect(!query.contains("&"))
    }
}
