import CertificateAuthority
import TestSupport

/// A directory as the original scripts made it: 30 days, sequential serial numbers, no alternative names, unique subjects.
struct OldAuthority {
    let directory: TemporaryDirectory
    let base: String
    let authority: Authority
    let certificate: Certificate
    let certificateFile: String

    init() async throws {
        self.directory = try TemporaryDirectory()
        let base = self.directory.file("old")
        self.base = base
        let script = """
            set -e
            mkdir -p \(base)/CA/private \(base)/CA/newcerts \(base)/CA/certs; cd \(base); chmod 700 CA/private
            echo 01 > CA/serial; : > CA/index.txt
            cat > openssl.cnf <<'END'
            [ca]
            default_ca = local_ca
            [local_ca]
            dir = \(base)/CA
            certificate = $dir/ca-cert.pem
            database = $dir/index.txt
            new_certs_dir = $dir/newcerts
            private_key = $dir/private/ca-key.pem
            serial = $dir/serial
            crlnumber = $dir/crlnumber
            default_crl_days = 7
            default_days = 3650
            default_md = sha256
            policy = policy
            x509_extensions = server
            [policy]
            organizationName = optional
            commonName = supplied
            [server]
            basicConstraints = CA:false
            keyUsage = keyEncipherment
            extendedKeyUsage = 1.3.6.1.5.5.7.3.1
            [req]
            distinguished_name = dn
            x509_extensions = root
            [dn]
            [root]
            basicConstraints = CA:true
            keyUsage = cRLSign, keyCertSign
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid
            END
            openssl req -x509 -config openssl.cnf -newkey rsa:2048 -nodes -keyout CA/private/ca-key.pem -subj /CN=LocalCA/ -out CA/ca-cert.pem
            openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=broker.example.com/O=server/ -out req.pem
            openssl ca -config openssl.cnf -batch -notext -in req.pem -out server-cert.pem
            """
        try Command.run("bash", ["-c", script])
        self.authority = try Authority(base: base)
        self.certificateFile = "\(base)/server-cert.pem"
        self.certificate = try Certificate(bytes: contents(of: self.certificateFile), from: "server-cert.pem")
    }
}
