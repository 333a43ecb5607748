/// Whether bytes are UTF-8.
enum UTF8Check {
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            // Nearly all rows are ASCII: look for a high bit, eight bytes at a time.
            var index = 0
            let raw = UnsafeRawBufferPointer(buffer)
            while index + 8 <= raw.count,
                raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
            }
            while index < buffer.count, buffer[index] < 0x80 { index += 1 }
            if index == buffer.count { return true }
            return String(validating: buffer[index...], as: UTF8.self) != nil
        }
    }
}
