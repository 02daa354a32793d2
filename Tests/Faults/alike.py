"""Files that cannot be told apart by how they begin."""

import os

from lines import text
from writers import CompressedWriter

HEAD = "head"  # the source of the lines with which each file begins
HEAD_LINES = 20  # more than 2 KiB, so that neither a file's first KiB nor the 512 bytes before a position tell which it is


class AlikeWriter(CompressedWriter):
    """Each file begins with the same lines, as logs do whose program prints its version and settings when it starts."""

    files = 0

    def open(self):
        super().open()
        os.write(self.file, "".join(text(HEAD, number + 1) + "\n" for number in range(HEAD_LINES)).encode())
        self.files += 1


class Alike:
    """Rotation of look-alikes, as `often` is rotated, and now and then compressed."""

    def __init__(self, faults):
        self.faults = faults

    def rows(self):
        return [("look-alike rotated", 4, ["alike"], self.rotate)]

    def rotate(self, target, random):
        writer = self.faults.writers[target]
        times, compresses = random.choice([1, 2, 4]), random.random() < 0.3
        for _ in range(times):
            # Files of equal lines alone are equal: nobody could tell the archive of one from another file that was read.
            if not self.faults.wait(lambda: writer.written >= writer.first, 10):
                return None
            with writer.quiet:
                writer.rotate()
            if compresses:
                writer.compress(1)
        return f"{times} times" + ", and compressed" * compresses
