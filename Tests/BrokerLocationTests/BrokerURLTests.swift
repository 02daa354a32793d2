import BrokerLocation
import Testing

/// One reading of a URL decides where a connection goes, what is shown, and whether a known password may be kept.
@Suite struct BrokerURLTests {
    @Test func readsEverything() throws {
        let parts = try BrokerURL("amqps://us%40er:p%3Aa%2Fss@h1:1,[::1]/v%2Fh").parts
        #expect(parts.isSecure && parts.user == "us@er" && parts.password == "p:a/ss" && parts.virtualHost == "v/h")
        #expect(parts.addresses == [BrokerAddress(host: "h1", port: 1), BrokerAddress(host: "::1", port: 5671)])
    }

    static let shown: [(given: String, shown: String)] = [
        ("amqps://user:secret@host/v", "amqps://user:***@host/v"),
        ("amqps://user:se:secret@et@host/v", "amqps://user:***@host/v"),
        ("amqps://user@host/v", "amqps://user@host/v"),
        ("AMQPS://host:5671/v", "amqps://host/v"),
        ("amqp://host:5671,[::1]:5672,[fe80::1%25eth0]:7/", "amqp://host:5671,[::1],[fe80::1%25eth0]:7"),
        ("amqps://:secret@host", "amqps://:***@host"),
        ("amqps://user:@host", "amqps://user:***@host"),
        ("amqps://us%40er:secret@host/v%2Fh", "amqps://us%40er:***@host/v%2Fh"),
        // What is no URL may hold a password anywhere.
        ("user:secret@host", "***"),
        ("amqps://user:p/secret@host/v", "***"),
        ("amqps://user:secret@127.0.0.2:5673/x@localhost:5671", "***"),
        ("amqp://user:secret", "***"),
    ]

    @Test(arguments: Self.shown.indices)
    func showsTheAddressOfTheConnectionAndNoPassword(_ index: Int) {
        let url = BrokerURL(Self.shown[index].given)
        var dumped = ""
        dump((url, try? url.parts), to: &dumped)
        #expect("\(url)" == Self.shown[index].shown)
        #expect(String(reflecting: url) == Self.shown[index].shown)
        #expect(!dumped.contains("secret"))
        #expect(url.revealed == Self.shown[index].given)
    }

    @Test(arguments: Self.shown.indices)
    func isWrittenAsItIsRead(_ index: Int) throws {
        guard let parts = try? BrokerURL(Self.shown[index].given).parts, let password = parts.password else { return }
        let again = try #require(BrokerURL(Self.shown[index].shown).with(password: password))
        #expect(try again.parts == parts)
        #expect(try BrokerURL(again.revealed).parts == parts)
    }

    @Test(arguments: [
        "", "h", "http://h", "amqp:/h", "amqp://", "amqp:///v", "amqp://u:hush@", "amqp://u:hush@h:x", "amqp://u:hush",
        "amqp://u:hush@h:+5", "amqp://u:hush@h:٥", "amqp://u:hush%@h", "amqp://u:hush%f@h", "amqp://u:hush%zz@h",
        "amqp://u:hush%ff@h", "amqp://u:hush%00@h", "amqp://u:hush@h/a/b", "amqp://u:hush@h/a?b=c",
        "amqp://u:hush@h?x", "amqp://u:hush@h#x", "amqp://u:hush@h\\x", "amqp://u:hush@h x", "amqp://u:hush@h\n",
        "amqp://u:hush@[::1", "amqp://u:hush@a:b:c", "amqp://u:hush@bröker", "amqp://u:hush@h\u{202E}",
        // An `@` in the path, plainly and with a sign that Unicode joins with the slash or the `@`.
        "amqp://u:hush@h/x@other", "amqp://u:hush@h/\u{301}x@other", "amqp://u:hush@h/x@\u{301}other",
        "amqp://u:hush@h/\u{600}@other", "amqp:/\u{301}/u:hush@h",
    ])
    func refusesWithoutRepeatingThePassword(_ text: String) {
        let error = #expect(throws: BrokerLocationError.self) { try BrokerURL(text).parts }
        #expect(error?.reason.contains("hush") == false)
        #expect(!BrokerURL(text).isSecure && !BrokerURL(text).hasPassword)
    }

