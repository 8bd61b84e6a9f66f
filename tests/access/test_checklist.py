"""The checklist of access names tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/access.md"


def test_every_test_that_the_checklist_names_is_there():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE.read_text("utf-8"))
    assert len(named) > 40
    for file, test in named:
        (path,) = TESTS.rglob(file)
        assert f"\ndef {test}(" in path.read_text("utf-8"), (file, test)
