import CertificateAuthority
import Enrolment
import Glibc
import TestSupport
import Testing

/// A node that changes its key: the two files belong together at every moment.
struct NodeRekeyTests {
    /// A node's three files, whose certificate was signed ten days ago for twelve days, so that the real clock finds it due.
    private struct Node {
        let site: Site
        let issued: Issued
        let directory: String
        var certificate: String { "\(self.directory)/client-cert.pem" }
        var key: String { "\(self.directory)/key.pem" }

        init() throws {
            self.site = try Site { Timestamp.now + -10 * 86_400 }
            self.issued = try self.site.issue(.client, "web1.example.com", names: ["IP:192.0.2.7"], lifetime: .days(12))
            self.directory = self.site.directory.file("node")
            try self.restore()
        }

        /// The files as they were at first.
        func restore() throws {
            try Command.run("rm", ["-rf", self.directory])
            for (source, name) in [
                (self.issued.keyFile, "key.pem"), (self.issued.certificateFile, "client-cert.pem"),
                (self.site.root, "ca-cert.pem"),
            ] {
                try Command.run("install", ["-D", "-m", "640", source, "\(self.directory)/\(name)"])
            }
        }

        /// The certificate there is, whose key must be the one there is.
        func pair() throws -> Certificate {
            let certificate = try Certificate(bytes: contents(of: self.certificate), from: self.certificate)
            let key = try PrivateKey(pem: contents(of: self.key), from: self.key)
            #expect(try #require(certificate.publicKey).matches(key))
            return certificate
        }
    }

    @Test func keyAndCertificateChangeTogether() async throws {
        let node = try Node()
        let served = try await ServedAuthority(node.site)
        let renew = ["renew", node.certificate, "--url", served.url, "--rekey"]
        // Only root can give a file away; anybody else's stays his own.
        _ = chown(node.key, 1, 1)
        let owner = try Command.run("stat", ["-c", "%u:%g", node.key])
        let done = try await Tool.run(Tool.program, renew + ["--if-needed", "--json"])
        #expect(done.isGood && done.output.contains("\"rekeyed\":true"), "\(done.text)\(served.log)")
        let new = try node.pair()
        #expect(new.subject == node.issued.certificate.subject)
        #expect(new.alternativeNames == node.issued.certificate.alternativeNames)
        #expect(try !#require(new.publicKey).matches(node.issued.key))
        // Who may read the files may read them still, and the key that was waiting is gone.
        let files = try await Tool.run("sh", ["-c", "cd \(node.directory) && stat -Lc '%n %a' *.pem*"])
        #expect(files.output.contains("client-cert.pem 640\n") && files.output.contains("\nkey.pem 640\n"))
        #expect(!files.output.contains("pending"))
        #expect(try Command.run("stat", ["-Lc", "%u:%g", node.key]) == owner)
        // The pair before lies beside it.
        let before = "\(node.certificate).d/\(node.issued.certificate.serial)"
        #expect(try contents(of: "\(before)/cert.pem") == contents(of: node.issued.certificateFile))
        #expect(try contents(of: "\(before)/key.pem") == contents(of: node.issued.keyFile))
        let actions = try Authority(base: node.site.base).audit.verified().map(\.action)
        #expect(actions.last == "rekey")
        // Both are read by a program that knows nothing of it.
        let verified = try await Tool.openssl("verify", "-CAfile", "\(node.directory)/ca-cert.pem", node.certificate)
        #expect(verified.isGood, "\(verified.text)")
        let early = try await Tool.run(Tool.program, renew)
        #expect(early.status == 1 && early.errors.contains("can be renewed from"), "\(early.text)")
        #expect(!OperatorFile(node.key + ".pending").exists, "a key that was refused is good for nothing")
        #expect(try node.pair() == new)
    }

    @Test func theKindOfKeyIsChosenHereAndJudgedThere() async throws {
        let node = try Node()
        let served = try await ServedAuthority(node.site)
        let renew = ["renew", node.certificate, "--url", served.url, "--rekey"]
        // A key that an interrupted attempt left is of the wrong kind by now.
        try OperatorFile(node.key + ".pending").write(PrivateKey.generate(.rsa(2048)).pem(), mode: 0o600)
        let done = try await Tool.run(Tool.program, renew + ["--key-type", "p384"])
        #expect(done.isGood, "\(done.text)")
        #expect(try node.pair().publicKey?.type == .p384)
        for options in [["--rekey"], ["--key-type", "p384", "--url", served.url]] {
            #expect(try await Tool.run(Tool.program, ["renew", node.certificate] + options).status == 64)
        }
    }

    @Test func killedAtEverySystemCall() async throws {
        let node = try Node()
        let served = try await ServedAuthority(
            node.site,
            ["--requests-per-minute", "100000", "--refusals-per-minute", "100000"]
        )
        let renew = ["renew", node.certificate, "--url", served.url, "--rekey", "--patience", "0"]
        var (killed, changed) = (0, 0)
        for call in ["write", "fsync", "fchmod", "rename", "unlink", "mkdir", "symlink", "rmdir"] {
            for count in 1...100 {
                try node.restore()
                let outcome = try await Tool.run(
                    "strace",
                    [
                        "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                        "inject=\(call):signal=KILL:when=\(count)", Tool.program,
                    ] + renew
                )
                if outcome.isGood { break }
                killed += 1
                let found = try node.pair()
                guard found == node.issued.certificate else {
                    changed += 1
                    continue
                }
                let again = try await Tool.run(Tool.program, renew)
                #expect(again.isGood, "after \(call) \(count): \(again.text)")
                #expect(try node.pair() != found)
            }
        }
        #expect(killed >= 20 && changed > 0 && changed < killed, "\(killed) \(changed)")
    }

    @Test func manyChangesLeaveTwoPairs() throws {
        let node = try Node()
        // A key elsewhere, and a certificate that a link leads to already.
        let key = node.site.directory.file("elsewhere.pem")
        try Command.run("mv", [node.key, key])
        try Command.run("mv", [node.certificate, node.certificate + ".real"])
        #expect(symlink("client-cert.pem.real", node.certificate) == 0)
        let pair = LinkedPair(certificate: node.certificate, key: key)
        var last = node.issued.certificate
        for round in 0..<4 {
            let next = try node.site.issue(.client, "web1.example.com")
            // A renewal without a new key keeps both together just as well.
            let renewed =
                round == 2
                ? try node.site.authority.renew(
                    node.site.authority.findOne("\(last.serial)", in: [.valid]),
                    key: node.site.key
                )
                : next.certificate
            try pair.replace(certificate: renewed.pem, key: round == 2 ? nil : contents(of: next.keyFile))
            #expect(pair.isLinked)
            #expect(try Certificate(bytes: contents(of: node.certificate), from: "") == renewed)
            #expect(try #require(renewed.publicKey).matches(PrivateKey(pem: contents(of: key), from: "")))
            let left = try Command.run("ls", [node.certificate + ".d"]).split(separator: "\n").map(String.init)
            #expect(Set(left) == ["current", "\(last.serial)", "\(renewed.serial)"])
            last = renewed
        }
    }
}
