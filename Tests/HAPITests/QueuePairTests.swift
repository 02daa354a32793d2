import HAPI
import Testing

@Suite("The queues of an arm")
struct QueuePairTests {
    @Test("names and routing keys")
    func names() {
        let pair = QueuePair(base: "web1.example.com")
        #expect(pair.toServer == "web1.example.com-S")
        #expect(pair.toArm == "web1.example.com-T")
        #expect(pair.keyToServer == "web1.example.com.S")
        #expect(pair.keyToArm == "web1.example.com.T")
    }

    @Test(
        "a base with a word that stands for others has no keys of its own",
        arguments: [
            ("web1", true), ("web1.example.com", true), ("", true), ("web*", true), ("a#b.c", true),
            ("#", false), ("*", false), ("web.#", false), ("*.example.com", false), ("a.*.b", false),
        ]
    )
    func keysOfItsOwn(base: String, isSo: Bool) { #expect(QueuePair(base: base).hasKeysOfItsOwn == isSo) }
}
