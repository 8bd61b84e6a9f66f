"""The one door, with everything a run can find."""

import json

import pytest

from observatory.analysis.raw import (
    RawAnalysis,
    RawCount,
    RawPhrase,
    RawSignal,
    RawTable,
    RawTopic,
)
from observatory.disclosure import Door, Rules, SafeAnalysis
from observatory.disclosure.storage import Products, digest_of

ENOUGH = RawCount(30, 12, 5)
FEW = RawCount(4, 4, 1)


def phrase(text, count=ENOUGH, language="en"):
    return RawPhrase(text, language, count)


def topic(name="T0001", count=ENOUGH, phrases=(), codes=None, other=FEW):
    return RawTopic(name, count, tuple(phrases), codes or {}, other)


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
        topics=[topic(phrases=[phrase("release stamp")], codes={"MO01": ENOUGH})],
        signals=[signal(30, 9.04, ENOUGH), signal(2, 20.0, FEW)],
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
