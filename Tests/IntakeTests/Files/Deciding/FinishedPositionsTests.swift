import Testing

@testable import Intake

@Suite("Positions of finished files")
struct FinishedPositionsTests {
    private static func position(_ inode: UInt64, _ offset: Int = 1, _ kind: FilePosition.Kind = .plain) -> FilePosition
    {
        FilePosition(
            identity: FileIdentity(device: 1, inode: inode),
            kind: kind,
            offset: offset,
            fingerprint: Fingerprint([]),
            isPassingOver: false,
            path: "app.log"
        )
    }

    @Test("only what was read of plain files is remembered, and the inode of a deleted one proves nothing")
    func kinds() {
        var finished = FinishedPositions()
        let positions = [Self.position(1, 0), Self.position(2, 1, .compressed), Self.position(3), Self.position(4)]
        for position in positions.dropLast() { #expect(finished.add(position, of: .remains) == nil) }
        #expect(finished.add(positions[3], of: .deleted) == nil)
        #expect(Array(finished.latestFirst) == [positions[3], positions[2]])
        #expect(positions.map { finished.last(of: $0.identity) } == [nil, nil, positions[2], nil])
    }

    @Test("of many the latest stay, and a file is given up with its last position")
    func bound() {
        var finished = FinishedPositions()
        // The first file has the first position, and the fourth.
        let inodes: [UInt64] = [1, 2, 3, 1] + (5...UInt64(FinishedPositions.most))
        for inode in inodes { #expect(finished.add(Self.position(inode), of: .remains) == nil) }
        let given = (1...4).map { finished.add(Self.position(1000 + $0), of: .deleted)?.inode }
        #expect(given == [nil, 2, 3, 1])
        #expect(Array(finished.latestFirst).count == FinishedPositions.most)
    }
}
