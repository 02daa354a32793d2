#!/usr/bin/python3
"""Uses the console as a person would, in headless Chromium.

    console_in_browser.py LINK --log FILE [--screenshots DIR] [--axe FILE]

LINK is the one-time link that `hatohol-server serve` or the quickstart prints; FILE is a log file that is followed by an
arm of that server, so that a line appended to it becomes an event. Needs Debian's chromium, chromium-driver and
python3-selenium. Ends with `N passed, N failed`, and with exit status 1 when something failed.
"""

import argparse
import pathlib
import sys
import time
import traceback
import urllib.parse

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.ui import Select, WebDriverWait

PASSWORD = "seven grey herons wade"
PAGES = ["/", "/events", "/triggers", "/hosts", "/items", "/servers", "/users", "/keys", "/audit", "/settings"]


class Person:
    """Somebody in front of a browser."""

    def __init__(self, link, log, axe=None, language="en"):
        parts = urllib.parse.urlsplit(link)
        self.link = link
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.log = pathlib.Path(log)
        self.axe = axe
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]:
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.set_capability("acceptInsecureCerts", True)
        self.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.look(1280, 860, dark=False)

    def look(self, width, height, dark):
        """Gives the window a size and the system a theme."""
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": theme})

    def open(self, path):
        self.browser.get(self.base + path)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, condition, what, seconds=60):
        """Until it is so; while one page follows another, elements may be gone, and are looked for again."""
        wait = WebDriverWait(self.browser, seconds, 0.1, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition(), f"waited for {what}")

    def follow(self, act, what):
        """Does what leads to another page, and waits until that one is there whole: a page asked for too early is lost."""
        page = self.find("html")
        act()
        self.wait(lambda: expected.staleness_of(page)(self.browser), what)
        self.wait(lambda: self.browser.execute_script("return document.readyState") == "complete", what)

    def press(self, selector, what):
        self.follow(self.find(selector).click, what)

    def speak(self, language):
        self.open("/settings")
        Select(self.find("select[name=language]")).select_by_value(language)
        self.press("form[action='/settings'] button", "the settings to be saved")

    def keys(self, *keys):
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()

    def write_line(self, line):
        with self.log.open("a") as file:
            file.write(line + "\n")

    def add(self, *, nickname, url, queue):
        self.open("/servers")
        self.find("a[href='/servers/new']").click()
        field = self.wait(lambda: self.find("dialog[open] input[name=nickname]"), "the dialog")
        field.send_keys(nickname)
        self.find("dialog[open] input[name=brokerURL]").send_keys(url)
        self.find("dialog[open] input[name=queue]").send_keys(queue)
        self.press("dialog[open] button.main", "the answer to the dialog")


def signs_in_by_link(person):
    person.browser.get(person.link)
    person.wait(lambda: "/settings" in person.browser.current_url, "the settings")
    assert person.find(".notice").is_displayed()


def chooses_a_password_and_signs_in_with_it(person):
    person.open("/settings")
    person.find("input[name=new]").send_keys(PASSWORD)
    person.press("form[action='/settings/password'] button", "the password to be saved")
    assert "notice=saved" in person.browser.current_url
    name = person.find(".who .name").text
    person.press(".who button", "the sign-in page")
    person.find("input[name=name]").send_keys(name)
    person.follow(lambda: person.find("input[name=password]").send_keys("not the password", Keys.ENTER), "the refusal")
    assert person.find(".error").is_displayed()
    person.follow(lambda: person.find("input[name=password]").send_keys(PASSWORD, Keys.ENTER), "the overview")
    assert person.all("nav")


def sees_a_line_appear(person):
    person.open("/events")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    line = f"a line of {time.time_ns()} <b>as text</b>"
    person.write_line(line)
    person.wait(lambda: line in person.find("#rows tr").text, "the line on top")


# Lines that a rule over characters lets through, or that show themselves as something else than they are.
HOSTILE = [
    "\u0600<meta http-equiv=refresh content=0;url=//evil.invalid \u0600>",
    "\U000110bd<b\U000110bd>bold\U000110bd</b\U000110bd>",
    "x\"\u0301 onmouseover=document.title='gone' y='\u0301",
    "\u0600<button formaction=/servers/1/remove \u0600>disk 97% full",
    "a\u200d<i\u200d>joined \U0001f1ef<u>\U0001f1f5</u>",
    "</title></h1><script>document.title='gone'</script>",
    "invoice\u202efdp.exe \u2066<b>\u2069 \u200f\u061c end",
]


