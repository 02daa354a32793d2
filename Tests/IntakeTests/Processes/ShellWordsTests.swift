import Testing

@testable import Intake

@Suite("Splitting a command")
struct ShellWordsTests {
    @Test(
        "as a shell does",
        arguments: [
            ("ABC -123 435", ["ABC", "-123", "435"]),
            ("  a \t b\n", ["a", "b"]),
            (#"td-agent -c 'my file.conf' -q"#, ["td-agent", "-c", "my file.conf", "-q"]),
            (#"a "b 'c' \"d\" \$e \f" g"#, ["a", #"b 'c' "d" $e \f"#, "g"]),
            (#"a\ b '\c' ''"#, ["a b", #"\c"#, ""]),
            (#"x"y"'z'"#, ["xyz"]),
            ("sh -c 'echo \u{E4} $HOME'", ["sh", "-c", "echo \u{E4} $HOME"]),
        ]
    )
    func words(command: String, words: [String]) throws { #expect(try ShellWords.split(command) == words) }

    @Test("what has no end is an error", arguments: ["", "  ", "a 'b", "a \"b", "a \\"])
    func errors(command: String) {
        #expect(throws: IntakeError(.invalidConfiguration, stage: "", reason: "")) { try ShellWords.split(command) }
    }
}
