"""The writers: a thread per source, each with random bursts of its own, each knowing what it has written."""

import datetime
import gzip
import os
import pathlib
import random
import shutil
import socket
import threading
import time

import forward
from lines import text


class Writer(threading.Thread):
    """Writes lines 1, 2, 3 … until told to stop; `written` is the number of the last one handed over completely."""

    def __init__(self, name, seed):
        super().__init__(daemon=True)
        self.source = name
        self.random = random.Random(f"{seed} {name}")
        self.written = 0
        self.ending = threading.Event()
        self.quiet = threading.Lock()  # held while a burst is written; whoever has it finds the source at rest

    def run(self):
        while not self.ending.is_set():
            with self.quiet:
                self.burst(self.size())
            self.ending.wait(self.random.random() * 0.15)

    LARGEST = 4000  # lines in a burst

    def size(self):
        return self.random.randint(1000, self.LARGEST) if self.random.random() < 0.004 else self.random.randint(1, 16)

    def finish(self):
        self.ending.set()
        self.join()

    def texts(self, count):
        return [text(self.source, self.written + index + 1) for index in range(count)]


class FileWriter(Writer):
    """Appends to a file, sometimes half a line first; can rotate and truncate it."""

    def __init__(self, name, seed, path):
        super().__init__(name, seed)
        self.path = path
        self.generation = 0
        self.first = 1  # the number of the first line in the present file
        self.open()

    def open(self):
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def burst(self, count):
        data = "".join(line + "\n" for line in self.texts(count)).encode()
        cut = self.random.randrange(len(data)) if self.random.random() < 0.2 else 0
        if cut:
            os.write(self.file, data[:cut])
            time.sleep(self.random.random() * 0.02)
        os.write(self.file, data[cut:])
        self.written += count

    def rotate(self):
        """Renames the file and creates it anew; the caller holds `quiet`."""
        self.generation += 1
        self.renew(f"{self.path}.{self.generation}")

    def renew(self, name):
        os.rename(self.path, name)
        os.close(self.file)
        self.open()
        self.first = self.written + 1

    def truncate(self):
        os.ftruncate(self.file, 0)
        self.first = self.written + 1


class CopiedWriter(FileWriter):
    """A file that is rotated by copying and truncating it, while nobody writes."""

    def rotate(self):
        self.generation += 1
        shutil.copyfile(self.path, f"{self.path}.{self.generation}")
        self.truncate()


class CompressedWriter(FileWriter):
    """A file that is rotated as by logrotate: older generations get the next number, one of them is compressed."""

    def rotate(self):
        for number in range(self.generation, 0, -1):
            for end in ("", ".gz"):
                if os.path.exists(older := f"{self.path}.{number}{end}"):
                    os.rename(older, f"{self.path}.{number + 1}{end}")
        self.generation += 1
        self.renew(f"{self.path}.1")

    def compress(self, number):
        """As gzip does: the archive grows bit by bit, gets the times of the original, and only then that is removed."""
        original = pathlib.Path(f"{self.path}.{number}")
        if not original.exists():
            return
        packed = gzip.compress(original.read_bytes())
        archive = f"{original}.gz"
        with open(archive, "wb", buffering=0) as file:
            for start in range(0, len(packed), 4096):
                file.write(packed[start : start + 4096])
                time.sleep(self.random.random() * 0.01)
        shutil.copystat(original, archive)
        original.unlink()


class UnsyncedWriter(FileWriter):
    """A file on a disk whose power is cut: now and then the system writes it back, and what came since is lost then."""

    def burst(self, count):
        if self.file is None:
            return
        try:
            super().burst(count)
            if self.random.random() < 0.03:
                os.fdatasync(self.file)
        except OSError:  # the power was cut meanwhile
            self.written += count

    def off(self):
        with self.quiet:
            os.close(self.file)
            self.file = None

    def on(self):
        """Goes on behind what is left, on a line of its own and with numbers that were never used."""
        with self.quiet:
            left = self.path.read_bytes() if self.path.exists() else b""
            self.open()
            if left[-1:] not in (b"", b"\n"):
                os.write(self.file, b"\n")


class FeedWriter(FileWriter):
    """The file that the stand-in of fluentd prints."""


class PipeWriter(Writer):
    """Standard input of an agent."""

    def __init__(self, name, seed, descriptor):
        super().__init__(name, seed)
        self.descriptor = descriptor

    def burst(self, count):
        data = "".join(line + "\n" for line in self.texts(count)).encode()
        while data:
            data = data[os.write(self.descriptor, data) :]
        self.written += count

    def finish(self):
        super().finish()
        os.close(self.descriptor)


class ForwardWriter(Writer):
    """Sends chunks and repeats each until it is acknowledged; remembers which lines it had to send again."""

    def __init__(self, name, seed, port):
        super().__init__(name, seed)
        self.client = forward.Client(port)
        self.sent = {}  # number of a line that was sent more than once: how often

    def burst(self, count):
        chunk = forward.Chunk("faults", self.texts(count))
        attempts = 1
        while not (answer := self.client.send(chunk, 15)):
            attempts += answer is not None
            time.sleep(0.1)
        if attempts > 1:
            for number in range(self.written + 1, self.written + count + 1):
                self.sent[number] = attempts
        self.written += count

    def finish(self):
        super().finish()
        self.client.close()


def syslog(source, line):
    """A message of RFC 5424 that ends as RFC 6587 has it without counts."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f"<14>1 {now} node {source} - - - {line}\n".encode()


class StreamWriter(Writer):
    """Syslog over TCP, to an agent that does not die."""

    def __init__(self, name, seed, port):
        super().__init__(name, seed)
        self.port = port
        self.connection = None

    def burst(self, count):
        while self.connection is None:
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port))
            except ConnectionRefusedError:  # the agent has just been started
                time.sleep(0.05)
        self.connection.sendall(b"".join(syslog(self.source, line) for line in self.texts(count)))
        self.written += count

    def finish(self):
        super().finish()
        if self.connection is not None:
            self.connection.close()


class DatagramWriter(Writer):
    """Syslog over UDP, which may lose lines as long as they are counted."""

    def __init__(self, name, seed, port):
        super().__init__(name, seed)
        self.target = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def burst(self, count):
        if self.written == 0:
            self.wait_for_receiver()
        for line in self.texts(count):
            self.socket.sendto(syslog(self.source, line)[:-1], self.target)
        self.written += count

    def wait_for_receiver(self):
        """What is sent before anybody listens is lost without being counted by anybody."""
        address = f"0100007F:{self.target[1]:04X}"
        while address not in pathlib.Path("/proc/net/udp").read_text():
            time.sleep(0.05)
