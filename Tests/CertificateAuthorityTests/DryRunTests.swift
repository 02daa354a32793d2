import CertificateAuthority
import Enrolment
import TestSupport
import Testing

/// `--dry-run` is everywhere where something changes, says what would be written, and writes nothing.
struct DryRunTests {
    /// Everything below a directory: names, modes, times, targets of links, and hashes of contents.
    private func everything(below directory: String) async throws -> String {
        let listing = try await Tool.run("find", [directory, "-printf", "%p %m %T@ %l\n"])
        let hashes = try await Tool.run("find", [directory, "-type", "f", "-exec", "sha256sum", "{}", "+"])
        try #require(listing.isGood && hashes.isGood)
        return (listing.output + hashes.output).split(separator: "\n").sorted().joined(separator: "\n")
    }

    /// Runs a command with `--dry-run` and returns what it said; nothing may change below the directory.
    private func rehearse(_ arguments: [String], in directory: TemporaryDirectory) async throws -> String {
        let before = try await self.everything(below: directory.path)
        let outcome = try await Tool.run(Tool.program, arguments + ["--dry-run"])
        #expect(outcome.isGood, "\(arguments): \(outcome.text)")
        #expect(try await self.everything(below: directory.path) == before, "\(arguments) changed something")
        return outcome.output
    }

