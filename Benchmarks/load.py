"""What benchmarks send: the same lines of about 150 bytes for every source, built before the clock starts."""

import struct

LINE = "{number:08d} 2026-01-02T03:04:05.678901+09:00 web{host:03d} app[{pid}]: GET /api/v1/things/{thing} 200 {bytes} bytes in {ms} ms, cache miss, user agent ok"
PIECE = 8000  # lines that are made at once
WRITE = 1 << 20  # bytes that are written at once


def line(number):
    """One line without its end."""
    return LINE.format(
        number=number, host=number % 250, pid=1000 + number % 7, thing=number * 7919 % 100_003,
        bytes=number * 31 % 65_536, ms=number % 997,
    )  # fmt: skip


def lines(count):
    """Lines as an application appends them to its log."""
    return _joined(count, lambda number: line(number) + "\n")


def syslog(count):
    """The same as messages of RFC 5424, one per line."""
    return _joined(count, _message)


def forward(count, chunk_id):
    """The same as messages of the Forward protocol, a thousand records in each, which ask for an acknowledgement.

    Returns the bytes and how many acknowledgements they ask for.
    """
    pieces = bytearray()
    messages = range(0, count, 1000)
    for first in messages:
        last = min(first + 1000, count)
        entries = b"".join(_entry(number) for number in range(first, last))
        option = b"\x81\xa5chunk" + _text(f"{chunk_id}-{first:010d}")
        pieces += b"\x93" + _text("bench") + b"\xdc" + struct.pack(">H", last - first) + entries + option
    return bytes(pieces), len(messages)


def _message(number):
    head, _, text = line(number).partition(": ")
    return f"<13>1 {head[9:41]} web{number % 250:03d} app {1000 + number % 7} - - {head[:8]} {text}\n"


def _entry(number):
    time = b"\xd7\x00" + struct.pack(">II", 1_767_000_000 + number // 1000, number % 1000 * 1_000_000)
    return b"\x92" + time + b"\x82\xa7message" + _text(line(number)) + b"\xa4host" + _text(f"web{number % 250:03d}")


def _text(text):
    data = text.encode()
    return (bytes([0xA0 | len(data)]) if len(data) < 32 else b"\xd9" + bytes([len(data)])) + data


def _joined(count, text):
    pieces = bytearray()
    for first in range(0, count, PIECE):
        pieces += "".join(map(text, range(first, min(first + PIECE, count)))).encode()
    return bytes(pieces)


def append(path, content):
    """Appends bytes to a file in large pieces."""
    with open(path, "ab", buffering=0) as file:
        for offset in range(0, len(content), WRITE):
            file.write(content[offset : offset + WRITE])
