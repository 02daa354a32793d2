#!/usr/bin/env python3
"""Checks the REST API against its own OpenAPI document, by schemathesis.

    api_conformance.py LINK [ARGUMENT…]

LINK is a one-time link as for console_in_browser.py; further arguments go to `schemathesis run`. What it changes, it
changes in that console: use one made for tests. Free text (queries, moments, names) has rules JSON Schema cannot say, so the
check that each fitting text is accepted is left out; no answer may be an error of the server or differ from the document.
"""

import http.cookiejar
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request


def make_key(link, base, scope="admin"):
    """Signs in by the link and makes a key."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(link).read()
    page = opener.open(base + "/keys").read().decode()
    token = re.search(r'data-csrf="([^"]+)"', page).group(1)
    body = json.dumps({"name": "conformance", "scope": scope, "days": 1}).encode()
    headers = {"Content-Type": "application/json", "X-CSRF-Token": token}
    answer = opener.open(urllib.request.Request(base + "/api/v1/keys", body, headers))
    return json.load(answer)["key"]


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    parts = urllib.parse.urlsplit(sys.argv[1])
    base = f"{parts.scheme}://{parts.netloc}"
    key = make_key(sys.argv[1], base)
    command = [
        "schemathesis", "run", base + "/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}",
        # Without its own key the run would end early.
        "--exclude-operation-id", "removeKey", "--exclude-checks", "positive_data_acceptance", "--no-color",
    ]
    return subprocess.run(command + sys.argv[2:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
