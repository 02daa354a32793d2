#!/usr/bin/env python3
"""far: a TCP proxy that hands bytes on half a round trip after it has read them, as a link to a distant place does.

It limits no rate: what is on its way waits in memory, up to 64 MiB in each direction. A process of its own, so that it shares no
interpreter with what writes and measures. Prints its port.
"""

import asyncio
import contextlib
import pathlib
import subprocess
import sys

CHUNK = 256 << 10
MOST_CHUNKS = 4096  # most are records of TLS, at most 16 KiB each


class Link:
    """Use as a context manager around measurements; `port` leads to the target, or is the target without a round trip."""

    def __init__(self, target, round_trip):
        self.target, self.round_trip, self.process = target, round_trip, None

    def __enter__(self):
        self.port = self.target
        if self.round_trip:
            command = [sys.executable, pathlib.Path(__file__), str(self.target), str(self.round_trip)]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()


async def carry(reader, writer, delay):
    """Hands on what is read, each piece `delay` seconds later."""
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue(MOST_CHUNKS)

    async def read():
        while data := await reader.read(CHUNK):
            await pieces.put((loop.time() + delay, data))
        await pieces.put((loop.time() + delay, b""))

    reading = asyncio.create_task(read())
    try:
        while True:
            due, data = await pieces.get()
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            if not data:
                break
            writer.write(data)
            await writer.drain()
    finally:
        reading.cancel()
        writer.close()


async def main(target, round_trip):
    async def serve(reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target, limit=CHUNK)
        ways = (carry(reader, far_writer, round_trip / 2), carry(far_reader, writer, round_trip / 2))
        with contextlib.suppress(OSError):
            await asyncio.gather(*ways)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=CHUNK)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
