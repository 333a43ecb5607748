/// The `model.json` of the sample folder, as Customer Insights writes one (Common Data Model, model.json 1.0).
enum SampleModel {
    /// The file name of a partition, relative to the folder; partitions count from 0.
    static func partitionFile(_ index: Int) -> String { "Customer_\(index + 1).csv" }

    /// Whether a partition starts with a header row.
    ///
    /// The format says this per partition; the sample has both kinds.
    static func hasHeader(partition index: Int) -> Bool { index == 0 }

    /// The file's text.
    ///
    /// It holds no present time, so that the same seed gives the same bytes.
    static var text: String {
        let attributes = SampleData.attributes.map { name in
            #"        { "name": "\#(name)", "dataType": "\#(dataType(name))" }"#
        }
        return """
            {
              "name": "Customers",
              "description": "Invented people, to try Waybill out with",
              "version": "1.0",
              "culture": "en-US",
              "modifiedTime": "\(refreshed)",
              "entities": [
                {
                  "$type": "LocalEntity",
                  "name": "Customer",
                  "description": "Unified customer profiles",
                  "attributes": [
            \(attributes.joined(separator: ",\n"))
                  ],
                  "partitions": [
            \(partition(0)),
            \(partition(1))
                  ]
                }
              ]
            }

            """
    }

    private static let refreshed = "2026-01-15T06:00:00Z"

    private static func partition(_ index: Int) -> String {
        """
                {
                  "name": "Customer_\(index + 1)",
                  "refreshTime": "\(refreshed)",
                  "location": "\(partitionFile(index))",
                  "fileFormatSettings": {
                    "$type": "CsvFormatSettings",
                    "columnHeaders": \(hasHeader(partition: index)),
                    "delimiter": ",",
                    "encoding": "UTF-8",
                    "quoteStyle": "QuoteStyle.Csv",
                    "csvStyle": "CsvStyle.QuoteAlways"
                  }
                }
        """
    }

    private static func dataType(_ attribute: String) -> String {
        switch attribute {
        case "LifetimeValue": "double"
        case "DoNotEmail": "boolean"
        case "LastPurchase": "dateTime"
        default: "string"
        }
    }
}
