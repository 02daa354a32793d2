"""Keeps a followed file a little ahead of its agent, for as long as wanted and without filling the disk."""

import load
from lone_agent import status

PIECE = 20_000  # lines that are appended at once
ROTATED = 256 << 20  # bytes at which the file is renamed, and the one renamed before removed


class Feeder:
    """The agent must follow this file alone; its account of itself says how far it has come."""

    def __init__(self, state, log):
        self.state, self.log = state, log
        self.content = load.lines(PIECE)
        self.accepted = self.written = status(state)["nextSequence"] - 1

    def feed(self):
        """Appends lines if the agent has little left to read, and returns its account."""
        answer = status(self.state)
        self.accepted = answer["nextSequence"] - 1
        if self.accepted + 2 * PIECE > self.written:
            if self.log.stat().st_size > ROTATED:
                self.log.rename(self.log.with_name("rotated"))
            load.append(self.log, self.content)
            self.written += PIECE
        return answer
