"""A TCP proxy between one program and the broker, which can cut, freeze, delay and slow down what goes through it."""

import asyncio
import contextlib
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)
PORTION = 16384
ON_THE_WAY = 64  # portions that a long way holds; more of them make the sender wait


class Loop:
    """The event loop that all proxies of a run share, on a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


class Proxy:
    """Listens on a port of its own and passes bytes on to `target`, a port of this machine."""

    def __init__(self, loop, target):
        self.loop = loop
        self.target = target
        self.writers = set()
        self.rate = None
        self.delay = 0
        self.connections = 0
        self.port = loop.do(self._listen())

    async def _listen(self):
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, limit=PORTION)
        return self.server.sockets[0].getsockname()[1]

    async def _accepted(self, near_reader, near_writer):
        self.connections += 1
        self.writers.add(near_writer)
        far_writer = None
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=PORTION)
            self.writers.add(far_writer)
            ways = [
                asyncio.ensure_future(self._pass(near_reader, far_writer)),
                asyncio.ensure_future(self._pass(far_reader, near_writer)),
            ]
            _, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in rest:
                way.cancel()
        except OSError:
            pass
        finally:
            for writer in (near_writer, far_writer):
                if writer is not None:
                    self.writers.discard(writer)
                    writer.close()

    async def _pass(self, reader, writer):
        way = asyncio.Queue(ON_THE_WAY)
        arriving = asyncio.ensure_future(self._arrive(way, writer))
        leaving = asyncio.ensure_future(self._leave(reader, way))
        try:
            await asyncio.wait([arriving, leaving], return_when=asyncio.FIRST_COMPLETED)
            await arriving
        finally:
            arriving.cancel(), leaving.cancel()

    async def _leave(self, reader, way):
        with contextlib.suppress(OSError):
            while data := await reader.read(PORTION):
                await way.put((self.loop.loop.time() + self.delay, data))
        await way.put(None)

    async def _arrive(self, way, writer):
        with contextlib.suppress(OSError):
            while (portion := await way.get()) is not None:
                moment, data = portion
                await asyncio.sleep(max(0, moment - self.loop.loop.time()))
                await self.flowing.wait()
                if self.rate:
                    await asyncio.sleep(len(data) / self.rate)
                writer.write(data)
                await writer.drain()

    def reset(self):
        """Ends every connection with RST on both sides."""

        async def work():
            for writer in list(self.writers):
                with contextlib.suppress(OSError):  # closed a moment ago
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()

        self.loop.do(work())

    def freeze(self):
        """From now on everything disappears, without a word: connections stay open, nothing arrives."""

        async def work():
            self.flowing.clear()

        self.loop.do(work())

    def thaw(self):
        async def work():
            self.flowing.set()

        self.loop.do(work())

    def lengthen(self, seconds):
        """From now on everything takes so long for each way, as over a great distance."""
        self.delay = seconds

    def slow(self, bytes_per_second):
        """Limits each direction of each connection; None takes the limit away."""
        self.rate = bytes_per_second
