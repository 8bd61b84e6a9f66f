"""What a chart says, in text, label and shape, is made of Safe values and fixed words only."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from made_up_analysis import analysis, another, store

from observatory.access.sign_in import one_time_path
from observatory.analysis.raw import (
    RawAnalysis,
    RawCount,
    RawPhrase,
    RawSignal,
    RawTable,
    RawTopic,
)
from observatory.app import create_members
from observatory.disclosure import Door, Rules
from observatory.figures.names import period

HOST = {"Host": "members.localhost:8081"}

MONTHS = {period(f"2024-{month:02d}").split()[0] for month in range(1, 13)}
QUESTIONS = (
    "How many usable reports came each month? How many reports of this topic came each month? "
    "How many reports named it each month? Did it rise in begin in end in? Has the level changed "
    "since? Is it changing slowly?"
)
DESCRIPTIONS = (
    "Most: reports in. to. months quarters has have fewer than reports, or are kept back. No month "
    "quarter has enough reports to be shown. None of shown months lies lie outside the range of an "
    "even share. Signal in. Signals in and."
)
FIXED = MONTHS | set(re.findall(r"[A-Za-z]+", f"{QUESTIONS} {DESCRIPTIONS}"))


class Svgs(HTMLParser):
    """Collects what a reader, or a screen reader, gets from the SVGs of a page."""

    def __init__(self):
        super().__init__()
        self.depth, self.labels, self.texts, self.attributes = 0, [], [], set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.depth += tag == "svg"
        if self.depth:
            self.attributes |= given.keys()
            self.labels += [given[name] for name in ("aria-label", "title") if name in given]

    def handle_endtag(self, tag):
        self.depth -= tag == "svg"

    def handle_data(self, data):
        if self.depth and data.strip():
            self.texts.append(data.strip())


def svgs(html):
    found = Svgs()
    found.feed(html)
    return found


def walk(instance):
    """Return every members' page by its address."""
    client = create_members(instance).test_client()
    client.get(one_time_path(instance), headers=HOST)
    safe = instance.latest()
    addresses = ["/", "/signals", "/topics", "/modus-operandi", "/method"]
    addresses += [f"/topics/{topic.id}" for topic in safe.topics]
    addresses += [f"/modus-operandi/{code}" for code in ("MO01", "MO04", "MO08", "MO11")]
    pages = {address: client.get(address, headers=HOST) for address in addresses}
    assert {answer.status_code for answer in pages.values()} == {200}
    # What protects a session's forms is the session's own, and has nothing to do with reports.
    token = re.compile('name="csrf_token" value="[^"]+"')
    return {address: token.sub("", answer.text) for address, answer in pages.items()}


@pytest.fixture(scope="module")
def pages(made_up):
    return walk(made_up)


def safe_numbers(safe):
    """Return every number that a chart's words may hold: shown counts, k, years and periods."""
    periods = [level for table in safe.tables for level in table.levels.get("month", ())]
    cells = {cell.reports for table in safe.tables for cell in table.cells}
    return (
        cells | {int(at[:4]) for at in periods} | set(range(len(set(periods)) + 1)) | {safe.k, 10}
    )


def test_labels_of_charts_hold_fixed_words_and_safe_numbers_only(pages, made_up):
    known = safe_numbers(made_up.latest())
    labels = [label for html in pages.values() for label in svgs(html).labels]
    assert len(labels) > 20
    for label in labels:
        words = set(re.findall(r"[^\W\d]+", label))
        numbers = {int(n.replace("\u202f", "")) for n in re.findall(r"\d[\d\u202f]*", label)}
        assert words <= FIXED, words - FIXED
        assert numbers <= known, numbers - known


def test_texts_of_charts_are_years_the_middle_of_a_year_and_an_even_scale(pages):
    for html in pages.values():
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            said = [text for text in svgs(svg).texts if text != "July"]
            years = [int(text) for text in said if re.fullmatch(r"20\d\d", text)]
            scale = [int(text) for text in said if not re.fullmatch(r"20\d\d", text)]
            assert years == sorted(set(years))
            steps = {after - before for before, after in pairwise(scale)}
            assert len(steps) <= 1
            assert scale[:1] in ([], [0])


