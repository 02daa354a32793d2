"""Archives that appear under names of their own, and get others."""

import gzip
import os
import time

from writers import Writer


class ArchiveWriter(Writer):
    """Puts whole archives into a directory: piece by piece as a copy does, or at one moment as a careful one does."""

    NAMES = ("{0}.gz", "backup-{0}.gz", "log.{0}.old.gz", "2026-11-30T{0}.log.gz", "{0}_app.txt.gz")

    def __init__(self, name, seed, directory):
        super().__init__(name, seed)
        self.directory = directory
        directory.mkdir()
        self.archives = []  # paths, each with its last line
        self.number = 0

    def burst(self, count):
        data = gzip.compress("".join(line + "\n" for line in self.texts(count)).encode())
        path = self.name()
        if self.random.random() < 0.5:
            hidden = self.directory.parent / f"{self.source}.part"
            hidden.write_bytes(data)
            os.rename(hidden, path)
        else:
            with open(path, "wb", buffering=0) as file:
                for start in range(0, len(data), 512):
                    file.write(data[start : start + 512])
                    time.sleep(self.random.random() * 0.01)
        self.written += count
        self.archives.append((path, self.written))
        self.ending.wait(self.random.random() * 3)

    def name(self):
        self.number += 1
        return self.directory / self.random.choice(self.NAMES).format(self.number)

    def rename(self, random):
        """Gives an archive another name that the pattern matches as well; the caller holds `quiet`."""
        index = random.randrange(len(self.archives))
        path, last = self.archives[index]
        fresh = self.name()
        os.rename(path, fresh)
        self.archives[index] = (fresh, last)

    def remove(self, random):
        """Deletes an archive; the caller holds `quiet` and has seen all of it in the store."""
        path, _ = self.archives.pop(random.randrange(len(self.archives)))
        path.unlink()


class Archives:
    def __init__(self, faults):
        self.faults = faults

    def rows(self):
        return [("archive renamed or deleted", 3, ["archive"], self.change)]

    def change(self, target, random):
        """Only when all archives were read, because one that is gone before cannot be."""
        writer = self.faults.writers[target]
        with writer.quiet:
            if not self.faults.wait(lambda: self.faults.progress.has_all(target, writer.written), 8) or not writer.archives:
                return None
            if random.random() < 0.5:
                writer.remove(random)
                return "deleted"
            writer.rename(random)
            return "renamed"
