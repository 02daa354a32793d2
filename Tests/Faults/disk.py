"""A disk whose power can be cut: what was not flushed by then is lost, wholly, in parts, or not at all.

The file system above it is the kernel's, on a loop device. The file below that device is served by this program through FUSE: a write stays in
memory until the device is flushed, as in the cache of a disk. At the cut the disk falls silent first, so that whoever waits for it can be
killed before learning anything; only then everything fails that was asked of it.
"""

import contextlib
import ctypes
import errno
import mmap
import os
import pathlib
import random
import struct
import subprocess
import sys
import threading
import time

SECTOR = 512
POLICIES = ("nothing", "everything", "some writes", "some sectors")  # what of the unflushed writes survives
LIBC = ctypes.CDLL(None, use_errno=True)


class Cache:
    """The medium, and above it the sectors that were written since the last flush, in all their versions."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.file).st_size
        self.medium = mmap.mmap(self.file, self.size)
        self.pending = {}  # sector: [(number of the write, bytes)]
        self.writes = 0

    def read(self, offset, size):
        data = bytearray(self.medium[offset : offset + size])
        for sector in range(offset // SECTOR, -(-(offset + len(data)) // SECTOR)):
            if versions := self.pending.get(sector):
                start = sector * SECTOR - offset
                assert start >= 0 and start + SECTOR <= len(data), "not aligned"
                data[start : start + SECTOR] = versions[-1][1]
        return bytes(data)

    def write(self, offset, data):
        assert offset % SECTOR == 0 and len(data) % SECTOR == 0, "not aligned"
        self.writes += 1
        for start in range(0, len(data), SECTOR):
            version = (self.writes, data[start : start + SECTOR])
            self.pending.setdefault((offset + start) // SECTOR, []).append(version)

    def flush(self):
        for sector, versions in self.pending.items():
            self.put(sector, versions[-1][1])
        self.pending.clear()

    def put(self, sector, data):
        self.medium[sector * SECTOR : (sector + 1) * SECTOR] = data

    def cut(self, policy, chance):
        """Lets a part of what is pending survive; says how many sectors were pending and how many of them stay old."""
        kept = {}  # number of a write: whether it survives
        lost = 0
        for sector, versions in self.pending.items():
            if policy == "everything":
                survivors = versions
            elif policy == "nothing":
                survivors = []
            elif policy == "some writes":
                survivors = [v for v in versions if kept.setdefault(v[0], chance.random() < 0.5)]
            else:
                survivors = versions[: chance.randint(0, len(versions))]
            if survivors:
                self.put(sector, survivors[-1][1])
            lost += survivors[-1:] != versions[-1:]
        pending = len(self.pending)
        self.pending.clear()
        return pending, lost


class Server:
    """One file, the root of a FUSE file system of its own (include/uapi/linux/fuse.h)."""

    GETATTR, SETATTR, OPEN, READ, WRITE, RELEASE, FSYNC, FLUSH, INIT = 3, 4, 14, 15, 16, 18, 20, 25, 26
    FORGET, INTERRUPT, BATCH_FORGET, DESTROY = 2, 36, 42, 38
    BIG_WRITES, MAX_PAGES = 1 << 5, 1 << 22
    LARGEST = 1 << 20

    def __init__(self, cache, place):
        self.cache = cache
        self.lock = threading.Lock()
        self.state = "on"
        self.left = None  # writes and flushes that are still done, once that is limited
        self.silent = threading.Event()
        self.waiting = []  # requests that came after the cut
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self.device},rootmode=100600,user_id=0,group_id=0".encode()
        if LIBC.mount(b"disk", os.fsencode(place), b"fuse", 6, options) != 0:  # nosuid, nodev
            raise OSError(ctypes.get_errno(), "mount")

    def serve(self):
        while True:
            try:
                request = os.read(self.device, self.LARGEST + 65536)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                return  # unmounted
            _, operation, unique = struct.unpack_from("=IIQ", request)
            if operation in (self.FORGET, self.INTERRUPT, self.BATCH_FORGET):
                continue
            with self.lock:
                self.handle(operation, unique, request[40:])

    def handle(self, operation, unique, body):
        if operation in (self.WRITE, self.FSYNC) and self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.silence()
        if operation in (self.READ, self.WRITE, self.FSYNC) and self.state != "on":
            return self.waiting.append(unique) if self.state == "silent" else self.answer(unique, error=errno.EIO)
        if operation == self.READ:
            _, offset, size = struct.unpack_from("=QQI", body)
            self.answer(unique, self.cache.read(offset, size))
        elif operation == self.WRITE:
            _, offset, size = struct.unpack_from("=QQI", body)
            self.cache.write(offset, body[40 : 40 + size])
            self.answer(unique, struct.pack("=II", size, 0))
        elif operation == self.FSYNC:
            self.cache.flush()
            self.answer(unique)
        elif operation in (self.GETATTR, self.SETATTR):
            attributes = struct.pack("=6Q10I", 1, self.cache.size, 0, *[0] * 6, 0o100600, 1, 0, 0, 0, 4096, 0)
            self.answer(unique, struct.pack("=QII", 3600, 0, 0) + attributes)
        elif operation == self.OPEN:
            self.answer(unique, struct.pack("=QII", 1, 0, 0))
        elif operation == self.INIT:
            flags = self.BIG_WRITES | self.MAX_PAGES
            limits = (16, 12, self.LARGEST, 1, self.LARGEST // 4096, 0)
            self.answer(unique, struct.pack("=4IHHIIHH8I", 7, 31, 65536, flags, *limits, *[0] * 8))
        elif operation in (self.RELEASE, self.FLUSH, self.DESTROY):
            self.answer(unique)
        else:
            self.answer(unique, error=errno.ENOSYS)

    def answer(self, unique, data=b"", error=0):
        with contextlib.suppress(FileNotFoundError):  # whoever asked was killed
            os.write(self.device, struct.pack("=IiQ", 16 + len(data), -error, unique) + data)

    def silence(self):
        if self.state == "on":
            self.state = "silent"
        self.silent.set()

    def command(self, words):
        if words[0] == "silent":
            with self.lock:
                self.left = int(words[1])
            self.silent.wait(float(words[2]))
            with self.lock:
                self.silence()
            return "silent"
        with self.lock:
            self.state = "failing"
            for unique in self.waiting:
                self.answer(unique, error=errno.EIO)
            pending, lost = self.cache.cut(words[2].replace("-", " "), random.Random(words[1]))
            return f"{pending} {lost}"


class Disk:
    """A file system on such a disk, mounted at `place`; only root can have one, in a mount namespace of its own."""

    MAKE = {"ext4": ("mke2fs", "-q", "-F", "-t", "ext4"), "xfs": ("mkfs.xfs", "-q"), "btrfs": ("mkfs.btrfs", "-q")}

    def __init__(self, place, mib, filesystem):
        self.place = pathlib.Path(place)
        self.filesystem = filesystem
        self.medium = self.place.with_name(self.place.name + ".medium")
        self.file = self.place.with_name(self.place.name + ".disk")
        self.place.mkdir(mode=0o700)
        self.file.touch()
        with open(self.medium, "wb") as medium:
            medium.truncate(mib << 20)
        subprocess.run([*self.MAKE[filesystem], str(self.medium)], check=True)
        self.on()

    def on(self):
        """Gives it power: what survived is mounted, which is where the file system repairs itself."""
        command = [sys.executable, __file__, self.medium, self.file]
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.server.stdout.readline() != "ready\n":
            raise SystemExit(f"the disk {self.place.name} did not start")
        subprocess.run(["mount", "-t", self.filesystem, "-o", "loop", self.file, self.place], check=True)
        os.chmod(self.place, 0o700)

    def tell(self, *words):
        print(*words, file=self.server.stdin, flush=True)
        return self.server.stdout.readline().split()

    def silence(self, requests=0, seconds=0):
        """Returns after so many more writes and flushes, or seconds; from then on nothing that is asked of it is done or answered."""
        self.tell("silent", requests, seconds)

    def fail(self, policy, seed):
        """The cut itself, when everybody who used the disk was killed; says how many sectors were pending, and how many were lost."""
        pending, lost = self.tell("fail", seed, policy.replace(" ", "-"))
        return int(pending), int(lost)

    def off(self):
        """Takes it away; nobody uses it any more."""
        self.unmount(self.place)
        self.unmount(self.file)
        self.server.stdin.close()
        self.server.wait(60)

    @staticmethod
    def unmount(place):
        """A file system lets its device go, and killed programs their files, a moment later."""
        deadline = time.monotonic() + 60
        while (result := subprocess.run(["umount", place], capture_output=True, text=True, check=False)).returncode != 0:
            if time.monotonic() > deadline:
                raise SystemExit(f"cannot unmount within 60 s: {result.stderr.strip()}")
            time.sleep(0.02)


def main():
    server = Server(Cache(sys.argv[1]), sys.argv[2])
    threading.Thread(target=server.serve, daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin:
        print(server.command(line.split()), flush=True)


if __name__ == "__main__":
    main()
