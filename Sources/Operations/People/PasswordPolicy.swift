/// Which passwords are accepted: long ones that are not among the first an attacker tries.
///
/// There are no rules of composition, which make passwords worse (NIST SP 800-63B, 5.1.1.2).
public struct PasswordPolicy: Sendable {
    /// The longest password, in bytes of UTF-8: hashing a long one takes longer.
    private static let maximumLength = 256

    /// The shortest password, in characters.
    public let minimumLength: Int

    /// Demands so many characters, 5 at least.
    public init(minimumLength: Int = 12) { self.minimumLength = max(5, minimumLength) }

    /// The rule that a password breaks; nil when it is accepted.
    public func rule(brokenBy password: String, userName: String) -> Refusal.Rule? {
        let lowercase = password.lowercased()
        if password.count < self.minimumLength { return .passwordTooShort }
        if password.utf8.count > Self.maximumLength { return .passwordTooLong }
        if userName.count >= 3, lowercase.contains(userName.lowercased()) { return .passwordContainsName }
        if Self.isCommon(lowercase) { return .passwordCommon }
        if Set(lowercase).count < 5 || Self.isRun(lowercase) { return .passwordRepetitive }
        return nil
    }

    /// Whether what is left without digits and signs at the end is a word of the list, once or repeated.
    private static func isCommon(_ password: String) -> Bool {
        if self.worst.contains(password) { return true }
        let letters = password.reversed().drop { !$0.isLetter }.reversed()
        let stem = String(letters)
        if self.worst.contains(stem) { return true }
        return (2...4).contains { count in
            guard password.count % count == 0 else { return false }
            let piece = String(password.prefix(password.count / count))
            return String(repeating: piece, count: count) == password && (self.worst.contains(piece) || piece.count < 6)
        }
    }

    /// Whether the characters follow one another, as in 123456 or fedcba.
    private static func isRun(_ password: String) -> Bool {
        let values = password.unicodeScalars.map { Int64($0.value) }
        let steps = zip(values, values.dropFirst()).map { $1 - $0 }
        return steps.allSatisfy { $0 == 1 } || steps.allSatisfy { $0 == -1 }
    }

    /// The beginnings of what leaked lists hold most, in lower case.
    private static let worst: Set<String> = Set(
        """
        password passwort passw0rd p@ssword p@ssw0rd pass motdepasse contraseña pasuwa-do pasuwaado qwerty qwertyuiop
        qwertyuiopasdfgh asdfghjkl asdfghjklzxcvbnm zxcvbnm 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc
        qazwsx qazwsxedc qazwsxedcrfv zaq12wsx 123456 1234567 12345678 123456789 1234567890 123456789012 123123123123
        1234567890123 0123456789 987654321 9876543210 111111 000000 666666 88888888 112233445566 121212121212
        abc123 abcdef abcdefg abcdefgh abcd1234 a1b2c3d4 aa123456 letmein letmeinplease welcome welcomehome iloveyou
        iloveyousomuch ilovejesus monkey dragon sunshine princess football baseball basketball superman batman spiderman
        pokemon starwars trustno1 master shadow michael jennifer jordan charlie daniel ashley jessica thomas robert
        administrator admin adminadmin root rootroot toor hatohol hatoholhatohol changeme changemenow changeit default
        defaultpassword secret secretsecret topsecret mysecret mypassword newpassword oldpassword thepassword
        passwordpassword testpassword password1password server monitoring zabbix nagios rabbitmq guest guestguest
        user username login loginlogin computer internet google facebook samsung whatever hello helloworld hellohello
        goodmorning goodluck liverpool chelsea arsenal manchester barcelona realmadrid freedom summer winter spring
        autumn january february september october november december monday tuesday correcthorsebatterystaple
        sakura sakurasakura doraemon pikachu tokyo osaka nippon yamada tanaka suzuki arigatou konnichiwa ohayou
        qwerty123456 1234qwerasdf 1234qwerasdfzxcv q1w2e3r4t5y6 asdf1234 zxcvbnm123 test testtest testing testtesttest
        letmein123 access accessgranted blink182 killer hunter soccer hockey cheese cookie chocolate strawberry butterfly
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
