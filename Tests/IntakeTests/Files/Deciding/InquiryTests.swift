import Testing

@testable import Intake

@Suite("Questions of a decision")
struct InquiryTests {
    @Test("a decision is complete when it has asked nothing in vain")
    func complete() {
        let file = ListedFile(
            path: "app.log",
            target: "app.log",
            identity: FileIdentity(device: 1, inode: 1),
            size: 1,
            modified: 0
        )
        let questions = [FileQuestion.integrity(of: file.identity), .contents(of: file)]
        var inquiry = Inquiry([questions[0]: .integrity(.intact)])
        #expect(inquiry.integrity(of: file.identity) == .intact)
        #expect(inquiry.isComplete)
        #expect(inquiry.contents(of: file) == nil)
        #expect(!inquiry.isComplete)
        #expect(inquiry.open == [questions[1]])
        // An answer that a file cannot be read now is an answer.
        inquiry = Inquiry([questions[1]: .unavailable])
        #expect(inquiry.contents(of: file) == nil)
        #expect(inquiry.isComplete)
    }
}
