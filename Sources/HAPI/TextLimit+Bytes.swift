internal import JSONRPC

extension TextLimit {
    /// Appends what stands between the quotes of a JSON string: the text repaired, in NFC, cut and marked as needed.
    func append(utf8 bytes: Span<UInt8>, to output: inout [UInt8]) {
        // Most texts are short and plain: one look and one copy.
        if bytes.count <= self.characters, bytes.isPlainJSON { return output.append(copying: bytes) }
        do {
            var text = try UTF8Span(validating: bytes)
            if bytes.count <= self.characters, text.isKnownASCII || text.checkForNFC(quickCheck: true) {
                return output.appendJSON(validContent: bytes)
            }
            output.appendJSON(validContent: self.clip(String(copying: text)).utf8.span)
        } catch {
            var repaired: [UInt8] = []
            repaired.appendRepairedUTF8(bytes)
            output.appendJSON(validContent: self.clip(String(decoding: repaired, as: UTF8.self)).utf8.span)
        }
    }
}
