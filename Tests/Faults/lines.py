"""What is written: numbered lines whose whole text follows from source and number, so that any change of one shows."""

import hashlib


def text(source, number):
    digest = hashlib.sha256(f"{source}/{number}".encode()).hexdigest()
    return f"{source} {number:08d} {(digest * 3)[: 40 + int(digest[:2], 16) % 120]}"


def parse(line):
    """Source and number, or None if it does not look like one of ours."""
    words = line.split(" ")
    if len(words) == 3 and len(words[1]) == 8 and words[1].isdigit():
        return words[0], int(words[1])
    return None