def shown(line):
    """What a page shows of a line: the line, with a number in the place of what turns text round."""
    return "".join(f"[U+{ord(c):04X}]" if c in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" else c for c in line)


def shows_hostile_lines_as_text(person):
    """In a live row, in the list, on the page of the event and in its title, and nothing of it is an element."""
    person.open("/events")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    address = person.browser.current_url
    stamp = time.time_ns()
    lines = [f"{text} {stamp}-{number}" for number, text in enumerate(HOSTILE)]
    with person.log.open("ab") as file:
        file.write("".join(line + "\n" for line in lines).encode())
    script = """return [...document.querySelectorAll("#rows .wide a")].map((link) => [link.textContent, link.href])
        .filter(([text]) => text.includes(arguments[0]));"""
    rows = lambda: person.browser.execute_script(script, f" {stamp}-")
    person.wait(lambda: len(rows()) == len(lines), "the lines in the live list")
    assert sorted(text for text, _ in rows()) == sorted(map(shown, lines)), rows()
    person.open("/events")
    found = rows()
    assert sorted(text for text, _ in found) == sorted(map(shown, lines)), found
    foreign = """return document.querySelectorAll("#rows :is(meta, b, i, u, script, button, [formaction], [onmouseover])").length;"""
    assert person.browser.execute_script(foreign) == 0
    for text, link in found:
        person.browser.get(link)
        heading = person.browser.execute_script("return document.querySelector('h1').lastChild.textContent.trim()")
        title = person.browser.execute_script("return document.title")
        assert heading == text and text.startswith(title.removesuffix(" · Hatohol")[:40]), (heading, title)
        assert person.browser.execute_script("return document.querySelectorAll('meta[http-equiv], h1 b, h1 i, h1 u').length") == 0
    assert address.startswith(person.base)


def obeys_its_policy(person):
    """No text becomes an element but by the page's own policy, and a button that somebody brought in sends nothing elsewhere."""
    person.open("/events")
    refused = """try { %s; return "done"; } catch (error) { return error.name; }"""
    for act in ["document.createElement('p').innerHTML = '<b>x</b>'", "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
                "trustedTypes.createPolicy('another', {})", "document.createElement('script').src = '/x.js'"]:  # fmt: skip
        assert person.browser.execute_script(refused % act) == "TypeError", act
    cleaned = """const done = arguments[arguments.length - 1];
        import(document.querySelector("script[src$='console.js']").src.replace("console.js", "elements.js")).then(({ rowsOf }) => {
            const box = document.createElement("div");
            box.append(...rowsOf([arguments[0]]).childNodes);
            done(box.innerHTML);
        }, (error) => done(String(error)));"""
    row = """<tr data-id="1" onclick="x"><td class="wide"><a href="//evil.invalid/">a</a><a href="/events/1" target="x">b</a>
        <meta http-equiv="refresh" content="0"><button formaction="/x">c</button><input name="csrf"><svg><use href="#icon-info"></use></svg></td></tr>"""
    made = " ".join(person.browser.execute_async_script(cleaned, row).split())
    assert made == '<tr data-id="1"><td class="wide">a<a href="/events/1">b</a> c<svg><use href="#icon-info"></use></svg></td></tr>', made
    planted = """const button = document.createElement("button");
        button.setAttribute("formaction", "/servers/1/remove");
        document.querySelector("#handling").append(button);
        button.click();"""
    person.follow(lambda: person.browser.execute_script(planted), "the refusal")
    assert person.find(".code").text == "403"
    person.open("/servers")
    assert person.all("form[action='/servers/1/remove']"), "the monitoring server is still there"
    person.browser.get_log("browser")  # what was refused stands there, as it should


def reads_on_while_others_arrive(person):
    person.open("/events")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    person.keys("j")
    first = person.find("#rows tr").text
    person.write_line(f"unread {time.time_ns()}")
    person.wait(lambda: person.find("#fresh").is_displayed(), "the count of new events")
    assert person.find("#rows tr").text == first
    person.find("#fresh").click()
    person.wait(lambda: "unread" in person.find("#rows tr").text, "the new event")


def filters(person):
    marker = f"needle-{time.time_ns()}"
    person.write_line(marker)
    person.open("/events")
    person.follow(lambda: person.find("#q").send_keys(f"text:{marker} since:-1h", Keys.ENTER), "the filtered page")
    person.wait(lambda: len(person.all("#rows tr")) == 1, "the one event")
    assert len(person.all(".chip.condition")) == 2
    person.open("/events?q=" + urllib.parse.quote("severity>=awful"))
    assert person.find(".pointer mark").text == "awful"


def handles_by_keyboard_only(person):
    marker = f"handle-{time.time_ns()}"
    person.write_line(marker)
    person.open(f"/events?q={marker}")
    person.wait(lambda: len(person.all("#rows tr")) == 1, "the event")
    person.keys("j", "x", "a")
    person.wait(lambda: person.find("#bulk").is_displayed(), "the bar for the selection")
    words = ["i", Keys.TAB, "hana", Keys.TAB, "looking at it", Keys.ENTER]
    person.follow(lambda: person.keys(*words), "the event to be handled")
    assert "notice=handled" in person.browser.current_url
    assert "hana" in person.find("#rows tr").text
    person.follow(lambda: person.keys("j", Keys.ENTER), "the detail")
    assert "looking at it" in person.find(".steps").text
    person.keys("?")
    person.wait(lambda: person.find("#help").is_displayed(), "the help")
    person.keys(Keys.ESCAPE)


def handles_all_that_match(person):
    marker = f"whole-{time.time_ns()}"
    for number in range(3):
        person.write_line(f"{marker} {number}")
    person.open(f"/events?q={marker}")
    person.wait(lambda: len(person.all("#rows tr")) == 3, "the events")
    person.find("#rows tr input[name=events]").click()
    person.wait(lambda: person.find("#bulk").is_displayed(), "the bar for the selection")
    person.find("#whole").click()
    Select(person.find("#bulk select[name=status]")).select_by_value("done")
    person.press("#bulk button.main", "the events to be handled")
    assert "notice=handled" in person.browser.current_url
    assert len(person.all("#rows .handling-done")) == 3


def chooses_columns(person):
    """By keyboard; the choice is still there on the next page, and for what arrives."""
    person.open("/events")
    person.wait(lambda: person.find("#columns").is_displayed(), "the menu of columns")
    assert person.find("th.host").is_displayed()
    person.find("#columns summary").send_keys(Keys.ENTER)
    box = person.wait(lambda: person.find("#columns[open] input[value=host]"), "the open menu")
    box.send_keys(Keys.SPACE)
    assert not person.find("th.host").is_displayed()
    person.open("/events")
    person.wait(lambda: person.all("#live[data-ready]"), "the live page")
    assert not person.find("th.host").is_displayed() and person.find("th.time").is_displayed()
    line = f"without a host {time.time_ns()}"
    person.write_line(line)
    person.wait(lambda: line in person.find("#rows tr").text, "the line on top")
    assert not person.find("#rows tr td.host").is_displayed()
    person.find("#columns summary").click()
    person.wait(lambda: person.find("#columns[open] input[value=host]"), "the open menu").click()
    assert person.find("th.host").is_displayed()


def adds_and_removes_a_monitoring_server(person):
    nickname = f"added-{time.time_ns()}"
    person.add(nickname=nickname, url="amqps://arm:h1dden@broker.invalid:5671/x", queue=nickname)
    person.wait(lambda: nickname in person.find("main table").text, "the server in the list")
    assert "h1dden" not in person.browser.page_source
    person.add(nickname=nickname, url="amqps://arm:h1dden@broker.invalid:5671/y", queue="other")
    person.wait(lambda: person.find(".error"), "the refusal of a nickname that is taken")
    person.open("/servers")
    row = next(row for row in person.all("tbody tr") if nickname in row.text)

    def remove():
        row.find_element(By.CSS_SELECTOR, "button.danger").click()
        person.wait(lambda: person.browser.switch_to.alert, "the question").accept()

    person.follow(remove, "the list without it")
    assert nickname not in person.find("main").text


def switches_the_language(person):
    for language, title in [("ja", "設定"), ("en", "Settings")]:
        person.speak(language)
        assert person.find("h1").text == title
    person.speak("")


def makes_a_key_that_exports(person):
    person.open("/keys")
    person.find("input[name=name]").send_keys("export")
    person.press("form[action='/keys'] button", "the key")
    key = person.find("#made").text
    script = """const done = arguments[arguments.length - 1];
        fetch("/api/v1/events/export?format=csv", {headers: {Authorization: "Bearer " + arguments[0]}, credentials: "omit"})
            .then((answer) => answer.text()).then(done, (error) => done(String(error)));"""
    text = person.browser.execute_async_script(script, key)
    assert text.startswith("id,time,server,severity"), text[:100]
    person.open("/keys")
    assert key not in person.browser.page_source


def fits_every_width(person):
    for width in [360, 800, 1280]:
        person.look(width, 800, dark=False)
        for path in PAGES:
            person.open(path)
            needed = person.browser.execute_script("return document.documentElement.scrollWidth")
            assert needed <= width, f"{path} needs {needed} of {width}"
    person.look(1280, 860, dark=False)


def check_contrast(person, path):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for each text of the page that is shown."""
    script = (pathlib.Path(__file__).parent / "contrast.js").read_text()
    poor = person.browser.execute_script(script)
    assert not poor, f"{path}: {poor[:5]}"


def has_contrast(person):
    for dark in [False, True]:
        person.look(1280, 860, dark)
        for path in PAGES:
            person.open(path)
            check_contrast(person, f"{path}, {'dark' if dark else 'light'}")
    person.look(1280, 860, dark=False)


def names_every_field(person):
    script = """return [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
        .filter((e) => !e.hidden && !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim() || e.title))
        .map((e) => e.outerHTML.slice(0, 100));"""
    for path in PAGES + ["/servers/new", "/users/new"]:
        person.open(path)
        unnamed = person.browser.execute_script(script)
        assert not unnamed, f"{path}: {unnamed}"


def check_by_axe(person, path):
    """WCAG 2.1, A and AA, as far as a program can tell, for the page that is shown."""
    if person.axe is None:
        return
    script = person.axe.read_text() + """;const done = arguments[arguments.length - 1];
        axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then((result) => done(
            result.violations.map((rule) => rule.id + ": " + rule.nodes.map((node) => node.html.slice(0, 120)).join(" "))));"""
    broken = person.browser.execute_async_script(script)
    assert not broken, f"{path}: {broken}"


def breaks_no_rule_of_axe(person):
    for path in PAGES + ["/servers/new", "/users/new", "/events/1"]:
        person.open(path)
        check_by_axe(person, path)


def says_nothing_in_the_log(person):
    entries = [entry for entry in person.browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    entries = [entry for entry in entries if " 401 " not in entry["message"] and " 400 " not in entry["message"]]
    assert not entries, entries[:3]


def signs_out(person):
    person.open("/")
    person.press(".who button", "the sign-in page")
    person.open("/events")
    assert "/sign-in" in person.browser.current_url


STEPS = [
    signs_in_by_link, chooses_a_password_and_signs_in_with_it, sees_a_line_appear, shows_hostile_lines_as_text,
    obeys_its_policy, reads_on_while_others_arrive, filters,
    handles_by_keyboard_only, handles_all_that_match, chooses_columns, adds_and_removes_a_monitoring_server,
    switches_the_language, makes_a_key_that_exports, fits_every_width, has_contrast, names_every_field,
    breaks_no_rule_of_axe, says_nothing_in_the_log,
]


def take_pictures(person, directory):
    """Every page in both languages and both themes; the main ones for a phone and a tablet too."""
    directory.mkdir(parents=True, exist_ok=True)
    for language in ["en", "ja"]:
        person.speak(language)
        assert person.find("html").get_attribute("lang") == language
        for dark in [False, True]:
            for width, pages in [(1280, PAGES + ["/servers/new", "/events/1"]), (800, PAGES[:2]), (390, PAGES[:2])]:
                person.look(width, 800, dark)
                for path in pages:
                    person.open(path)
                    name = path.strip("/").replace("/", "-") or "overview"
                    file = f"{name}-{language}-{'dark' if dark else 'light'}-{width}.png"
                    person.browser.save_screenshot(str(directory / file))
    person.look(1280, 860, dark=False)


def run_steps(person, steps):
    """Does one step after the other and says how each came out; returns the exit status."""
    passed = failed = 0
    try:
        for step in steps:
            name = step.__name__.replace("_", " ").replace("<lambda>", "takes pictures")
            try:
                step(person)
                passed += 1
                print(f"passed: {name}", flush=True)
            except Exception:  # Whatever happens in a browser is a failure of that step alone.
                failed += 1
                print(f"FAILED: {name}\n{traceback.format_exc(limit=3)}", flush=True)
    finally:
        person.browser.quit()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("link")
    parser.add_argument("--log", required=True)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--axe", type=pathlib.Path, help="axe.min.js, a checker of accessibility")
    arguments = parser.parse_args()
    person = Person(arguments.link, arguments.log, arguments.axe)
    pictures = [lambda person: take_pictures(person, arguments.screenshots)] if arguments.screenshots else []
    return run_steps(person, STEPS + pictures + [signs_out])


if __name__ == "__main__":
    sys.exit(main())