def test_charts_carry_nothing_in_other_attributes(pages):
    drawing = {
        "aria-hidden", "aria-label", "class", "d", "display", "fill", "fill-opacity", "font-family",
        "font-size", "height", "opacity", "pointer-events", "preserveaspectratio", "role", "rx",
        "stroke", "stroke-dasharray", "stroke-miterlimit", "stroke-opacity", "stroke-width",
        "text-anchor", "transform", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2",
    }  # fmt: skip
    for html in pages.values():
        assert svgs(html).attributes <= drawing


WORD, NAME = "zanzibarquay", "Rashidovich"
MONTHS_SEEN = tuple(f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13))


def raw(hidden):
    """Return a run of which some counts, and some words, must stay behind the door."""

    def cell(at):
        return RawCount(hidden, 1, hidden) if at % 5 == 0 else RawCount(20 + at, 4, 6)

    def by_month(name, level):
        cells = {(level, month): cell(at) for at, month in enumerate(MONTHS_SEEN)}
        levels = {name: (level,), "month": MONTHS_SEEN}
        return RawTable(f"{name}_month", (name, "month"), levels, cells, frozenset({"month"}))

    few = RawCount(hidden, 1, hidden)
    phrases = (
        RawPhrase("release stamp", "en", RawCount(40, 12, 5), 9.0),
        RawPhrase(f"{WORD} stamp", "en", few, 8.0),
        RawPhrase(f"ask {NAME}", "en", RawCount(30, 12, 5), 7.0),
    )
    several = RawCount(640, 90, 20)
    signal = RawSignal(
        "topic:T0001", "2025-06", "level_shift", hidden, 0.4, 1.7, 1e-4, few, RawCount(90, 20, 9)
    )
    return RawAnalysis(
        base={name: RawCount(6000, 0, 0) for name in ("received", "usable")},
        topics=(
            RawTopic("T0001", several, phrases, {"MO01": several}),
            RawTopic("T0002", few, (), {}),
        ),
        codes={"MO01": several, "MO02": few},
        signals=(signal,),
        tables=(by_month("topic", "T0001"), by_month("mo", "MO01")),
        manifest={"catalogue": "1", "periods": {"first": "2024-01", "last": "2025-12"}},
    )


def shown(made_up, place, hidden):
    instance = another(made_up, place)
    rules = Rules("members")
    door = Door(rules, lambda text, _language: NAME not in text, {"MO01": "Speed money"})
    store(instance, {"members": door.pass_through(raw(hidden))})
    return walk(instance)


def test_pages_are_the_same_bytes_whatever_is_behind_the_door(made_up, tmp_path_factory):
    one, other = (
        shown(made_up, tmp_path_factory.mktemp(f"run-{hidden}"), hidden) for hidden in (1, 4)
    )
    assert one == other
    for html in one.values():
        assert WORD not in html
        assert NAME not in html
        assert "T0002" not in html
    assert "few_marks" in one["/topics/T0001"]
    assert "release stamp" in one["/topics/T0001"]


def test_phrases_are_those_of_the_safe_product(pages, made_up):
    for topic in made_up.latest().topics:
        listed = re.search(
            r'<ul class="phrases">(.*?)</ul>', pages[f"/topics/{topic.id}"], re.DOTALL
        )
        found = re.findall(r"<li>(.*?)</li>", listed[1]) if listed else []
        assert tuple(found) == topic.phrases


def test_the_analysis_of_these_tests_has_absent_cells_and_signals():
    from observatory.catalogue import load

    safe = analysis(load())
    assert len({signal.series for signal in safe.signals}) > 3
    table = safe.table("topic_month")
    assert len(table.cells) < len(table.levels["topic"]) * len(table.levels["month"])
