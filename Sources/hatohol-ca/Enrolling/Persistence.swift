internal import CertificateAuthority
internal import Enrolment
internal import Glibc

/// Tries again while the service is away or asks for patience; what was refused stays refused.
struct Persistence {
    /// How long to go on.
    let seconds: Int

    /// Sends until there is an answer; `onRefusal` is called before the service's own refusal is thrown.
    func send(
        _ request: ServiceRequest,
        by client: ServiceClient,
        onRefusal: () throws -> Void = {}
    ) throws -> [UInt8] {
        let end = Timestamp.now + self.seconds
        var pause = 1
        while true {
            let (failure, wait): (any Error, Int)
            do {
                return try client.send(request)
            } catch let problem as EnrolmentProblem {
                let refusal = AuthorityError(.refused, "asking \(client.address)", "\(problem)")
                guard let retryAfter = problem.retryAfter else {
                    // A server in trouble may have done what it was asked for.
                    if problem.status < 500 { try onRefusal() }
                    throw refusal
                }
                (failure, wait) = (refusal, max(1, retryAfter))
            } catch let error as AuthorityError where error.code == .network {
                (failure, wait) = (error, pause)
                pause = min(60, pause * 2)
            }
            // A fleet that was refused at one moment must not come back at one moment.
            let delay = wait + Int.random(in: 0...max(1, wait / 2))
            guard (Timestamp.now + delay) <= end else { throw failure }
            tell(["\(failure); trying again in \(delay) s"])
            sleep(UInt32(delay))
        }
    }
}
