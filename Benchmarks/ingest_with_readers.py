"""ingest-with-readers: pages while 20,000 events/s come in and 1,000 live pages are open, over 1, 10, 100 million events."""

import multiprocessing
import resource
import selectors
import socket
import time

import console
import reader
from deployment import Deployment
from load import line


def write(path, rate, seconds, start):
    """Appends lines at a steady rate, in pieces of ten milliseconds."""
    step, number = max(rate // 100, 1), 0
    with open(path, "ab", buffering=0) as file:
        while number < int(rate * seconds):
            if (wait := start + number / rate - time.monotonic()) > 0:
                time.sleep(wait)
            end = min(number + step, int(rate * seconds))
            file.write("".join(line(each) + "\n" for each in range(number, end)).encode())
            number = end


def listen(port, cookie, pages, results, stopped):
    """Holds live pages open, reads what they are told, and says at the end how much that was."""
    selector = selectors.DefaultSelector()
    request = f"GET /events/stream?q= HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
    for _ in range(pages):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(request)
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, [0, 0])
    results.put("open")
    while not stopped.is_set():
        for key, _ in selector.select(1):
            data = key.fileobj.recv(1 << 20)
            if not data:
                selector.unregister(key.fileobj)
                continue
            key.data[0] += len(data)
            key.data[1] += data.count(b"event: events")
    counters = [key.data for key in selector.get_map().values()]
    results.put((len(counters), sum(one[0] for one in counters), min((one[1] for one in counters), default=0)))


def run(root, options):
    for rows in options.rows:
        yield from measure(root, options, rows)


def measure(root, options, rows):
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    rate = options.rate or 20_000
    with Deployment(root, bin=options.bin) as deployment:
        link = deployment.administrator_link()
        deployment.server.stop()
        console.generate(root, deployment.data, rows)
        (deployment.directory / "log").write_bytes(b"")
        deployment.start_server()
        person = reader.Reader(console.link(deployment.directory / "log"))
        log = deployment.directory / "app.log"
        log.touch()
        agent = deployment.agent("--tail", log, "--from", "beginning")
        stopped, results = multiprocessing.Event(), multiprocessing.Queue()
        pages = multiprocessing.Process(target=listen, args=(person.port, person.cookie, options.pages, results, stopped))
        pages.start()
        results.get(timeout=120)
        start, before = time.monotonic(), deployment.rows()
        # A process, so that making lines never keeps the reader from looking at its watch.
        writer = multiprocessing.Process(target=write, args=(log, rate, options.seconds, start))
        used = deployment.server.cpu_seconds()
        writer.start()
        figures = list(reader.measure(person, 1000, writer.is_alive))
        writer.join()
        deployment.wait_for_rows(before + int(rate * options.seconds), [agent, deployment.server])
        seconds = time.monotonic() - start
        used = deployment.server.cpu_seconds() - used
        stopped.set()
        still_open, received, messages = results.get(timeout=60)
        pages.join()
        for name, value, unit in figures:
            yield f"{rows:,}: {name}", value, unit
        yield f"{rows:,}: events per second", rate * options.seconds / seconds, "1/s"
        yield f"{rows:,}: server's CPU", used / seconds * 100, "%"
        yield f"{rows:,}: live pages open at the end", still_open, ""
        yield f"{rows:,}: fewest messages to a live page", messages, ""
        yield f"{rows:,}: sent to live pages", received / seconds / 2**20, "MiB/s"
        yield f"{rows:,}: server's memory", deployment.server.peak_mib(), "MiB"
