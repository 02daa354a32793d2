"""What the oracle excuses, and what it does not."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent))

from lines import text  # noqa: E402
from oracle import Oracle, Row  # noqa: E402


def judge(lines, written, **options):
    """What is found about source `a` when the store holds these lines: (number, event id) each, in order of arrival."""
    rows = [Row(index, event, index, text("a", number), "host") for index, (number, event) in enumerate(lines)]
    oracle = Oracle({"a": written}, {}, {}, **options)
    return oracle.judge("test", rows)[0]["a"]


def test_a_line_in_each_of_several_files_comes_as_often():
    assert judge([(1, "s-1"), (1, "s-2")], 1, copies={"a": 2})["missing"] == 0
    assert judge([(1, "s-1")], 1, copies={"a": 2})["missing"] == 1
    assert judge([(1, "s-1"), (1, "s-2"), (1, "s-3")], 1, copies={"a": 2})["twice"] == 1


def test_only_lines_that_had_to_be_read_again_may_come_twice():
    lines = [(1, "s-1"), (2, "s-2"), (1, "t-1"), (2, "t-2")]
    found = judge(lines, 2, reread={"a": {2}})
    assert found["read again"] == 1 and found["twice"] == 1


def test_a_line_read_again_may_not_be_missing():
    assert judge([(1, "s-1")], 2, reread={"a": {1, 2}})["missing"] == 1


def test_ids_are_in_order_within_a_series():
    # The second series sorts before the first, as after a clock that went back; each is in order.
    assert judge([(1, "s-1"), (2, "s-2"), (3, "r-1"), (4, "r-2")], 4)["order"] == 0
    assert judge([(1, "s-2"), (2, "s-1")], 2)["order"] == 1


def test_archives_have_no_order_among_them():
    lines = [(2, "s-1"), (1, "s-2")]
    assert judge(lines, 2)["order"] > 0 and judge(lines, 2, unordered=("a",))["order"] == 0
