import HTTPTypes
import Operations
import Store
import TestSupport
import Testing

@testable import Console

@Suite("Sign-in")
struct SignInTests {
    private static let password = "correct horse 42 staple"

    @Test("gives a new session each time, in a cookie no script can read")
    func signIn() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            let form = "name=Hana&password=\(Self.password.formEncoded)&next=%2Fevents"
            let planted = HTTPFields([HTTPField(name: .cookie, value: "\(Site.cookie)=chosen-by-somebody-else")])
            let answer = try await console.send(.post, "/sign-in", form: form, headers: planted)
            #expect(answer.status == 303)
            #expect(answer.headers[.location] == "/events")
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
            #expect(!cookie.contains("chosen-by-somebody-else"))
            let again = try await console.send(.post, "/sign-in", form: form)
            #expect(again.headers[.setCookie] != cookie)
        }
    }

    @Test(
        "leads nowhere but here",
        arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb"]
    )
    func next(path: String) {
        #expect(Call.local(path) == "/")
    }

    @Test("refuses wrong passwords, then slows down")
    func guessing() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            var statuses: [Int] = []
            // The first waits are so short that a slow machine may not meet them; they double.
            for _ in 0..<15 where !statuses.contains(429) {
                let answer = try await console.send(
                    .post,
                    "/api/v1/session",
                    json: #"{"name":"hana","password":"wrong"}"#
                )
                statuses.append(answer.status)
                if answer.status == 429 { #expect(answer.headers[.retryAfter] != nil) }
            }
            #expect(statuses.prefix(5).allSatisfy { $0 == 401 })
            #expect(statuses.contains(429))
        }
    }

    @Test("tries five of forty wrong passwords that come at once, while others sign in")
    func crowd() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            _ = try await console.user("kenji", .readonly, password: Self.password)
            let statuses = try await withThrowingTaskGroup(of: Int.self, returning: [Int: Int].self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let form = "name=hana&password=wrong+\(number)"
                        let answer = try await console.send(.post, "/sign-in", form: form)
                        #expect((answer.status == 429) == (answer.headers[.retryAfter] != nil))
                        return answer.status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [401: 5, 429: 35])
            let other = "name=kenji&password=\(Self.password.formEncoded)"
            #expect(try await console.send(.post, "/sign-in", form: other).status == 303)
        }
    }

    @Test("lets a person in again and again, also at once")
    func givenBack() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            let form = "name=hana&password=\(Self.password.formEncoded)"
            for _ in 0..<3 {
                let statuses = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) { group in
                    for _ in 0..<5 { group.addTask { try await console.send(.post, "/sign-in", form: form).status } }
                    return try await group.reduce(into: [Int]()) { $0.append($1) }
                }
                #expect(statuses == [303, 303, 303, 303, 303])
            }
        }
    }

    @Test("asks to come again when too many passwords wait to be checked")
    func queue() async throws {
        let hasher = PasswordHasher()
        let refused = await withTaskGroup(of: Problem?.self, returning: [Problem].self) { group in
            for _ in 0..<(4 * PasswordHasher.most) {
                group.addTask {
                    do { _ = try await hasher.verify("x", against: nil) } catch { return Problem(error, .english) }
                    return nil
                }
            }
            return await group.reduce(into: []) { problems, problem in problem.map { problems.append($0) } }
        }
        #expect(!refused.isEmpty && refused.allSatisfy { $0.status == 429 && $0.retryAfter != nil })
        #expect(refused.count <= 3 * PasswordHasher.most)
        #expect(try await !hasher.verify("x", against: nil), "the places are free again")
    }

    @Test("opens no session by a password that was changed while it was checked")
    func changedMeanwhile() async throws {
        try await ConsoleHarness.run { console in
            let user = try await console.store.user(try await console.user("hana", .admin, password: Self.password))
            _ = try await console.store.change(user.id) { $0.passwordHash = "another" }
            let session = NewSession(hash: [1], user: user.id, csrf: "x", address: "", now: .now)
            #expect(try await !console.store.openSession(session, ifPasswordIs: user.passwordHash))
            #expect(try await console.store.session(hash: [1]) == nil)
        }
    }

    @Test("answers a wrong password and a name that does not exist alike")
    func alike() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            var answers: Set<String> = []
            for name in ["hana", "nobody"] {
                let json = #"{"name":"\#(name)","password":"wrong"}"#
                let answer = try await console.send(.post, "/api/v1/session", json: json)
                answers.insert("\(answer.status) \(answer.text)")
            }
            #expect(answers.count == 1 && answers.first?.hasPrefix("401 ") == true)
        }
    }

    @Test("keeps no token, but its hash")
    func tokens() async throws {
        try await ConsoleHarness.run { console in
            let user = try await console.user("hana", .admin)
            let (session, key) = (try await console.session(user), try await console.key(user, .read))
            for token in [session.cookie, String(key.key.dropFirst("hato_".count))] {
                #expect(Secret.bytes(base64URL: token)?.count == 32)
                for file in ["", "-wal"] {
                    let bytes = try contents(of: console.store.path + file)
                    #expect(bytes.firstRange(of: Array(token.utf8)) == nil)
                }
            }
        }
    }

    @Test("believes what a proxy says of address and scheme if the proxy is trusted", arguments: [true, false])
    func proxies(isTrusted: Bool) async throws {
        var configuration = ConsoleConfiguration()
        // Without a network requests come from no address.
        if isTrusted { configuration.trustedProxies = [""] }
        try await ConsoleHarness.run(configuration: configuration) { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            let headers: HTTPFields = [.forwardedFor: "198.51.100.1, 192.0.2.7", .forwardedProto: "https"]
            let form = "name=hana&password=\(Self.password.formEncoded)"
            let answer = try await console.send(.post, "/sign-in", form: form, headers: headers)
            #expect(answer.headers[.setCookie]?.hasSuffix("; Secure") == isTrusted)
            #expect((answer.headers[.strictTransportSecurity] != nil) == isTrusted)
            #expect(try await console.store.audit(limit: 1).first?.address == (isTrusted ? "192.0.2.7" : ""))
        }
    }

    @Test("a link works once")
    func link() async throws {
        try await ConsoleHarness.run { console in
            let link = try await Console.administratorLink(store: console.store, base: "")
            let first = try await console.send(.get, link)
            #expect(first.status == 303)
            #expect(first.headers[.setCookie] != nil)
            #expect(try await console.send(.get, link).status == 403)
            #expect(try await console.store.users().map(\.role) == [.admin])
        }
    }

    @Test("a link is not used up, and signs nobody in, when a program only looks at it")
    func linkLookedAt() async throws {
        try await ConsoleHarness.run { console in
            let link = try await Console.administratorLink(store: console.store, base: "")
            for _ in 0..<2 {
                let looked = try await console.send(.head, link)
                #expect(looked.status == 200 && looked.headers[.setCookie] == nil)
            }
            #expect(try await console.send(.get, link).headers[.setCookie] != nil)
        }
    }

    @Test("a link is not used up by a sign-in that fails")
    func linkKept() async throws {
        try await ConsoleHarness.run { console in
            let user = try await console.user("hana", .admin)
            let (link, taken) = (Secret.hash("link"), Secret.hash(try await console.session(user).cookie))
            let now = Timestamp.now
            try await console.store.addSignInLink(hash: link, user: user, expires: now.advanced(seconds: 60))
            for (hash, succeeds) in [(taken, false), (Secret.hash("new"), true)] {
                let redeemed = try? await console.store.redeemSignInLink(hash: link, now: now) { user in
                    NewSession(hash: hash, user: user.id, csrf: "x", address: "", now: now)
                }
                #expect((redeemed != nil) == succeeds)
            }
            #expect(try await console.store.session(hash: Secret.hash("new"))?.user.id == user)
        }
    }

    @Test("a new password ends the other sessions")
    func passwordChange() async throws {
        try await ConsoleHarness.run { console in
            let user = try await console.user("hana", .admin, password: Self.password)
            let (here, elsewhere) = (try await console.session(user), try await console.session(user))
            let form = "csrf=\(here.csrf)&old=\(Self.password.formEncoded)&new=another+good+phrase+7"
            #expect(try await console.send(.post, "/settings/password", as: here, form: form).status == 303)
            #expect(try await console.send(.get, "/api/v1/me", as: here).status == 200)
            #expect(try await console.send(.get, "/api/v1/me", as: elsewhere).status == 401)
        }
    }

    @Test("ends after its lifetime, and an expired key with it")
    func expiry() async throws {
        var configuration = ConsoleConfiguration()
        configuration.sessionLifetime = 60
        try await ConsoleHarness.run(configuration: configuration) { console in
            let user = try await console.user("hana", .admin)
            let token = Secret.token()
            let past = Timestamp.now.advanced(seconds: -61)
            let session = NewSession(hash: Secret.hash(token), user: user, csrf: "x", address: "", now: past)
            try await console.store.openSession(session)
            #expect(try await console.send(.get, "/api/v1/me", as: .init(cookie: token)).status == 401)
            #expect(
                try await console.send(.get, "/api/v1/me", as: console.key(user, .read, expires: past)).status == 401
            )
        }
    }

    @Test("a form survives the end of the session")
    func resume() async throws {
        try await ConsoleHarness.run { console in
            _ = try await console.user("hana", .admin, password: Self.password)
            let stopped = try await console.send(.post, "/servers", form: "csrf=old&nickname=%3Ctokyo%3E")
            #expect(stopped.status == 401)
            #expect(stopped.text.contains("nickname=%3Ctokyo%3E"))
            let form =
                "name=hana&password=\(Self.password.formEncoded)&action=%2Fservers&kept=nickname%3D%253Ctokyo%253E"
            let resumed = try await console.send(.post, "/sign-in", form: form)
            #expect(resumed.text.contains("value=\"&lt;tokyo&gt;\""))
        }
    }

    @Test("another site's form is refused")
    func origin() async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.session(try await console.user("hana", .admin))
            let foreign = HTTPFields([HTTPField(name: .fetchSite, value: "cross-site")])
            let form = "csrf=\(caller.csrf)&language=ja&theme="
            #expect(try await console.send(.post, "/settings", as: caller, form: form, headers: foreign).status == 403)
            #expect(try await console.send(.post, "/settings", as: caller, form: form).status == 303)
        }
    }

    @Test(
        "weak passwords",
        arguments: [
            ("short", "passwordTooShort"), ("password1234", "passwordCommon"), ("hanahanahana", "passwordContainsName"),
            ("aaaaaaaaaaaaa", "passwordRepetitive"), ("abcdefghijklm", "passwordRepetitive"),
            ("qwertyqwerty", "passwordCommon"),
        ]
    )
    func weak(password: String, refusal: String) {
        #expect(PasswordPolicy(minimumLength: 12).rule(brokenBy: password, userName: "hana")?.rawValue == refusal)
    }

    @Test("a good password")
    func good() async throws {
        #expect(PasswordPolicy(minimumLength: 12).rule(brokenBy: Self.password, userName: "hana") == nil)
        let hasher = PasswordHasher()
        let hash = try await hasher.hash(Self.password)
        #expect(try await hasher.verify(Self.password, against: hash))
        #expect(try await !hasher.verify(Self.password + "x", against: hash))
        #expect(try await !hasher.verify("", against: ""))
    }
}
