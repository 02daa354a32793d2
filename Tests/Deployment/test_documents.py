"""The documents name tests that are there, and link to pages that are there."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SWIFT = {path: path.read_text() for path in ROOT.glob("Tests/**/*.swift")}


def exists(name):
    """Whether `SuiteTests`, `SuiteTests/test`, or a target's name is that of a test."""
    suite, _, test = name.partition("/")
    texts = [text for text in SWIFT.values() if re.search(rf"\b(struct|class|enum|actor) {suite}\b", text)]
    if not test:
        return bool(texts) or (ROOT / "Tests" / suite).is_dir()
    return any(re.search(rf"\bfunc {re.escape(test)}\b", text) for text in texts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_named_is_there(page):
    named = re.findall(r"`([A-Z]\w*Tests(?:/\w+)?)`", page.read_text())
    assert [name for name in named if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_each_cell_about_silence_names_its_test():
    """Or says that it is what another cell or nobody says."""
    section = (ROOT / "docs/reliability.md").read_text().split("## Silence is not health", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
    elsewhere = ("with the next report", "as a server that does not", "as no server that", "it does not run", "nothing, as")
    assert len(rows) > 20 and {len(row) for row in rows} == {3}
    assert [cell for row in rows for cell in row[1:] if not re.search(r"Tests\b|the same test", cell) and not cell.startswith(elsewhere)] == []
