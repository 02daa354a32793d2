"""What both reference peers share: HAPI 2.1 over AMQP 0-9-1 as the original programs spoke it, with pika.

Written from the protocol's description alone. The originals' habits are kept on purpose: transient queues, automatic
acknowledgement, no confirms, spaces after commas and colons, everything outside ASCII escaped.
"""

import json
import queue
import random
import ssl
import threading
import time

import pika


class Peer:
    """One end of a queue pair: reads from one queue and writes to the other, on a thread of its own."""

    def __init__(self, port, ca, certificate, key, vhost, base, sends_to, reads_from, durable=False, host="localhost"):
        context = ssl.create_default_context(cafile=str(ca))
        context.load_cert_chain(str(certificate), str(key))
        self._parameters = pika.ConnectionParameters(
            host,
            port,
            vhost,
            pika.credentials.ExternalCredentials(),
            ssl_options=pika.SSLOptions(context, host),
            heartbeat=60,
        )
        self._target, self._source = base + sends_to, base + reads_from
        self._durable = durable
        self._outgoing = queue.Queue()
        self._replies = queue.Queue()
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self.trace = []
        self.failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(30):
            raise RuntimeError(f"no connection to the broker: {self.failure}")
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join(10)

    # What a subclass answers: a result, or an exception of type HAPIError.
    def handle(self, method, params, is_notification):
        raise HAPIError(-32601, "Method not found")

    def send(self, body):
        """Publishes bytes or a JSON value."""
        self._outgoing.put(body if isinstance(body, bytes) else self.encode(body))

    def encode(self, value):
        return json.dumps(value).encode("ascii")

    def new_id(self):
        return random.randint(1, 0xFFFFFF) | 0x10 << 24

    def call(self, method, params, timeout=30, identifier=None):
        """Sends one request and waits for its answer; answers to anything else are dropped, as the originals did."""
        identifier = self.new_id() if identifier is None else identifier
        self.send({"jsonrpc": "2.0", "method": method, "params": params, "id": identifier})
        return self.wait_for(identifier, timeout)

    def wait_for(self, identifier, timeout=30):
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = self._replies.get(timeout=left)
            except queue.Empty:
                break
            if answer.get("id") == identifier:
                return answer
        raise TimeoutError(f"no answer to {identifier}")

    def _run(self):
        try:
            connection = pika.BlockingConnection(self._parameters)
            channel = connection.channel()
            for name in (self._target, self._source):
                channel.queue_declare(name, durable=self._durable)
            channel.basic_consume(self._source, self._receive, auto_ack=True)
            self._ready.set()
            while not self._stopping.is_set():
                connection.process_data_events(time_limit=0.01)
                while not self._outgoing.empty():
                    channel.basic_publish(
                        "", self._target, self._outgoing.get(), pika.BasicProperties(content_type="application/json")
                    )
            connection.close()
        except Exception as failure:  # noqa: BLE001 -- told to whoever waits
            self.failure = failure

    def _receive(self, _channel, _method, _properties, body):
        message = json.loads(body)
        self.trace.append(message)
        if "method" not in message:
            self._replies.put(message)
            return
        identifier = message.get("id")
        try:
            answer = {"jsonrpc": "2.0", "result": self.handle(message["method"], message["params"], "id" not in message)}
        except HAPIError as error:
            answer = {"jsonrpc": "2.0", "error": error.object()}
        if "id" in message:
            self.send({**answer, "id": identifier})


class HAPIError(Exception):
    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code, self.message, self.data = code, message, data

    def object(self):
        return {"code": self.code, "message": self.message, **({"data": self.data} if self.data is not None else {})}