    @Test func anAccentBehindTheSlashIsPartOfTheVirtualHost() throws {
        let parts = try BrokerURL("amqp://u:p@h/\u{301}v").parts
        #expect(parts.addresses == [BrokerAddress(host: "h", port: 5672)])
        #expect(parts.virtualHost.unicodeScalars.elementsEqual("\u{301}v".unicodeScalars))
    }

    private static let known = BrokerURL("amqps://u:s3cret@h1,h2:1/v")

    @Test(arguments: [
        ("amqps://u:***@h1,h2:1/v", "amqps://u:s3cret@h1,h2:1/v"),
        ("amqps://u:***@h1:5671,h2:1/v", "amqps://u:s3cret@h1,h2:1/v"),
        ("amqps://u:***@h1,h2:1/other", "amqps://u:s3cret@h1,h2:1/other"),
        ("amqps://%75:%2A**@h1,h2:1", "amqps://u:s3cret@h1,h2:1"),
        ("amqps://u:new@evil/v", "amqps://u:new@evil/v"),
        ("amqps://u@evil/v", "amqps://u@evil/v"),
    ])
    func keepsTheKnownPasswordForTheSameBroker(_ given: String, _ expected: String) throws {
        #expect(try BrokerURL(given).keepingPassword(of: Self.known).revealed == expected)
    }

    @Test(arguments: [
        "amqps://u:***@evil/v", "amqps://u:***@h1/v", "amqps://u:***@h2:1,h1/v", "amqps://u:***@h1,h2:1,evil/v",
        "amqps://u:***@h1,h2:2/v", "amqp://u:***@h1:5671,h2:1/v", "amqps://other:***@h1,h2:1/v",
        "amqps://:***@h1,h2:1/v", "amqps://u:***@evil/x@h1,h2:1", "amqps://u:***@evil\\/@h1,h2:1",
    ])
    func neverSendsTheKnownPasswordElsewhereOrInClear(_ given: String) {
        let error = #expect(throws: BrokerLocationError.self) { try BrokerURL(given).keepingPassword(of: Self.known) }
        #expect(error?.reason.contains("s3cret") == false)
        #expect(throws: BrokerLocationError.self) { try BrokerURL(given).keepingPassword(of: BrokerURL("")) }
    }

    @Test(arguments: [
        "amqps://u:***@evil\\@h1,h2:1/v", "amqps://u:***@evil#@h1,h2:1/v", "amqps://u:***@evil?@h1,h2:1/v",
    ])
    func asterisksWithinAPasswordAreAPassword(_ given: String) throws {
        let kept = try BrokerURL(given).keepingPassword(of: Self.known)
        #expect(try !kept.revealed.contains("s3cret") && kept.parts.addresses == Self.known.parts.addresses)
    }

    @Test func aKnownURLThatSaysTheSameIsNoChange() throws {
        let known = BrokerURL("AMQPS://u:s3cret@h:5671/")
        #expect(try BrokerURL("\(known)").keepingPassword(of: known) == known)
        #expect(try BrokerURL("amqps://u:s3cret@h").keepingPassword(of: known) == known)
    }

    @Test func aPasswordIsPutIntoTheURLEncoded() {
        #expect(
            BrokerURL("amqps://u@h/v").with(password: "a/b@c:d%é")?.revealed == "amqps://u:a%2Fb%40c%3Ad%25%C3%A9@h/v"
        )
        #expect(BrokerURL("amqps://u:old@h/v").with(password: "new")?.revealed == "amqps://u:new@h/v")
        #expect(BrokerURL("amqps://h/v").with(password: "new") == nil)
    }
}
