public import JSONRPC

/// The call getLastInfo and its result, both bare strings.
public enum LastInfo {
    /// The params that ask for an element, encoded.
    public static func params(_ element: LastInfoElement) -> [UInt8] { element.rawValue.encoded() }

    /// Reads the params of getLastInfo.
    ///
    /// - Throws: ``InvalidParams`` for unknown elements too, which the original server answers with whatever it finds.
    public static func element(from params: JSONValue?) throws(InvalidParams) -> LastInfoElement {
        guard let params else { throw InvalidParams(problems: ["params: missing"]) }
        guard let text = params.string else { throw InvalidParams(problems: ["params: expected a string"]) }
        guard let element = LastInfoElement(rawValue: text) else {
            throw InvalidParams(problems: ["params: unknown element"])
        }
        return element
    }

    /// Reads the result; `nil` for none.
    ///
    /// The text `None` under `event` is what the original hap2-fluentd left behind and means none as well.
    ///
    /// - Throws: ``InvalidParams`` when the result is no string.
    public static func lastInfo(from result: JSONValue, of element: LastInfoElement) throws(InvalidParams) -> String? {
        guard let text = result.string else { throw InvalidParams(problems: ["result: expected a string"]) }
        return text.isEmpty || element == .event && text == "None" ? nil : text
    }
}
