/// Opens files, each where it has to be gone on with.
struct FileOpener {
    private let configuration: FileTail.Configuration
    /// Whether a record starts with a line; `nil` if each line is a record.
    private let isStart: MultilineRecords.StartTest?

    init(_ configuration: FileTail.Configuration) {
        self.configuration = configuration
        self.isStart = configuration.multiline?.makeStartTest()
    }

    /// Opens a file under the name under which it was listed.
    ///
    /// Returns `nil` if it is not what was read: it was truncated or written anew.
    func open(_ listed: ListedFile, from start: FileStart) throws(OpenFile.Failure) -> TailedFile? {
        let file = try OpenFile(listed.path, expecting: listed.identity)
        let position = start.place.position
        let splitter = RecordSplitter(
            limit: self.configuration.lineLimit,
            isPassingOver: position?.isPassingOver ?? false,
            isStart: self.isStart
        )
        if start.isCompressed {
            return ArchivedFile(
                file,
                listed,
                tag: start.tag,
                offset: position?.offset ?? 0,
                patience: self.configuration.archiveQuiet,
                splitter: splitter
            )
        }
        guard let offset = self.offset(of: start.place, in: file.descriptor) else { return nil }
        return TailedFile(file, listed, tag: start.tag, offset: offset, splitter: splitter)
    }

    /// The offset of a place in an open file; `nil` if the file does not hold what was read up to there.
    private func offset(of place: FileStart.Place, in descriptor: CInt) -> Int? {
        let size = FileStatus(descriptor: descriptor)?.size ?? 0
        switch place {
        case .beginning, .undecided: return 0
        case .everything: return size
        case .lastLine(let known):
            let limit = self.configuration.lineLimit
            return TailedFile.startOfLastLine(of: descriptor, size: min(size, known), limit: limit)
        case .position(let position):
            return FileInspector.possession(of: position, in: descriptor) == .held ? position.offset : nil
        }
    }
}