    @Test func nothingChanges() async throws {
        let site = try Site()
        let issued = try site.issue(.client, "node1")
        let base = ["--base-directory", site.base]
        let place = site.directory.path
        _ = try site.authority.revoke(
            [try site.issue(.client, "gone").certificate.serial],
            reason: .unspecified,
            key: site.key
        )
        try Command.run("rm", ["-f", "\(site.authority.layout.certificateLink)"])
        let created = try await Tool.hatoholCA("create", "client", "--host-name", "web1", "--output-directory", place)
        try #require(created.isGood, "\(created.text)")
        var held = NewRegistrationKey(names: [try #require(NameGlob("web*"))])
        held.note = "for nobody"
        let registration = try site.authority.addRegistrationKey(held)
        let keyFile = try site.directory.write(registration.text + "\n", to: "registration")
        let pair = ["--cert", issued.certificateFile, "--key", issued.keyFile]
        try site.directory.write("any", to: "req.der")

        let rows: [(arguments: [String], says: String)] = [
            (["init", "--base-directory", "\(place)/new"], "\(place)/new/CA/private/ca-key.pem"),
            (["init", "--base-directory", "\(place)/new", "--below"], "\(place)/new/CA/ca-req.pem"),
            (["init", "--renew"] + base, site.authority.layout.certificate),
            (["create", "server", "--output-directory", "\(place)/new"], "\(place)/new/req.pem"),
            (["sign", "client", "\(place)/req.pem", "--out", "\(place)/new.pem"] + base, "web1"),
            (["issue", "client", "--host-name", "web2", "--output-directory", "\(place)/new"] + base, "web2"),
            (["renew", "node1", "--out", "\(place)/new.pem"] + base, "node1"),
            (["rekey", "node1", "--output-directory", "\(place)/new"] + base, "node1"),
            (["revoke", "node1"] + base, "node1"),
            (["hold", "node1"] + base, "node1"),
            (["crl", "--install", "\(place)/lists"] + base, "would write \(place)/lists"),
            (["crl"] + base, site.authority.layout.revocationList),
            (["crl", "--if-needed"] + base, ""),
            (["doctor", "--repair"] + base, ""),
            (["key", "add", "--name", "web*", "--out", "\(place)/new.key"] + base, "\(place)/new.key"),
            (["key", "remove", registration.key.id] + base, "would remove: \(registration.key.id)  for nobody"),
            (["key", "remove", "--unusable"] + base, ""),
            (
                [
                    "enroll", "--url", "https://localhost:1", "--key-file", keyFile, "--fingerprint",
                    site.authority.root.fingerprint, "--output-directory", "\(place)/new",
                ], "\(place)/new/client-cert.pem"
            ),
            (["broker-config", "--crl", "--write", "\(place)/new"], "\(place)/new/advanced.config"),
            (["export", "--out", "\(place)/new.p12"] + pair, "would write \(place)/new.p12"),
            (["export", "--format", "pem", "--out", "\(place)/new.pem"] + pair, "would write \(place)/new.pem"),
            (["export", "--format", "der", "--out", "\(place)/new.cer"] + pair, "would write \(place)/new.cer"),
            (["bundle", "--out", "\(place)/new.pem"] + base, "would write \(place)/new.pem"),
            (["bundle", site.root, "--out", "\(place)/new.pem"], "would write \(place)/new.pem"),
            (
                ["deploy", "--to", "\(place)/new.pem", "--reload", "touch '\(place)/reloaded'"] + pair,
                "would run: touch '\(place)/reloaded'"
            ),
            (["ocsp", "\(place)/req.der", "--out", "\(place)/answer.der"] + base, "would write \(place)/answer.der"),
        ]
        for (arguments, says) in rows {
            let said = try await self.rehearse(arguments, in: site.directory)
            #expect(says.isEmpty || said.contains(says), "\(arguments): \(said)")
        }
    }

    @Test func whatWouldFailFails() async throws {
        let site = try Site()
        let issued = try site.issue(.client, "node1")
        let other = try site.issue(.client, "node2")
        let pair = ["--cert", issued.certificateFile, "--key", issued.keyFile]
        for arguments in [
            ["init", "--base-directory", site.base, "--no-passphrase"],
            ["export", "--out", issued.keyFile] + pair,
            ["bundle", "--base-directory", site.base, "--out", issued.keyFile],
            ["deploy", "--cert", issued.certificateFile, "--key", other.keyFile, "--to", site.directory.file("x")],
            ["rollover", "retire", "--base-directory", site.base],
            ["key", "remove", "none", "--base-directory", site.base],
        ] {
            let before = try await self.everything(below: site.directory.path)
            let outcome = try await Tool.run(Tool.program, arguments + ["--dry-run"])
            #expect(outcome.status == 1, "\(arguments): \(outcome.text)")
            #expect(try await self.everything(below: site.directory.path) == before)
        }
    }

    @Test func aRolloverIsRehearsedStepByStep() async throws {
        let site = try Site()
        try site.issue(.client, "node1")
        let layout = site.authority.layout
        for (stage, options, says) in [
            ("prepare", ["--no-passphrase"], layout.bundle), ("reissue", [], "\(layout.next)/reissued/node1-client-"),
            ("switch", [], layout.previous), ("retire", [], layout.bundle),
        ] {
            let arguments = ["rollover", stage, "--base-directory", site.base] + options
            let said = try await self.rehearse(arguments, in: site.directory)
            #expect(said.contains("would write \(says)"), "\(said)")
            let before = try await self.everything(below: site.directory.path)
            let done = try await Tool.run(Tool.program, arguments)
            try #require(done.isGood, "\(stage): \(done.text)")
            #expect(try await self.everything(below: site.directory.path) != before, "a change is seen")
        }
    }

    @Test func anAuthorityBelowIsRehearsed() async throws {
        let site = try Site()
        let below = site.directory.file("below")
        let signed = site.directory.file("below.pem")
        for arguments in [
            ["init", "--below", "--base-directory", below, "--no-passphrase"],
            ["sign", "ca", "\(below)/CA/ca-req.pem", "--base-directory", site.base, "--out", signed],
            ["init", "--base-directory", below, "--certificate", signed, "--chain", site.root],
        ] {
            _ = try await self.rehearse(arguments, in: site.directory)
            let done = try await Tool.run(Tool.program, arguments)
            try #require(done.isGood, "\(arguments): \(done.text)")
        }
    }

    @Test func commandsWithoutItOnlyRead() async throws {
        let directory = try TemporaryDirectory()
        let help = try await Tool.hatoholCA("--experimental-dump-help")
        let file = try directory.write(help.output, to: "help.json")
        let script = """
            import json, sys
            def walk(command, path):
                below = [c for c in command.get("subcommands", []) if c["commandName"] != "help"]
                for one in below:
                    walk(one, path + [one["commandName"]])
                names = {n["name"] for a in command.get("arguments", []) for n in a.get("names", [])}
                if not below and "dry-run" not in names:
                    print(" ".join(path))
            walk(json.load(open(sys.argv[1]))["command"], [])
            """
        let without = try await Tool.python(script, [file])
        let reading = [
            "audit", "check", "expiring", "inspect", "key list", "lint", "list", "rollover status", "serve", "show",
            "verify",
        ]
        #expect(without.output.split(separator: "\n").map(String.init).sorted() == reading, "\(without.text)")
    }
}
