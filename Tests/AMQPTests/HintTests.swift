import AMQP
import Testing

/// What an error advises is what helps.
@Suite struct HintTests {
    struct Case: CustomTestStringConvertible {
        var code: AMQPError.Code
        var stage: AMQPError.Stage
        var reason: String
        var replyCode: UInt16? = nil
        var advises: String
        var testDescription: String { self.reason }
    }

    static let cases = [
        Case(
            code: .preconditionFailed,
            stage: .declare,
            reason: "PRECONDITION_FAILED - cannot declare queue 'q-S': queue limit in vhost 'hatohol' (100) is reached",
            replyCode: 406,
            advises: "rabbitmqctl set_vhost_limits"
        ),
        Case(
            code: .preconditionFailed,
            stage: .declare,
            reason: "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q-S'",
            replyCode: 406,
            advises: "declare it with the type it has"
        ),
        Case(
            code: .refused,
            stage: .sasl,
            reason: "the broker does not offer EXTERNAL, only PLAIN, AMQPLAIN",
            advises: "auth_mechanisms.1 = EXTERNAL"
        ),
        Case(
            code: .refused,
            stage: .sasl,
            reason: "the broker does not offer EXTERNAL, nor any other way to sign in",
            advises: "rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl"
        ),
        Case(
            code: .refused,
            stage: .sasl,
            reason: "the broker does not offer PLAIN, only EXTERNAL",
            advises: "--amqp-auth external"
        ),
        Case(
            code: .refused,
            stage: .sasl,
            reason:
                "ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL; the certificate's name is n1",
            replyCode: 403,
            advises: "rabbitmqctl add_user"
        ),
        Case(code: .connectionClosed, stage: .tls, reason: "the peer closed the connection", advises: "broker's log"),
    ]

    @Test(arguments: cases) func advice(_ example: Case) {
        let error = AMQPError(
            code: example.code,
            stage: example.stage,
            reason: example.reason,
            replyCode: example.replyCode
        )
        #expect(error.description.contains(example.advises), "\(error)")
    }

    @Test func theLargestMessageIsReadFromTheRefusal() {
        func size(_ reason: String, _ code: UInt16 = 406) -> (Bool, Int?) {
            let error = AMQPError(code: .preconditionFailed, stage: .publish, reason: reason, replyCode: code)
            return error.refusedSize
        }
        #expect(
            size("PRECONDITION_FAILED - message size 311220 is larger than configured max size 131072") == (
                true, 131_072
            )
        )
        #expect(size("PRECONDITION_FAILED - message size 311220 larger than max size 16777216") == (true, 16_777_216))
        #expect(size("PRECONDITION_FAILED - message size is larger than allowed") == (true, nil))
        #expect(size("PRECONDITION_FAILED - unknown delivery tag 80") == (false, nil))
    }

    @Test func theUserIsReadFromTheRefusal() {
        func user(_ reason: String, _ code: AMQPError.Code = .preconditionFailed) -> String? {
            AMQPError(code: code, stage: .channel, reason: reason, replyCode: 406).authenticatedUser
        }
        let refusal = "PRECONDITION_FAILED - user_id property set to 'n1' but authenticated user was "
        #expect(user(refusal + "'CN=n1,O=Bob's'") == "CN=n1,O=Bob's")
        #expect(user(refusal + "'CN=n1,O=a very long organi...") == nil)
        #expect(user(refusal + "''") == nil)
        #expect(user(refusal + "'n2'", .refused) == nil)
        #expect(user("PRECONDITION_FAILED - authenticated user was 'n2'") == nil)
    }
}
