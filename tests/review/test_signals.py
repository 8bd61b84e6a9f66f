"""The page of signals: each one, ranked inside its group, with meaning and rival explanations."""

import re
from dataclasses import replace

import pytest
from made_up_analysis import OFFICES, analysis
from with_tokens import with_tokens

from observatory.app import create_members
from observatory.catalogue import load
from observatory.disclosure import SafeSignal
from observatory.figures import meanings as texts
from observatory.figures.meanings import certainty, meanings, rivals
from observatory.figures.names import names_of
from observatory.review.signals import GROUPS, signals_page

SAFE = analysis(load())
NAMES = names_of(SAFE, load(), OFFICES)
COLLUSIVE = next(
    code for code, mo in NAMES.catalogue.modus_operandi.items() if mo.direction == "collusive"
)


def signal(series, *, kind="rise", direction="up", q=0.004, period="2026-03"):
    return SafeSignal(series, period, kind, direction, 14, 5.1, 9.8, q)


def page_of(*signals):
    safe = replace(SAFE, signals=signals)
    return signals_page(safe, names_of(safe, NAMES.catalogue, OFFICES))


def test_every_signal_of_the_run_is_told():
    page = signals_page(SAFE, NAMES)
    told = [mark for group in page.groups for series in group.series for mark in series.marks]
    assert len(told) == page.signals == len(SAFE.signals)


def test_each_has_a_meaning_rivals_its_certainty_and_a_chart():
    for group in signals_page(SAFE, NAMES).groups:
        for series in group.series:
            assert series.meanings
            assert len(series.rivals) >= 2
            assert all(mark.certainty for mark in series.marks)
            assert series.trend is not None
            assert series.trend.title.endswith("?")


def test_extortive_collusive_and_places_are_never_ranked_together():
    page = page_of(
        signal(f"mo:{COLLUSIVE}", q=1e-9),
        signal("mo:MO01", q=1e-3),
        signal("mo:MO02", q=1e-6),
        signal("office:PORT_NORTH", q=1e-8),
        signal("all", q=0.04),
    )
    order = [(group.key, [series.link for series in group.series]) for group in page.groups]
    assert order == [
        ("everything", [""]),
        ("extortive", ["/modus-operandi/MO02", "/modus-operandi/MO01"]),
        ("collusive", [f"/modus-operandi/{COLLUSIVE}"]),
        ("place", [""]),
    ]
    assert page.silent == ("Topics", "Internal", "Private to private")
    assert page.headline == (
        "All reporting together, 2 extortive practices, one collusive practice and one place "
        "changed more than the past explains."
    )


def test_a_run_without_a_signal_says_so():
    page = page_of()
    assert page.groups == ()
    assert len(page.silent) == len(GROUPS)
    assert page.headline == "Nothing that was watched changed more than its past explains."


@pytest.mark.parametrize(
    ("series", "direction", "said"),
    [
        ("all", "up", texts.CAMPAIGN),
        ("mo:MO01", "up", texts.AIMED),
        ("mo:MO01", "down", texts.FEAR),
        ("mo:MO01", "down", texts.MOVED),
        ("mo:MO01|office:PORT_NORTH", "up", texts.TRAFFIC_UP),
        ("mo:MO01|office:PORT_NORTH", "down", texts.TRAFFIC_DOWN),
        ("topic:T0001", "up", texts.WORDING),
        (f"mo:{COLLUSIVE}", "up", texts.SPOKE),
        (f"mo:{COLLUSIVE}", "down", texts.SILENT),
    ],
)
def test_rivals_follow_what_is_watched_and_which_way_it_went(series, direction, said):
    found = rivals([signal(series, direction=direction)], replace(SAFE, signals=()), NAMES)
    assert said in found
    assert (texts.CAMPAIGN in found) is (series == "all")


def test_more_reports_are_never_said_to_be_more_corruption():
    for kind in ("rise", "drift", "level_shift"):
        [said] = meanings([signal("all", kind=kind)], SAFE)
        assert "more about reporting than about corruption" in said


def test_a_topic_that_no_code_explains_may_be_new_only_when_it_rises():
    assert texts.CANDIDATE in meanings([signal("topic:T0003", kind="new")], SAFE)
    assert texts.CANDIDATE not in meanings([signal("topic:T0001", kind="new")], SAFE)
    fall = signal("topic:T0003", kind="vanishing", direction="down")
    assert texts.CANDIDATE not in meanings([fall], SAFE)


def test_what_other_signals_suggest_is_told_first():
    fall = signal("mo:MO04|office:AIR_EAST", kind="level_shift", direction="down")
    rise = signal("mo:MO04|office:PORT_NORTH", period="2026-02")
    everything = signal("all", period="2026-02")
    safe = replace(SAFE, signals=(fall, rise, everything))
    moved = rivals([fall], safe, NAMES)[0]
    assert moved.startswith("It may have moved: there is a rise of ")
    assert moved.endswith("North Port, February 2026.")
    assert rivals([fall, rise], safe, NAMES)[2].startswith(
        "All reports together rose in February 2026"
    )


@pytest.mark.parametrize(
    ("q", "odds"),
    [(1e-9, "fewer than 1 in 1\u202f000"), (0.0295, "about 1 in 30"), (0.05, "about 1 in 20")],
)
def test_certainty_is_the_false_discovery_rate_in_words(q, odds):
    assert odds in certainty(signal("all", q=q))
    assert re.search(r"clear as this one", certainty(signal("all", q=q)))


def test_where_tokens_count_signals_are_told_with_and_without_unproven_reports():
    found = signals_page(with_tokens(SAFE), NAMES).standing
    assert [(heading, len(changes)) for heading, changes in found.verdicts] == [
        ("Seen with and without unproven reports", 1),
        ("Seen only with unproven reports", 1),
        ("Seen only without unproven reports", 1),
    ]
    assert "no mark against it" in found.meaning
    assert "Fewer reports show less" in found.reading
    assert [row[2:] for row in found.months] == [("fewer than 5", "fewer than 5")] + [
        ("41", "67")
    ] * 11
    assert signals_page(SAFE, NAMES).standing is None


def test_too_few_months_of_tokens_are_said_to_be_too_few():
    found = signals_page(with_tokens(SAFE, months=6), NAMES).standing
    assert "these are 6" in found.too_short
    assert (found.verdicts, found.reading, found.untold) == ((), "", "")


def test_the_page_holds_what_tokens_change_in_words_and_figures(made_up):
    app = create_members(made_up)
    page = app.jinja_env.get_template("review/signals.html")
    with app.test_request_context("/signals"):
        safe = with_tokens(SAFE)
        shown = {"analysis": safe, "page": signals_page(safe, NAMES), "here": "/signals"}
        app.update_template_context(shown)
        text = page.render(**shown)
    assert "With and without unproven reports" in text
    assert '<a href="/modus-operandi/MO01">' in text
    assert "Proven alone" in text
