#!/usr/bin/python3
"""Watches the live list of events in headless Chromium, through a proxy that breaks.

    live_in_browser.py LINK --syslog SOCKET [--axe FILE] [--only STEP…]

LINK is as for console_in_browser.py; SOCKET is the Unix stream socket of an agent's syslog source, because a line of syslog
says how severe an event is and when it was. Ends with `N passed, N failed`, and with exit status 1 when something failed.
"""

import argparse
import datetime
import pathlib
import re
import socket
import sys
import threading
import time
import urllib.parse

from selenium.webdriver.common.by import By

from console_in_browser import (
    PASSWORD, Person, check_by_axe, check_contrast, chooses_a_password_and_signs_in_with_it, run_steps, says_nothing_in_the_log,
)

REFUSAL = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"


class Proxy:
    """Forwards connections to the console, and fails as proxies, cables and laptops do."""

    def __init__(self, port):
        self.target = port
        self.refusal = None  # answers this instead of forwarding
        self.flows = threading.Event()
        self.flows.set()
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            if self.refusal:
                threading.Thread(target=self.refuse, args=(client,), daemon=True).start()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            self.pairs.append((client, server))
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    def refuse(self, client):
        client.recv(1 << 16)
        client.sendall(REFUSAL % self.refusal)
        client.close()

    def pump(self, one, other):
        try:
            while data := one.recv(1 << 16):
                self.flows.wait()
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Ends every connection there is."""
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []


SEVERITIES = {"EMERGENCY": 0, "CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6}


def write(person, *lines):
    """Lines as (severity, message) or (severity, message, seconds from now), in one write (RFC 5424)."""
    now = datetime.datetime.now(datetime.timezone.utc)
    text = ""
    for number, (severity, message, *shift) in enumerate(lines):
        moment = now + datetime.timedelta(seconds=shift[0] if shift else 0, microseconds=number)
        text += f"<{8 + SEVERITIES[severity]}>1 {moment.isoformat(timespec='microseconds')} web1 app - - - {message}\n"
    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect(str(person.log))
        sender.sendall(text.encode())


def watch(person, query=""):
    person.open("/events" + (f"?q={urllib.parse.quote(query)}" if query else ""))
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")


def listed(person):
    """The numbers of the events in the list, in its order."""
    return person.browser.execute_script(
        "return [...document.querySelectorAll('#rows > tr:not(.gap)')].map((row) => Number(row.dataset.id))"
    )


def shown(person, marker):
    """How many events with a text are in the list."""
    return person.browser.execute_script(
        "return [...document.querySelectorAll('#rows > tr:not(.gap)')].filter((row) => row.innerText.includes(arguments[0])).length",
        marker,
    )


def left_out(person):
    """How many events the gaps stand for, by what they say."""
    words = [gap.text for gap in person.all("#rows > tr.gap")]
    return sum(int(re.sub(r"\D", "", re.search(r"[\d,]+", text)[0])) for text in words)


def accounted(person, marker, count):
    person.wait(lambda: shown(person, marker) + left_out(person) == count, f"{count} events shown or marked as left out")


def hides_nothing_of_a_burst(person):
    marker = f"burst-{time.time_ns()}"
    watch(person, marker)
    write(person, ("EMERGENCY", f"{marker} power failure"), *[("INFO", f"{marker} noise {n}") for n in range(400)])
    person.wait(lambda: shown(person, "power failure"), "the emergency")
    accounted(person, marker, 401)
    assert left_out(person) > 0
    # Nothing worse is left out than what is shown.
    assert all("Info" in gap.text for gap in person.all("#rows > tr.gap"))
    while gaps := person.all("#rows > tr.gap"):
        before = left_out(person)
        gaps[0].find_element(By.TAG_NAME, "a").click()
        person.wait(lambda: left_out(person) < before, "the events in the gap")
        accounted(person, marker, 401)
    order = listed(person)
    assert len(order) == 401 and order == sorted(order, reverse=True)


def hides_nothing_of_warnings_in_japanese(person):
    person.speak("ja")
    try:
        watch(person)
        marker = f"flood-{time.time_ns()}"
        write(person, *[("WARNING", f"{marker} {n}") for n in range(3000)])
        accounted(person, marker, 3000)
        assert "最も深刻: 警告" in person.find("#rows > tr.gap").text
    finally:
        person.speak("en")


def hides_nothing_from_a_reader(person):
    marker = f"read-{time.time_ns()}"
    write(person, ("INFO", f"{marker} first"))
    person.open(f"/events?q={marker}")
    person.wait(lambda: shown(person, marker) or person.open(f"/events?q={marker}"), "the first event")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    person.keys("j")
    write(person, ("EMERGENCY", f"{marker} power failure"), *[("INFO", f"{marker} noise {n}") for n in range(400)])
    person.wait(lambda: "401" in person.find("#fresh").text, "the count of new events")
    assert shown(person, marker) == 1
    person.find("#fresh").click()
    person.wait(lambda: shown(person, "power failure"), "the emergency")
    accounted(person, marker, 402)
    assert not person.find("#fresh").is_displayed()


def opens_a_gap_by_keyboard(person):
    marker = f"keys-{time.time_ns()}"
    watch(person, marker)
    write(person, *[("ERROR", f"{marker} {n}") for n in range(60)])
    accounted(person, marker, 60)
    person.wait(lambda: person.all("#rows > tr.gap"), "the gap")
    gap = "document.querySelector('#rows > tr.gap')"
    for _ in range(100):
        person.keys("j")
        if person.browser.execute_script(f"return document.activeElement === {gap}"):
            break
    person.keys("\ue007")
    person.wait(lambda: shown(person, marker) == 60 and not person.all("#rows > tr.gap"), "the events in the gap")


def has_the_order_of_a_reload(person):
    marker = f"order-{time.time_ns()}"
    watch(person, marker)
    for words in ([("INFO", f"{marker} now")], [("INFO", f"{marker} ahead", 7200)], [("INFO", f"{marker} late", -3600)],
                  [("INFO", f"{marker} again")]):  # fmt: skip
        write(person, *words)
        person.wait(lambda: shown(person, words[0][1]), "the event")
    order = listed(person)
    texts = [row.text for row in person.all("#rows > tr")]
    assert "ahead" in texts[0] and "late" in texts[3], texts
    assert "clock 2 h ahead" in texts[0] and "arrived 1 h late" in texts[3], texts
    assert not any("arrived" in text or "clock" in text for text in texts[1:3]), texts
    watch(person, marker)
    assert listed(person) == order
    assert [row.text for row in person.all("#rows > tr")] == texts


def marks_what_lies_before_a_late_event(person):
    """A late event behind the end of a list of a hundred: between the two there are others."""
    marker = f"behind-{time.time_ns()}"
    write(person, *[("INFO", f"{marker} {n}") for n in range(150)])
    person.wait(lambda: person.open(f"/events?q={marker}") or len(listed(person)) == 100, "a full page")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    write(person, ("ERROR", f"{marker} straggler", -3600))
    person.wait(lambda: shown(person, "straggler"), "the late event")
    assert [row.get_attribute("class") for row in person.all("#rows > tr")][-2] == "gap"
    # It is far below what the reader sees.
    person.wait(lambda: "1 arrived late" in person.find("#late").text, "the word that it is there")
    person.find("#late").click()
    assert "straggler" in person.browser.switch_to.active_element.text
    assert not person.find("#late").is_displayed()
    person.find("#rows > tr.gap a").click()
    person.wait(lambda: shown(person, marker) == 151 and not person.all("#rows > tr.gap"), "all of them")


def leads_on_without_a_hole(person):
    """What a list that grew has to give up is on the next page."""
    marker = f"long-{time.time_ns()}"
    watch(person, marker)
    for wave in range(8):
        write(person, *[("INFO", f"{marker} {n}") for n in range(40)])
        person.wait(lambda: shown(person, marker) == min(300, 40 * (wave + 1)), "the events of each wave")
    here = listed(person)
    person.press("a[rel=next]", "the next page")
    assert len(here) == 300 and len(set(here) | set(listed(person))) == 320


def can_be_read_by_everybody(person):
    """The marks that are rarely there: a gap, a late event, the banner and the count of new events."""
    marker = f"marks-{time.time_ns()}"
    watch(person, marker)
    write(person, ("ERROR", f"{marker} straggler", -3600), *[("INFO", f"{marker} {n}") for n in range(60)])
    accounted(person, marker, 61)
    assert person.all("#rows > tr.gap")
    person.browser.execute_script(
        """for (const mark of document.querySelectorAll("#stale, #stale a, #fresh, #late")) mark.hidden = false;
        document.querySelector("#stale p").textContent = document.querySelector("#stale").dataset.lost;
        document.querySelector("#fresh").textContent = document.querySelector("#late").textContent = "↑ 5";"""
    )
    for dark in [False, True]:
        person.look(1280, 860, dark)
        check_contrast(person, "dark" if dark else "light")
        check_by_axe(person, "dark" if dark else "light")
    for width in [360, 800]:
        person.look(width, 800, dark=False)
        needed = person.browser.execute_script("return document.documentElement.scrollWidth")
        assert needed <= width, f"{needed} of {width}"
    person.look(1280, 860, dark=False)


def survives(person, trouble, seconds):
    marker = f"trouble-{time.time_ns()}"
    watch(person, marker)
    trouble(True)
    person.wait(lambda: person.all("#live.off"), "the label that says so")
    write(person, ("EMERGENCY", f"{marker} power failure"))
    time.sleep(seconds)
    assert not shown(person, marker)
    trouble(False)
    person.wait(lambda: shown(person, marker), "the missed event")
    person.wait(lambda: not person.all("#live.off"), "the label")
    assert not person.find("#stale").is_displayed()


def survives_a_proxy_that_refuses(person):
    for refusal in (b"502 Bad Gateway", b"503 Service Unavailable"):
        def trouble(begins):
            person.proxy.refusal = refusal if begins else None
            if begins:
                person.proxy.cut()
        survives(person, trouble, 4)


def survives_cuts(person):
    marker = f"cut-{time.time_ns()}"
    watch(person, marker)
    for number in range(5):
        write(person, ("INFO", f"{marker} {number}"))
        person.proxy.cut()
    person.wait(lambda: shown(person, marker) == 5, "all events")
    assert not person.all("#rows > tr.gap")


def notices_a_connection_that_says_nothing(person):
    marker = f"silent-{time.time_ns()}"
    watch(person, marker)
    person.proxy.flows.clear()
    write(person, ("EMERGENCY", f"{marker} power failure"))
    try:
        person.wait(lambda: person.find("#stale").is_displayed(), "the banner", 80)
        assert re.search(r"Not live since \d+:\d\d", person.find("#stale").text), person.find("#stale").text
    finally:
        person.proxy.flows.set()
    person.wait(lambda: shown(person, marker), "the missed event", 80)
    person.wait(lambda: not person.find("#stale").is_displayed(), "the banner to go")


def says_when_the_state_of_arms_is_old(person):
    person.open("/servers")
    person.proxy.refusal = b"503 Service Unavailable"
    person.proxy.cut()
    try:
        person.wait(lambda: person.find("#stale").is_displayed(), "the banner", 80)
        assert "Not live since" in person.find("#stale").text
    finally:
        person.proxy.refusal = None
    person.wait(lambda: not person.find("#stale").is_displayed(), "the banner to go")


def keeps_what_is_typed_when_the_session_ends(person):
    marker = f"ended-{time.time_ns()}"
    write(person, ("ERROR", f"{marker} one"))
    person.wait(lambda: person.open(f"/events?q={marker}") or shown(person, marker), "the event")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    address = person.browser.current_url
    person.find("#rows input[name=events]").click()
    person.find("#bulk input[name=comment]").send_keys("half a sentence")
    name = person.find(".who .name").text
    person.browser.execute_script(
        "return fetch('/api/v1/session', {method: 'DELETE', headers: {'X-CSRF-Token': document.body.dataset.csrf}})"
    )
    write(person, ("ERROR", f"{marker} two"))
    person.wait(lambda: person.find("#stale").is_displayed(), "the banner")
    assert "session has ended" in person.find("#stale").text
    assert person.browser.current_url == address
    first = person.browser.current_window_handle
    person.find("#stale a").click()
    person.wait(lambda: len(person.browser.window_handles) == 2, "another tab")
    person.browser.switch_to.window(next(one for one in person.browser.window_handles if one != first))
    person.wait(lambda: person.find("input[name=name]"), "the sign-in page").send_keys(name)
    person.find("input[name=password]").send_keys(PASSWORD)
    person.press("form button", "the page that was left")
    assert person.browser.current_url == address
    person.browser.close()
    person.browser.switch_to.window(first)
    person.wait(lambda: not person.find("#stale").is_displayed(), "the page to be live again")
    person.wait(lambda: "1" in person.find("#fresh").text, "the event that was missed")
    assert person.find("#bulk input[name=comment]").get_attribute("value") == "half a sentence"
    person.press("#bulk button.main", "the event to be handled")
    assert "notice=handled" in person.browser.current_url


def opens_twenty_tabs(person):
    marker = f"tabs-{time.time_ns()}"
    first = person.browser.current_window_handle
    handles = []
    for number in range(20):
        person.browser.switch_to.new_window("tab")
        handles.append(person.browser.current_window_handle)
        person.browser.set_page_load_timeout(20)
        # Ten queries, so that some tabs share one and others have their own.
        person.open(f"/events?q={marker}+kind{number % 10}")
    for handle in handles:
        person.browser.switch_to.window(handle)
        person.wait(lambda: person.all("#live[data-ready]"), "each tab to be live")
    person.open(f"/events?q={marker}+kind9")
    write(person, *[("INFO", f"{marker} kind{number}") for number in range(10)])
    for number, handle in enumerate(handles):
        person.browser.switch_to.window(handle)
        person.wait(lambda: shown(person, f"kind{number % 10}") == 1, f"the event of tab {number}")
        assert len(listed(person)) == 1
    # The server notices with its next sign of life that a connection is closed.
    metrics = "fetch('/metrics').then((answer) => answer.text()).then(arguments[0])"
    person.wait(
        lambda: "\nhatohol_live_pages 1\n" in person.browser.execute_async_script(metrics), "one stream for all tabs"
    )
    for handle in handles:
        person.browser.switch_to.window(handle)
        person.browser.close()
    person.browser.switch_to.window(first)


def is_live_without_shared_workers(person):
    marker = f"alone-{time.time_ns()}"
    script = person.browser.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.SharedWorker"}
    )
    try:
        watch(person, marker)
        assert person.browser.execute_script("return typeof SharedWorker") == "undefined"
        write(person, ("INFO", f"{marker} seen"))
        person.wait(lambda: shown(person, marker), "the event")
        first = person.browser.current_window_handle
        person.browser.switch_to.new_window("tab")
        write(person, ("INFO", f"{marker} missed"))
        person.open("/events")
        person.wait(lambda: shown(person, f"{marker} missed"), "the event in another tab")
        person.browser.close()
        person.browser.switch_to.window(first)
        person.wait(lambda: shown(person, marker) == 2, "the event that came while the tab was hidden")
    finally:
        person.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def signs_in(person):
    person.browser.get(person.link)
    chooses_a_password_and_signs_in_with_it(person)
    person.speak("en")


STEPS = [
    signs_in, hides_nothing_of_a_burst, hides_nothing_of_warnings_in_japanese, hides_nothing_from_a_reader,
    opens_a_gap_by_keyboard, has_the_order_of_a_reload, marks_what_lies_before_a_late_event,
    leads_on_without_a_hole, can_be_read_by_everybody,
    says_nothing_in_the_log, survives_a_proxy_that_refuses, survives_cuts, notices_a_connection_that_says_nothing,
    says_when_the_state_of_arms_is_old, keeps_what_is_typed_when_the_session_ends, opens_twenty_tabs, is_live_without_shared_workers,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("link")
    parser.add_argument("--syslog", required=True)
    parser.add_argument("--axe", type=pathlib.Path, help="axe.min.js, a checker of accessibility")
    parser.add_argument("--only", nargs="*", help="names of steps to run after signing in")
    arguments = parser.parse_args()
    parts = urllib.parse.urlsplit(arguments.link)
    proxy = Proxy(parts.port)
    link = parts._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
    person = Person(link, arguments.syslog, arguments.axe)
    person.proxy = proxy
    steps = [step for step in STEPS if not arguments.only or step is signs_in or step.__name__ in arguments.only]
    return run_steps(person, steps)


if __name__ == "__main__":
    sys.exit(main())
