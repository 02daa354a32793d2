import CertificateAuthority
import Enrolment
import Glibc
import TestSupport
import Testing

/// Nodes and the enrolment service as programs, over TLS.
struct EnrolmentServiceTests {
    private static let generous = [
        "--requests-per-minute", "100000", "--refusals-per-minute", "100000", "--enrolments-per-minute", "100000",
    ]

    @Test func aNodeEnrolsAndRenews() async throws {
        let served = try await ServedAuthority(Site())
        let keyFile = try served.register("web*.example.com")
        let directory = served.site.directory.file("node")
        let enrolled = try await served.enroll("web1.example.com", keyFile: keyFile, directory: directory)
        #expect(enrolled.isGood, "\(enrolled.text)\(served.log)")
        let verified = try await Tool.openssl(
            "verify",
            "-x509_strict",
            "-purpose",
            "sslclient",
            "-CAfile",
            "\(directory)/ca-cert.pem",
            "\(directory)/client-cert.pem"
        )
        #expect(verified.isGood, "\(verified.text)")
        let files = try await Tool.run("sh", ["-c", "cd \(directory) && stat -c '%n %a' *"])
        #expect(files.output == "ca-cert.pem 644\nclient-cert.pem 644\nkey.pem 600\n")
        let key = try PrivateKey(pem: contents(of: "\(directory)/key.pem"), from: "key.pem")
        let certificate = try Certificate(bytes: contents(of: "\(directory)/client-cert.pem"), from: "client-cert.pem")
        #expect(try #require(certificate.publicKey).matches(key))
        // Never over files that are there.
        let again = try await served.enroll("web1.example.com", keyFile: keyFile, directory: directory)
        #expect(again.status == 1 && again.errors.contains("it is there already"))
        // Too early to renew, by either side's rule.
        let renew = ["renew", "\(directory)/client-cert.pem", "--url", served.url]
        let notDue = try await Tool.run(Tool.program, renew + ["--if-needed"])
        #expect(notDue.isGood && notDue.output.contains("not due"), "\(notDue.text)")
        let early = try await Tool.run(Tool.program, renew)
        #expect(early.status == 1 && early.errors.contains("can be renewed from"), "\(early.text)")
        // The private key stayed where it was made: nothing at the authority holds it.
        let secret = String(decoding: try contents(of: "\(directory)/key.pem"), as: UTF8.self).split(separator: "\n")[1]
        let found = try await Tool.run("grep", ["-rlF", "--", String(secret), served.site.base])
        #expect(found.status == 1, "\(found.text)")
    }

    @Test func dueCertificatesAreRenewedAndRevokedOnesAreNot() async throws {
        // Signed ten days ago for twelve days, so that the real clock finds it due.
        let site = try Site { Timestamp.now + -10 * 86_400 }
        let issued = try site.issue(.client, "web1.example.com", lifetime: .days(12))
        let directory = site.directory.file("node")
        for (source, name) in [
            (issued.keyFile, "key.pem"), (issued.certificateFile, "client-cert.pem"), (site.root, "ca-cert.pem"),
        ] {
            try Command.run("install", ["-D", "-m", "600", source, "\(directory)/\(name)"])
        }
        let served = try await ServedAuthority(site)
        let certificate = "\(directory)/client-cert.pem"
        let mark = site.directory.file("reloaded")
        let renew = ["renew", certificate, "--url", served.url, "--if-needed", "--jitter", "1"]
        let renewed = try await Tool.run(Tool.program, renew + ["--hook", "touch \(mark)"])
        #expect(renewed.isGood, "\(renewed.text)\(served.log)")
        #expect(access(mark, F_OK) == 0)
        let new = try Certificate(bytes: contents(of: certificate), from: certificate)
        #expect(new.serial != issued.certificate.serial && new.subject == issued.certificate.subject)
        #expect(try Certificate(bytes: contents(of: certificate + ".old"), from: "old") == issued.certificate)
        // The old one is revoked: whoever still has it gets nothing, not even the successor.
        try Command.run("cp", [certificate + ".old", certificate])
        _ = try Authority(base: site.base).revoke([issued.certificate.serial], reason: .keyCompromise, key: site.key)
        let refused = try await Tool.run(Tool.program, renew)
        #expect(refused.status == 1 && refused.errors.contains("was revoked"), "\(refused.text)")
        #expect(try Certificate(bytes: contents(of: certificate), from: certificate) == issued.certificate)
        // Without a certificate there is nothing to renew.
        let nobody = #expect(throws: EnrolmentProblem.self) { try served.send("/v1/renew", Array("{}".utf8)) }
        #expect(nobody?.status == 401)
        let actions = try Authority(base: site.base).audit.verified().map(\.action)
        #expect(actions.contains("renew") && actions.filter { $0 == "renew-refused" }.count == 2)
    }

