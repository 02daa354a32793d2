"""Looks at the store from two sides, the server's export and the database itself, and compares it with what was written."""

import collections
import contextlib
import json
import sqlite3

from lines import parse, text

OWN_HOST = "_SELF_"


class Row(collections.namedtuple("Row", "id event time brief host")):
    """An event as far as this matters: the store's number, the arm's id for it, time, text and host."""


def exported(output):
    rows = []
    for line in output.splitlines():
        event = json.loads(line)
        rows.append(Row(event["id"], event["eventId"], event["time"], event["brief"], event["hostId"]))
    return rows


def stored(database):
    """Straight from the tables: an id is a series' prefix with a padded number, or a name."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [
            Row(id, name if prefix is None else f"{prefix}{number:0{width}d}", time, brief, host)
            for id, prefix, width, number, name, time, brief, host in connection.execute(
                """SELECT e.id, s.prefix, s.width, e.number, e.name, e.time, e.brief, h.key
                   FROM event e LEFT JOIN event_series s ON s.id = e.series LEFT JOIN host h ON h.id = e.host
                   ORDER BY e.time, e.id"""
            )
        ]


class Finding(collections.Counter):
    """What was found about one source: counts of what is wrong, and of what is excused."""

    WRONG = ("missing", "twice", "altered", "order", "unwritten")
    EXCUSED = ("sent twice", "lost in pipe", "lost as datagram", "lost in file", "arrived late", "clock stepped", "read again")


def ranges(numbers):
    """1 2 3 7 becomes 1-3 7, at most ten of them."""
    result = []
    for number in sorted(numbers):
        if result and result[-1][1] == number - 1:
            result[-1][1] = number
        else:
            result.append([number, number])
    shown = " ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in result[:10])
    return shown + (f" and {len(result) - 10} more" if len(result) > 10 else "")


def ascents(numbers):
    """How often a number, at its first appearance, is smaller than one before."""
    seen, highest, breaks = set(), 0, []
    for number in numbers:
        if number not in seen and number < highest:
            breaks.append(number)
        seen.add(number)
        highest = max(highest, number)
    return breaks


PIPE_LINES = 600  # 128 KiB: what a pipe holds, and as much again that was read and is not yet on disk


def missing(last, stored, lost_before):
    """The numbers up to `last` that are not stored: those that ought to be, and those lost in the pipe of a killed reader."""
    absent = set(range(1, last + 1)).difference(stored)
    excused = set()
    for end in lost_before:  # they were the last ones, without a gap
        number = end - 1
        while number in absent and number >= end - PIPE_LINES:
            excused.add(number)
            number -= 1
    return absent - excused, excused


class Oracle:
    """`resent`: lines the sender itself sent n times; `lost_before`: lines up to which a killed reader's pipe ended;
    `lossy`: sources whose losses are only counted; `restamped`: those whose lines got their times from a clock that was stepped;
    `lost`: lines that their source itself has lost; `copies`: how often each line of a source was written; `unordered`: sources
    whose lines have no order; `reread`: lines that an agent read again because its memory of them was taken away."""

    def __init__(self, written, resent, lost_before, lossy=(), restamped=(), lost=None, copies=None, unordered=(), reread=None):
        self.written = written
        self.resent = resent
        self.lost_before = lost_before
        self.lossy = lossy
        self.restamped = restamped
        self.lost = lost or {}
        self.copies = copies or {}
        self.unordered = unordered
        self.reread = reread or {}
        self.notes = []

    def judge(self, view, rows):
        """Findings per source; what is found wrong is described in `notes`."""
        found = {source: Finding() for source in self.written}
        numbers = {source: [] for source in self.written}
        strangers = 0
        for row in rows:
            place = parse(row.brief)
            if row.host == OWN_HOST:
                continue
            if place is None or place[0] not in found:
                strangers += 1
                self.notes.append(f"{view}: not a line of ours: {row.brief[:120]!r}")
                continue
            source, number = place
            if row.brief != text(source, number):
                found[source]["altered"] += 1
                self.notes.append(f"{view}: {source} {number} altered: {row.brief[:120]!r}")
            numbers[source].append(number)
        for source, finding in found.items():
            self._count(view, source, finding, numbers[source])
        self._orders(view, found, rows)
        events = collections.Counter((row.host, row.event) for row in rows if row.host != OWN_HOST)
        if doubled := [event for event, count in events.items() if count > 1]:
            self.notes.append(f"{view}: event ids stored twice: {doubled[:5]}")
            strangers += len(doubled)
        return found, strangers

    def _count(self, view, source, finding, numbers):
        counts = collections.Counter(numbers)
        last = self.written[source]
        finding["written"], finding["stored"] = last, len(numbers)
        absent, excused = missing(last, counts, self.lost_before.get(source, ()))
        if source in self.lossy:
            finding["lost as datagram"], absent = len(absent), set()
        finding["lost in file"] = len(absent & self.lost.get(source, set()))
        absent -= self.lost.get(source, set())
        copies = self.copies.get(source, 1)
        absent |= {number for number, count in counts.items() if count < copies}
        twice = {number: count for number, count in counts.items() if count > copies}
        reread = set(twice) & self.reread.get(source, set())
        finding["read again"] = len(reread)
        for number in reread:
            del twice[number]
        resent = {n for n, count in twice.items() if count <= self.resent.get(source, {}).get(n, 1)}
        unwritten = {number for number in counts if number > last}
        finding["lost in pipe"], finding["sent twice"] = len(excused), len(resent)
        self._wrong(view, source, finding, "missing", absent)
        self._wrong(view, source, finding, "twice", set(twice) - resent)
        self._wrong(view, source, finding, "unwritten", unwritten)

    def _orders(self, view, found, rows):
        """By event id, and as the store shows them (time, then arrival), a source's lines must be in order.

        Ids are in order within a series, their part before the number: an agent may begin another one whenever it starts.
        """
        series = collections.defaultdict(list)
        for row in sorted(rows, key=lambda row: row.event):
            series[row.event.rpartition("-")[0]].append(row)
        by_event = [self._sequences(found, of_one) for of_one in series.values()]
        shown = self._sequences(found, rows)
        arrived = self._sequences(found, sorted(rows, key=lambda row: row.id))
        for source, finding in found.items():
            if source in self.unordered:
                continue
            disordered = {number for numbers in by_event for number in ascents(numbers[source])}
            self._wrong(view, source, finding, "order", disordered, "by event id")
            if source in self.restamped:
                finding["clock stepped"] = len(ascents(shown[source]))
            else:
                self._wrong(view, source, finding, "order", set(ascents(shown[source])), "as shown")
            finding["arrived late"] = len(ascents(arrived[source]))

    def _sequences(self, found, rows):
        numbers = {source: [] for source in found}
        for row in rows:
            place = parse(row.brief)
            if place and place[0] in found:
                numbers[place[0]].append(place[1])
        return numbers

    def _wrong(self, view, source, finding, what, numbers, how=""):
        finding[what] += len(numbers)
        if numbers:
            self.notes.append(f"{view}: {source}: {what} {how}: {len(numbers)} lines: {ranges(numbers)}")
