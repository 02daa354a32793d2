"""A person in front of the console: signs in, asks for pages, and knows what they took."""

import http.client
import math
import time
import urllib.parse

# What people look for, by a name that says how it is found. {host} is a host with a few dozen events in all.
QUERIES = {
    "first page": "",
    "severity>=error": "severity>=error",
    "severity:critical": "severity:critical",
    "severity:emergency (none)": "severity:emergency",
    "host:web*": "host:web*",
    "host:web042": "host:web042",
    "host:rare1 (50 events)": "host:rare1",
    "host:nowhere (none)": "host:nowhere",
    "last hour": "since:-1h",
    "a day, ten days ago": "since:-11d until:-10d",
    "host and severity": "host:web042 severity>=error",
    "rare host and severity": "host:rare1 severity>=error",
    "all at once": "host:web* severity>=warning handling:none since:-2d text:\"cache miss\"",
    "text, one in 100,000": "text:\"disk full\"",
    "text, twenty in all": "text:needle",
    "text (none)": "text:\"nothing like this\"",
    "NOT and OR": "NOT host:web042 (severity:warning OR severity:error)",
    "handling:done (none)": "handling:done",
}


class Reader:
    def __init__(self, link):
        url = urllib.parse.urlsplit(link)
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
        self.port = url.port
        self.cookie = ""
        headers, _ = self.ask(f"{url.path}?{url.query}", expected=303)
        self.cookie = headers["Set-Cookie"].partition(";")[0]

    def ask(self, path, expected=200):
        self.connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != expected:
            raise SystemExit(f"{path}: {response.status}: {body[:300]!r}")
        return response.headers, body

    def timed(self, path):
        """Milliseconds until the whole page was there, and the page."""
        begin = time.monotonic()
        _, body = self.ask(path)
        return (time.monotonic() - begin) * 1000, body.decode()


def events(query):
    return "/events?q=" + urllib.parse.quote(query)


def deep_page(reader, depth=20):
    """The address of a page far behind the first."""
    path = "/events"
    for _ in range(depth):
        _, page = reader.timed(path)
        _, marker, rest = page.partition('rel="next" href="')
        if not marker:
            break
        path = rest.partition('"')[0].replace("&amp;", "&")
    return path


def percentile(times, share):
    return sorted(times)[math.ceil(len(times) * share) - 1]


def measure(reader, rounds, goes_on=lambda: True):
    """Yields name, unit and value of what each kind of page took; the first round warms up and does not count."""
    _, first = reader.timed("/events")
    event = first.partition('data-id="')[2].partition('"')[0]
    paths = {name: events(query) for name, query in QUERIES.items()}
    paths |= {"deep page": deep_page(reader), "overview": "/", "hosts": "/hosts", "detail": f"/events/{event}"}
    paths |= {"API, 100 events": "/api/v1/events", "API, severity>=error": "/api/v1/events?q=severity%3E%3Derror"}
    times = {name: [] for name in paths}
    for number in range(rounds + 1):
        if not goes_on():
            break
        for name, path in paths.items():
            milliseconds, _ = reader.timed(path)
            if number > 0:
                times[name].append(milliseconds)
    if not all(times.values()):
        raise SystemExit("there was no time to ask for each page twice")
    for name, values in {**times, "all of these": sum(times.values(), [])}.items():
        yield f"{name}, p50", percentile(values, 0.5), "ms"
        yield f"{name}, p99", percentile(values, 0.99), "ms"
        yield f"{name}, slowest", max(values), "ms"
    yield "requests in all", sum(map(len, times.values())), ""