    /// What reads the certificate at the hook's word alone must not keep the old one to its end.
    @Test func aFailedHookRunsAgain() async throws {
        let site = try Site { Timestamp.now + -10 * 86_400 }
        let issued = try site.issue(.client, "web1.example.com", lifetime: .days(12))
        let directory = site.directory.file("node")
        for (source, name) in [
            (issued.keyFile, "key.pem"), (issued.certificateFile, "client-cert.pem"), (site.root, "ca-cert.pem"),
        ] {
            try Command.run("install", ["-D", "-m", "600", source, "\(directory)/\(name)"])
        }
        let served = try await ServedAuthority(site)
        let mark = site.directory.file("runs")
        func renew(_ hook: String) async throws -> Outcome {
            let certificate = "\(directory)/client-cert.pem"
            return try await Tool.hatoholCA("renew", certificate, "--url", served.url, "--if-needed", "--hook", hook)
        }
        let failed = try await renew("echo 1 >> \(mark); false")
        #expect(failed.status == 1 && failed.errors.contains("status 1"), "\(failed.text)")
        let renewed = try contents(of: "\(directory)/client-cert.pem")
        #expect(try renewed != contents(of: issued.certificateFile))
        let again = try await renew("echo 2 >> \(mark); kill -9 $$")
        #expect(again.status == 1 && again.errors.contains("signal 9"), "\(again.text)")
        for _ in 0..<2 {
            let good = try await renew("echo 3 >> \(mark)")
            #expect(good.isGood && good.output.contains("not due"), "\(good.text)")
        }
        #expect(try contents(of: mark) == Array("1\n2\n3\n".utf8))
        #expect(try contents(of: "\(directory)/client-cert.pem") == renewed)
    }

    @Test func twoHundredNodesAndAKeyForAHundredAndFifty() async throws {
        let served = try await ServedAuthority(Site(), Self.generous)
        let keyFile = try served.register("node*.example.com", limit: 150)
        let directory = served.site.directory.path
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            for number in 0..<200 {
                if number >= 40, let outcome = try await group.next() { outcomes.append(outcome) }
                group.addTask { [url = served.url, fingerprint = served.fingerprint] in
                    try await Tool.run(
                        Tool.program,
                        [
                            "enroll", "--url", url, "--key-file", keyFile, "--fingerprint", fingerprint, "--host-name",
                            "node\(number).example.com", "--output-directory", "\(directory)/node\(number)",
                            "--patience", "240",
                        ]
                    )
                }
            }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        let refused = outcomes.filter { $0.status == 1 }
        #expect(outcomes.filter(\.isGood).count == 150 && refused.count == 50)
        #expect(refused.allSatisfy { $0.errors.contains("is used up: it was for 150") }, "\(refused.map(\.errors))")
        let authority = try Authority(base: served.site.base)
        let entries = try authority.entries().filter { $0.details.registrationKey != nil }
        #expect(entries.count == 150 && Set(entries.map(\.row.serial)).count == 150)
        #expect(Set(entries.map(\.row.commonName)).count == 150)
        #expect(try authority.registrationKeys().map(\.used) == [150])
        let signed = try authority.audit.verified().filter { entry in
            entry.action == "sign" && entry.circumstances.contains { $0.name == "registration-key" }
        }
        #expect(signed.count == 150)
        let doctor = try await Tool.hatoholCA("doctor", "--base-directory", served.site.base)
        #expect(doctor.isGood, "\(doctor.text)")
    }

    @Test func aServiceOfAnotherAuthorityGetsNothing() async throws {
        let served = try await ServedAuthority(Site())
        let keyFile = try served.register("*")
        let directory = served.site.directory.file("node")
        let wrong = String(repeating: "0a", count: 32)
        let refused = try await served.enroll("web1", keyFile: keyFile, directory: directory, fingerprint: wrong)
        #expect(refused.status == 1 && refused.errors.contains("nothing was sent"), "\(refused.text)")
        let authority = try Authority(base: served.site.base)
        #expect(try authority.registrationKeys().first?.used == 0)
        #expect(try !authority.audit.verified().contains { $0.action.hasPrefix("enroll") })
        // The same command with the right fingerprint goes on with the same key.
        let pending = try contents(of: "\(directory)/key.pem.pending")
        let enrolled = try await served.enroll("web1", keyFile: keyFile, directory: directory)
        #expect(enrolled.isGood, "\(enrolled.text)")
        #expect(try contents(of: "\(directory)/key.pem") == pending)
    }

    @Test func aServiceUnderAnotherNameGetsNothing() async throws {
        let served = try await ServedAuthority(Site())
        let keyFile = try served.register("*")
        let refused = try await Tool.hatoholCA(
            "enroll",
            "--url",
            "https://127.0.0.1:\(served.port)",
            "--key-file",
            keyFile,
            "--fingerprint",
            served.fingerprint,
            "--host-name",
            "web1",
            "--output-directory",
            served.site.directory.file("node")
        )
        #expect(refused.status == 1 && refused.errors.contains("nothing was sent"), "\(refused.text)")
    }

