"""Codes of a small made-up world, as a run gives them."""

import numpy as np
import pytest

from nlp.embedding import default
from observatory.analysis import coding, reading
from observatory.analysis.coding import Confirmed
from observatory.analysis.opening import Report
from observatory.catalogue import load
from observatory.complaint import periods
from observatory.demo.corpus import make_corpus

CATALOGUE = load()
CODES = tuple(CATALOGUE.modus_operandi)


@pytest.fixture(scope="module")
def world():
    """Reports of a seed that nothing was tuned on, and the codes that each tells of."""
    made = [report for report in make_corpus(601, size=300).reports if not report.junk]
    reports = [
        Report(
            row.to_bytes(32, "big"), one.narrative, one.facets, one.week, "import:demo",
            periods.month_of_week(one.week),
        )
        for row, one in enumerate(made)
    ]  # fmt: skip
    read = reading.read(reports, CATALOGUE, default(), {}, lambda *_: None)
    return read, [set(one.truth) for one in made]


@pytest.fixture(scope="module")
def coded(world):
    return coding.assign(world[0], CATALOGUE, default(), {})


def test_most_codes_given_are_told(world, coded):
    given = [(row, code) for row, codes in enumerate(coded.codes) for code in codes]
    right = sum(code in world[1][row] for row, code in given)
    assert right > 0.6 * len(given)
    assert right > 0.4 * sum(map(len, world[1]))


def test_chances_mean_what_they_say(world, coded):
    told = np.array([[code in truth for code in CODES] for truth in world[1]])
    for low, high in ((0.0, 0.1), (0.2, 0.6), (0.8, 1.01)):
        inside = (coded.chances >= low) & (coded.chances < high)
        assert abs(coded.chances[inside].mean() - told[inside].mean()) < 0.15


def test_a_coded_report_keeps_its_codes(world):
    leaf = world[0].reports[0].leaf
    again = coding.assign(world[0], CATALOGUE, default(), {leaf: ("MO43",)})
    assert again.codes[0] == ("MO43",)


def test_a_confirmed_topic_finds_more_of_its_reports(world, coded):
    topics = {
        r.leaf: f"T{int('MO04' in t)}" for r, t in zip(world[0].reports, world[1], strict=True)
    }
    said = coding.assign(world[0], CATALOGUE, default(), {}, Confirmed({"T1": "MO04"}, topics))
    before = {row for row, codes in enumerate(coded.codes) if "MO04" in codes}
    after = {row for row, codes in enumerate(said.codes) if "MO04" in codes}
    told = {row for row, truth in enumerate(world[1]) if "MO04" in truth}
    assert len(after & told) > len(before & told)
    assert len(after & told) > 0.7 * len(after)
    np.testing.assert_array_equal(said.probabilities, coded.probabilities)
