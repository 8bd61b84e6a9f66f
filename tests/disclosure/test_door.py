"""The one door, with everything a run can find."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis.raw import (
    RawAnalysis,
    RawChange,
    RawCount,
    RawPhrase,
    RawQuality,
    RawSignal,
    RawTable,
    RawTopic,
)
from observatory.disclosure import Door, Rules, SafeAnalysis, SafeChange, SafeQuality
from observatory.disclosure.storage import Products, digest_of

ENOUGH = RawCount(30, 12, 5)
FEW = RawCount(4, 4, 1)


def phrase(text, count=ENOUGH, language="en"):
    return RawPhrase(text, language, count)


def topic(name="T0001", count=ENOUGH, phrases=(), codes=None, other=FEW, quality=None):
    return RawTopic(name, count, tuple(phrases), codes or {}, other, quality)


def signal(observed, expected, count, series="mo:MO01|office:NORTH", kind="rise", since=None):
    upper = expected * 1.5
    return RawSignal(
        series, "2024-05", kind, observed, expected, upper, 0.001, count, since or count
    )


def through(rules=None, **parts):
    raw = RawAnalysis(
        base=parts.get("base", {}),
        topics=parts.get("topics", ()),
        codes=parts.get("codes", {}),
        signals=parts.get("signals", ()),
        tables=parts.get("tables", ()),
        manifest={"catalogue": "1"},
        changes=parts.get("changes", ()),
    )
    door = Door(
        rules or Rules("members"),
        lambda text, language: language == "en" and "Rashid" not in text,
        {"MO01": "Speed money"},
    )
    return door.pass_through(raw)


def test_counts_below_k_are_absent_everywhere():
    safe = through(
        base={"received": RawCount(500, 0, 0), "junk": RawCount(4, 0, 0)},
        codes={"MO01": ENOUGH, "MO02": FEW, "MO08": RawCount(9, 9, 1)},
        topics=[topic(), topic("T0002", FEW)],
    )
    assert safe.reports == {"received": 500}
    assert safe.modus_operandi == (("MO01", 30),)
    assert [t.id for t in safe.topics] == ["T0001"]
    assert safe.code_count("MO02") is None


def test_a_phrase_needs_k_reports_three_weeks_and_allowed_words():
    safe = through(
        topics=[
            topic(
                phrases=[
                    phrase("release stamp"),
                    phrase("inspector Rashid"),
                    phrase("only here", FEW),
                    phrase("one week", RawCount(30, 2, 20)),
                    phrase("timbre", language="xx"),
                ]
            )
        ]
    )
    assert safe.topics[0].phrases == ("release stamp",)
    assert safe.topics[0].label == "release stamp"


def test_a_topic_led_by_sexual_extortion_shows_no_words():
    safe = through(
        topics=[topic(phrases=[phrase("release stamp")], codes={"MO08": RawCount(10, 8, 2)})]
    )
    assert safe.topics[0].phrases == ()


def test_a_topic_without_phrases_is_called_by_its_nearest_code():
    safe = through(topics=[topic(codes={"MO01": ENOUGH})])
    assert safe.topics[0].label == "no phrase may be shown; nearest: Speed money"
    assert safe.topics[0].codes == (("MO01", 1.0),)


def test_a_topic_that_no_code_explains_is_a_candidate():
    rest = RawCount(19, 9, 4)
    assert (
        through(topics=[topic(codes={"MO01": RawCount(11, 9, 2)}, other=rest)]).topics[0].candidate
    )
    explained = topic(codes={"MO01": RawCount(12, 9, 2)}, other=rest)
    assert not through(topics=[explained]).topics[0].candidate


def test_a_topic_of_reports_that_went_as_they_should_is_no_candidate():
    assert not through(topics=[topic(codes={"MO01": FEW}, other=FEW)]).topics[0].candidate


def test_a_rise_in_a_hidden_cell_is_not_shown():
    safe = through(signals=[signal(30, 9.04, ENOUGH), signal(4, 1.0, FEW, "mo:MO02|office:NORTH")])
    assert [(s.series, s.observed, s.direction) for s in safe.signals] == [
        ("mo:MO01|office:NORTH", 30, "up")
    ]
    assert safe.signals[0].expected == 9.1


def test_a_lasting_change_under_k_shows_without_its_figure():
    safe = through(
        signals=[
            signal(2, 6.0, FEW, "mo:MO04|office:NORTH", "level_shift"),
            signal(2, 4.0, FEW, "mo:MO05|office:NORTH", "level_shift"),
            signal(3, 0.1, FEW, "topic:T0001", "new", since=ENOUGH),
            signal(3, 0.1, FEW, "topic:T0002", "new", since=FEW),
        ]
    )
    assert [(s.series, s.observed, s.direction) for s in safe.signals] == [
        ("mo:MO04|office:NORTH", None, "down"),
        ("topic:T0001", None, "up"),
    ]
    assert all("observed" not in s.to_json() for s in safe.signals)


def test_hidden_topics_leave_no_trace_in_tables():
    table = RawTable(
        "topic_month",
        ("topic", "month"),
        {"topic": ("T0001", "T0002"), "month": ("2024-01",)},
        {("T0001", "2024-01"): ENOUGH, ("T0002", "2024-01"): FEW},
        frozenset(),
    )
    safe = through(topics=[topic(), topic("T0002", FEW)], tables=[table])
    assert "T0002" not in json.dumps(safe.to_json())


def test_products_survive_storing_and_reading(tmp_path):
    safe = through(
        base={"received": RawCount(500, 0, 0)},
        topics=[
            topic(
                phrases=[phrase("release stamp")],
                codes={"MO01": ENOUGH},
                quality=RawQuality(0.21, 0.68, 0.83, poor=False),
            ),
            topic("T0002", quality=RawQuality(0.1, 0.2, None, poor=False)),
        ],
        signals=[signal(30, 9.04, ENOUGH), signal(2, 20.0, FEW)],
        changes=[RawChange("born", {}, ("T0002",), ENOUGH)],
    )
    store = Products(tmp_path / "products")
    store.store({"members": safe, "public": safe})
    folder = store.store({"members": safe, "public": safe})
    assert folder.name == "000002"
    assert store.of("members", digest_of(safe)).to_json() == safe.to_json()


def test_another_schema_is_refused():
    with pytest.raises(ValueError, match="schema"):
        SafeAnalysis.from_json({"schema": "something/2"})


def test_raw_figures_do_not_show_in_a_repr():
    shown = repr(topic(phrases=[phrase("Rashid")], codes={"MO01": RawCount(77, 1, 1)}))
    assert "Rashid" not in shown
    assert "77" not in shown


def test_no_signal_shows_a_count_that_a_table_keeps_back_beside_a_small_one():
    """EAST has 2 reports in May: from the month's total and NORTH's figure they could be found."""
    two, eight, many = RawCount(2, 2, 1), RawCount(8, 4, 2), RawCount(40, 4, 10)
    offices = ("EAST", "NORTH", "SOUTH")
    table = RawTable(
        "office_month",
        ("office", "month"),
        {"office": offices, "month": ("2024-05",)},
        {(one, "2024-05"): c for one, c in zip(offices, (two, eight, many), strict=True)},
        frozenset({"office"}),
    )
    found = through(
        tables=(table,),
        signals=(
            signal(8, 2.0, eight, "office:NORTH"),
            signal(8, 2.0, eight, "office:NORTH", kind="level_shift", since=many),
            signal(40, 9.0, many, "office:SOUTH"),
            signal(8, 2.0, eight, "mo:MO01|office:NORTH"),
        ),
    )
    assert [(one.series, one.kind, one.observed) for one in found.signals] == [
        ("office:NORTH", "level_shift", None),
        ("office:SOUTH", "rise", 40),
        ("mo:MO01|office:NORTH", "rise", 8),
    ]


def test_a_shown_topic_says_how_good_it_is_to_one_decimal():
    poor = RawQuality(-0.04, 0.263, 0.476, poor=True)
    safe = through(topics=[topic(quality=poor), topic("T0002", FEW, quality=poor), topic("T0003")])
    assert [(one.id, one.quality, one.poor) for one in safe.topics] == [
        ("T0001", SafeQuality(0.0, 0.3, 0.5, poor=True), True),
        ("T0003", None, False),
    ]
    assert "quality" not in safe.topics[1].to_json()


def test_a_change_is_told_of_topics_that_are_shown_or_could_be_as_they_were():
    safe = through(
        topics=[topic(), topic("T0002"), topic("T0003", FEW)],
        changes=[
            RawChange("merged", {"T0001": ENOUGH, "T0004": ENOUGH}, ("T0001",), ENOUGH),
            RawChange("merged", {"T0001": ENOUGH, "T0005": FEW}, ("T0001",), ENOUGH),
            RawChange("split", {"T0002": ENOUGH}, ("T0002", "T0003"), ENOUGH),
            RawChange("died", {"T0006": ENOUGH}, (), ENOUGH),
            RawChange("died", {"T0007": FEW}, (), FEW),
            RawChange("moved", {"T0001": ENOUGH}, (), FEW),
            RawChange("born", {}, ("T0002",), ENOUGH),
            RawChange("born", {}, ("T0003",), FEW),
        ],
    )
    assert safe.changes == (
        SafeChange("born", (), ("T0002",)),
        SafeChange("died", ("T0006",), ()),
        SafeChange("merged", ("T0001", "T0004"), ("T0001",)),
    )


NAMES = tuple(f"T{number:04d}" for number in range(1, 7))
COUNTS = st.builds(
    lambda weeks: RawCount(sum(weeks), len(weeks), max(weeks, default=0)),
    st.lists(st.integers(1, 8), max_size=8),
)
SIZES = st.fixed_dictionaries(dict.fromkeys(NAMES, COUNTS))
SOME = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["born", "split", "merged", "died", "moved"]), SOME, SOME, COUNTS),
    max_size=8,
)
WORDS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["en", "fr", "other"])), COUNTS
)


@given(SIZES, SIZES, CHANGES, WORDS)
def test_nothing_of_a_topic_that_may_not_be_shown_passes_in_changes_or_languages(
    sizes, former, changes, languages
):
    rules = Rules("members")
    safe = through(
        topics=[
            topic(name, count, quality=RawQuality(0.2, 0.5, 0.7, poor=False))
            for name, count in sizes.items()
        ],
        changes=[
            RawChange(kind, {name: former[name] for name in old}, tuple(new), count)
            for kind, old, new, count in changes
        ],
        tables=[
            RawTable(
                "topic_language",
                ("topic", "language"),
                {"topic": NAMES, "language": ("en", "fr", "other")},
                languages,
                frozenset({"topic", "language"}),
            )
        ],
    )
    shown = {name for name in NAMES if rules.allows(sizes[name])}
    known = shown | {name for name in NAMES if rules.allows(former[name])}
    text = json.dumps(safe.to_json())
    assert {topic.id for topic in safe.topics} == shown
    assert not [name for name in NAMES if name in text and name not in known]
    assert all(set(change.after) <= shown for change in safe.changes)
    for cell in safe.table("topic_language").cells:
        assert cell.key[0] in shown
        assert rules.allows(languages[cell.key])
    told = {(change.kind, change.before, change.after) for change in safe.changes}
    assert told <= {
        (kind, tuple(old), tuple(new)) for kind, old, new, count in changes if rules.allows(count)
    }
