"""Which of several reports that say the same counts: not the one that an imitator wishes for."""

import random

import pytest

from nlp import duplicates
from observatory.analysis.opening import Report
from observatory.analysis.precedence import precedence

WORDS = (
    "The inspector on the night shift keeps our declaration in his drawer until somebody brings "
    "forty euros in an envelope, then stamps everything without looking at a single pallet"
)
OTHER = "Our broker was told at the scanner that green lanes cost extra this month"


def report(leaf, words=WORDS, office="X", week="2026-W45", source="form"):
    kept = "2026-11" if week < "2026-W49" else "2026-12"
    return Report(bytes([leaf]) * 32, words, {"office": office}, week, source, kept)


def counted(reports, proven=(), junk=()):
    """Return the reports that count when a run has found which of them say the same."""
    many = range(len(reports))
    ranks = precedence(reports, [n in proven for n in many], [n in junk for n in many])
    first = duplicates.find([one.narrative for one in reports], precedence=ranks).first
    return [one for one, stands in zip(reports, first, strict=True) if stands]


@pytest.mark.parametrize("week", ["2026-W46", "2026-W50"])
def test_copies_of_later_weeks_never_take_a_report_s_place(week):
    honest = report(200)
    copies = [report(leaf, WORDS + f" {leaf}", "Y", week) for leaf in range(100)]
    assert counted([*copies, honest]) == [honest]


def test_what_an_earlier_run_counted_stays_when_copies_come():
    early = [report(leaf, f"{WORDS} {leaf}", f"office {leaf}") for leaf in range(8)]
    late = [report(100 + leaf, f"{WORDS} {leaf}", "Y", "2026-W46") for leaf in range(40)]
    assert counted([*late, *early]) == counted(early)


def test_a_copy_with_an_advertisement_takes_no_complaint_with_it():
    """Set aside as junk, it counts nowhere: whatever it stood for would be lost."""
    advert = report(0, WORDS + " best casino", "X", "2026-W44")
    honest = report(1)
    assert counted([advert, honest], junk={0}) == [honest]


def test_of_one_week_what_a_token_proves_goes_first():
    copies = [report(leaf, office=f"Y{leaf}") for leaf in range(50)]
    honest = report(99)
    assert counted([*copies, honest], proven={50}) == [honest]
    earlier = report(100, week="2026-W44")
    assert counted([*copies, honest, earlier], proven={50}) == [earlier]


def test_salts_and_order_change_nothing():
    reports = [report(leaf, office=f"office {leaf}") for leaf in range(30)]
    told = counted(reports)[0].facets
    for seed in range(5):
        deal = random.Random(seed)
        leaves = deal.sample(range(256), len(reports))
        again = [report(leaf, office=one.facets["office"])
                 for leaf, one in zip(leaves, reports, strict=True)]  # fmt: skip
        deal.shuffle(again)
        assert counted(again)[0].facets == told


def test_an_imitator_cannot_try_wordings_without_knowing_the_week_s_other_reports():
    """One that goes before the honest report beside one set of others loses beside another."""
    honest, copy = report(0), report(1, office="Y")
    wins = 0
    for week in range(200):
        others = report(2, f"{OTHER} {week}", "Z")
        wins += copy in counted([honest, copy, others])
    assert 60 < wins < 140
