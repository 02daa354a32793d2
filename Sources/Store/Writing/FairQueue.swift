/// What waits for the writer: each arm has its turn, and in its turn its oldest comes first.
///
/// In the order of arrival alone, an arm that puts forty large lists at once makes a small batch of another arm wait behind all forty.
/// A value without bound of its own: each caller waits for its answer, so callers bound it.
struct FairQueue<Element> {
    /// What one turn takes, about: the turn ends with the element that reaches it.
    private static var share: Int { 5000 }

    private var queues: [MonitoringServer.ID: [Element]] = [:]
    /// The arms of which something waits, the next one first.
    private var turns: [MonitoringServer.ID] = []

    var isEmpty: Bool { self.turns.isEmpty }

    /// Adds an element behind those of the same arm.
    mutating func append(_ element: Element, of arm: MonitoringServer.ID) {
        if self.queues[arm] == nil { self.turns.append(arm) }
        self.queues[arm, default: []].append(element)
    }

    /// Puts elements that were taken before those of the same arm again.
    mutating func putBack(_ elements: [Element], of arm: MonitoringServer.ID) {
        if self.queues[arm] == nil { self.turns.append(arm) }
        self.queues[arm, default: []].insert(contentsOf: elements, at: 0)
    }

    /// Takes elements, arm by arm, until their weights reach the given one or none are left.
    mutating func take(_ most: Int, weight: (Element) -> Int) -> [Element] {
        var taken: [Element] = []
        var total = 0
        while total < most, !self.turns.isEmpty {
            let arm = self.turns.removeFirst()
            let (count, sum) = self.share(of: self.queues[arm] ?? [], weight)
            taken += self.queues[arm]?.prefix(count) ?? []
            total += sum
            self.queues[arm]?.removeFirst(count)
            if self.queues[arm]?.isEmpty ?? true {
                self.queues[arm] = nil
            } else {
                self.turns.append(arm)
            }
        }
        return taken
    }

    /// How many elements a turn takes, and what they weigh.
    private func share(of queue: [Element], _ weight: (Element) -> Int) -> (count: Int, weight: Int) {
        var (count, sum) = (0, 0)
        while count < queue.count, sum < Self.share {
            sum += weight(queue[count])
            count += 1
        }
        return (count, sum)
    }
}
