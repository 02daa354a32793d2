/// Settings with which `openssl ca` follows the same rules in the same directory.
enum OpenSSLConfiguration {
    /// The settings for a directory; `key` is where a token has the key, else it is a file.
    ///
    /// With a token, `openssl ca` needs `-engine pkcs11 -keyform engine` as well, and `PKCS11_MODULE_PATH` in its environment: its
    /// engine knows no `module-path` in a URI.
    static func text(directory: String, key: TokenURI? = nil) -> String {
        // In a configuration file `$` begins a variable.
        func escaped(_ text: String) -> String {
            text.map { "$\\\"'#".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        }
        return """
            # Written by hatohol-ca. Both it and 'openssl ca -config' of this file work on the directory.
            [ca]
            default_ca = local_ca

            [local_ca]
            dir = \(escaped(directory))
            certificate = $dir/ca-cert.pem
            database = $dir/index.txt
            new_certs_dir = $dir/newcerts
            private_key = \(key.map { escaped($0.withoutModule) } ?? "$dir/private/ca-key.pem")
            serial = $dir/serial
            rand_serial = yes
            unique_subject = no
            crl = $dir/crl.pem
            crl_dir = $dir/crl
            crlnumber = $dir/crlnumber
            crl_extensions = crl_extensions
            default_crl_days = 30
            default_days = 397
            default_md = default
            policy = local_ca_policy
            copy_extensions = none
            x509_extensions = client_ca_extensions
            name_opt = ca_default
            cert_opt = ca_default

            [local_ca_policy]
            countryName = optional
            stateOrProvinceName = optional
            localityName = optional
            organizationName = optional
            organizationalUnitName = optional
            commonName = supplied
            emailAddress = optional

            [client_ca_extensions]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = clientAuth
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid:always

            [server_ca_extensions]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature, keyEncipherment
            extendedKeyUsage = serverAuth
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid:always

            [crl_extensions]
            authorityKeyIdentifier = keyid:always

            """
    }
}