    @Test func aKilledServiceUsesUpNothing() async throws {
        let served = try await ServedAuthority(Site(), Self.generous)
        let keyFile = try served.register("node*.example.com", limit: 12)
        let directory = served.site.directory.path
        let certificates = served.site.authority.layout.certificates
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for number in 0..<12 {
                group.addTask { [url = served.url, fingerprint = served.fingerprint] in
                    try await Tool.run(
                        Tool.program,
                        [
                            "enroll", "--url", url, "--key-file", keyFile, "--fingerprint", fingerprint, "--host-name",
                            "node\(number).example.com", "--output-directory", "\(directory)/node\(number)",
                            "--patience", "240",
                        ]
                    )
                }
            }
            // The service's own certificate, and a few of the nodes'.
            try await eventually("some certificates") {
                try Command.run("ls", [certificates]).split(separator: "\n").count >= 4
            }
            served.process.signal(SIGKILL)
            try await served.process.wait()
            try await served.restart(Self.generous)
            for try await outcome in group { #expect(outcome.isGood, "\(outcome.text)") }
        }
        let authority = try Authority(base: served.site.base)
        #expect(try authority.registrationKeys().map(\.used) == [12])
        #expect(try authority.entries().filter { $0.details.registrationKey != nil }.count == 12)
        _ = try authority.audit.verified()
    }

    @Test func hostileBodiesAreRefusedAndServedOn() async throws {
        let served = try await ServedAuthority(Site(), Self.generous)
        let text = String(decoding: try contents(of: try served.register("*")), as: UTF8.self).dropLast()
        let huge = String(repeating: "x", count: 65_600)
        let bodies: [(String, Int)] = [
            ("", 400), ("not JSON", 400), (#"{"key": "\#(text)"}"#, 400), ("[1]", 400), ("\u{0}\u{FF}", 400),
            (#"{"key": "\#(text)", "request": "not PEM"}"#, 422), (#"{"key": "x", "request": "x"}"#, 403),
            (
                #"{"key": "\#(text)", "request": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"}"#,
                422
            ),
            (#"{"key": "\#(text)", "request": "\#(huge)"}"#, 413), (String(repeating: "{\"a\":", count: 9000), 400),
        ]
        for (body, status) in bodies {
            let problem = #expect(throws: EnrolmentProblem.self) { try served.send("/v1/enroll", Array(body.utf8)) }
            #expect(problem?.status == status, "\(body.prefix(60)): \(String(describing: problem))")
        }
        for path in ["/", "/v1/nothing", "/v1/../enroll"] {
            let problem = #expect(throws: EnrolmentProblem.self) { try served.send(path, []) }
            #expect(problem?.status == 404)
        }
        #expect(served.process.poll() == nil)
        let outcome = try await served.enroll(
            "web1",
            keyFile: try served.register("*"),
            directory: served.site.directory.file("n")
        )
        #expect(outcome.isGood, "\(outcome.text)")
    }

    @Test func guessingIsSlowedDown() async throws {
        let served = try await ServedAuthority(Site(), ["--refusals-per-minute", "3"])
        let body = Array(#"{"key": "00000000-00", "request": "x"}"#.utf8)
        let statuses = (0..<5).map { _ -> Int? in
            do {
                _ = try served.send("/v1/enroll", body)
                return nil
            } catch let problem as EnrolmentProblem {
                return problem.status
            } catch {
                return nil
            }
        }
        #expect(statuses == [403, 403, 403, 429, 429])
    }

    @Test func theServicesOwnCertificateIsKept() async throws {
        let site = try Site()
        var serials: Set<String> = []
        for _ in 0..<2 {
            let served = try await ServedAuthority(site)
            let entries = try Authority(base: site.base).entries()
            serials.formUnion(entries.map(\.row.serial.description))
            served.process.signal(SIGTERM)
            #expect(try await served.process.wait() == 0)
        }
        #expect(serials.count == 1)
        let mode = try Command.run("stat", ["-c", "%a", site.authority.layout.service])
        #expect(mode == "600\n")
    }

    @Test func keysAreManagedByCommands() async throws {
        let site = try Site()
        let base = ["--base-directory", site.base]
        let file = site.directory.file("web.key")
        let added = try await Tool.run(
            Tool.program,
            [
                "key", "add", "--name", "web*.example.com", "--limit", "40", "--note", "web farm", "--out", file,
                "--json",
            ] + base
        )
        #expect(added.isGood, "\(added.text)")
        #expect(added.output.contains(site.authority.root.fingerprint) && added.output.contains("\"key\":null"))
        let text = String(decoding: try contents(of: file), as: UTF8.self)
        let id = try #require(RegistrationKey.id(of: text))
        let listed = try await Tool.run(Tool.program, ["key", "list", "--json"] + base)
        #expect(listed.output.contains("\"id\":\"\(id)\"") && listed.output.contains("\"limit\":40"))
        let removed = try await Tool.run(Tool.program, ["key", "remove", id] + base)
        #expect(removed.isGood && removed.output.contains("web farm"))
        let missing = try await Tool.run(Tool.program, ["key", "remove", id] + base)
        #expect(missing.status == 1 && missing.errors.contains("key list"))
        let nameless = try await Tool.run(Tool.program, ["key", "add"] + base)
        #expect(nameless.status == 64 && nameless.errors.contains("--name"))
    }
}
