"""As much of a Forward client as a sender needs that waits for acknowledgements."""

import base64
import os
import socket
import struct
import time


def pack(value):
    if isinstance(value, dict):
        return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())
    if isinstance(value, list):
        return b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(pack, value))
    if isinstance(value, bytes):
        return value
    data = value.encode()
    return b"\xda" + struct.pack(">H", len(data)) + data


def event_time():
    now = time.time_ns()
    return b"\xd7\x00" + struct.pack(">II", now // 10**9, now % 10**9)


class Chunk:
    """A message in Forward mode with an id of its own."""

    def __init__(self, tag, messages):
        self.id = base64.b64encode(os.urandom(16)).decode()
        self.bytes = (
            b"\x93" + pack(tag) + pack([[event_time(), {"message": text}] for text in messages]) + pack({"chunk": self.id})
        )
        self.answer = pack({"ack": self.id})


class Client:
    def __init__(self, port):
        self.port = port
        self.connection = None

    def send(self, chunk, seconds):
        """True when acknowledged, None when it was not sent, False when nobody knows: send it again."""
        try:
            if self.connection is None:
                self.connection = socket.create_connection(("127.0.0.1", self.port), 2)
        except OSError:
            return None
        try:
            self.connection.settimeout(seconds)
            self.connection.sendall(chunk.bytes)
            answer = b""
            while chunk.id.encode() not in answer:
                more = self.connection.recv(4096)
                if not more:
                    raise OSError("closed")
                answer += more
            return True
        except OSError:
            self.close()
            return False

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
