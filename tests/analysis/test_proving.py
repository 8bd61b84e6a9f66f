"""Which reports a token proves: each token once, in its quarter, of an epoch with enough issued."""

import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from observatory.analysis import counts, cuts, tallies
from observatory.analysis.months import Calendar
from observatory.analysis.opening import Report
from observatory.analysis.proving import proven
from observatory.tokens import token
from observatory.tokens.epoch import Epoch


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(65_537, 3072)


@pytest.fixture(scope="module")
def epoch(private):
    return Epoch("ab" * 32, "official", "2026-Q4", private.public_key(), 100)


@pytest.fixture(scope="module")
def made(private, epoch):
    def one():
        wish, request = token.wish(epoch)
        return wish.fulfil(epoch, token.answer(private, request)).to_bytes()

    return [one() for _ in range(3)]


def report(leaf, week="2026-W45", token=b""):
    return Report(bytes([leaf]) * 32, f"words {leaf}", {}, week, "form", "2026-11", token)


def test_a_token_proves_one_report_the_first_received_in_whatever_order(epoch, made):
    reports = [
        report(1, "2026-W46", made[0]),
        report(2, "2026-W45", made[0]),
        report(3, "2026-W45", made[0]),
        report(4, "2026-W47", made[1]),
        report(5),
    ]
    expected = {2, 4}
    for seed in range(5):
        random.Random(seed).shuffle(reports)
        found = proven(reports, [epoch])
        assert {r.leaf[0] for r, one in zip(reports, found, strict=True) if one} == expected


def test_another_prefix_or_signature_spends_the_same_value_no_second_time(private, epoch):
    wish, request = token.wish(epoch)
    first = wish.fulfil(epoch, token.answer(private, request))
    from crypto import blind

    prefix = b"p" * 32
    prepared = prefix + token.LABEL + first.value
    blinded = blind.blind(epoch.public, prepared, token.VARIANT)
    answer = token.answer(private, blinded.message)
    signature = blind.finalize(epoch.public, prepared, answer, blinded.inverse, token.VARIANT)
    second = token.Token(epoch.key_id, prefix, first.value, signature)
    assert second.is_of(epoch)
    assert proven(
        [report(1, token=first.to_bytes()), report(2, token=second.to_bytes())], [epoch]
    ) == (True, False)


def test_nothing_is_proven_with_fewer_than_a_hundred_issued(epoch, made):
    assert proven([report(1, token=made[0])], [epoch]) == (True,)
    assert proven([report(1, token=made[0])], [replace(epoch, issued=99)]) == (False,)
    assert proven([report(1, token=made[0])], []) == (False,)


def test_nothing_is_proven_outside_the_quarter(epoch, made):
    assert proven([report(1, "2026-W39", made[0])], [epoch]) == (False,)
    assert proven([report(1, "2027-W01", made[0])], [epoch]) == (False,)


def test_noise_in_place_of_a_token_takes_nothing_from_who_has_it(epoch, made):
    forged = made[0][:-1] + bytes([made[0][-1] ^ 1])
    reports = [report(1, "2026-W44", forged), report(2, "2026-W45", made[0])]
    assert proven(reports, [epoch]) == (False, True)


def test_the_cut_is_made_only_where_tokens_count():
    reports = [report(n, f"2026-W{42 + n}") for n in range(1, 5)]
    table = counts.frame(
        reports,
        codes=[()] * 4,
        topics=["T0001"] * 4,
        languages=["en"] * 4,
        offices=frozenset(),
        proven=(True, False, False, True),
    )
    taken = tallies.take(table, cuts.tallied(tokens=True), {})
    calendar = Calendar(("2026-10", "2026-11"))

    def made(standings):
        levels = cuts.levels(
            months=calendar.months,
            codes=(),
            offices=(),
            topics=("T0001",),
            languages=("en",),
            rest=cuts.left_over(taken, calendar),
            standings=standings,
        )
        return {cut.id: cut for cut in cuts.tables(taken, calendar, levels)}

    assert "standing_month" not in made(())
    cut = made(counts.STANDINGS)["standing_month"]
    assert cut.additive == {"standing"}
    found = {key: cell.reports for key, cell in cut.cells.items()}
    assert found == {
        ("proven", "2026-10"): 1,
        ("proven", "2026-11"): 1,
        ("unproven", "2026-10"): 1,
        ("unproven", "2026-11"): 1,
    }


def test_reports_from_before_there_were_tokens_count_as_unproven():
    table = counts.frame(
        [report(1), report(2, "2026-W46")],
        codes=[()] * 2,
        topics=["T0001"] * 2,
        languages=["en"] * 2,
        offices=frozenset(),
    )
    wanted = cuts.tallied(tokens=True)
    before = tallies.take(table, cuts.tallied(tokens=False), {})
    old = before.with_standing(counts.UNPROVEN, wanted)
    assert old.of(("standing",)).to_dict() == {
        ("unproven", "2026-W45"): 1,
        ("unproven", "2026-W46"): 1,
    }
    assert old.of(("standing", "mo")).to_dict() == {
        ("unproven", *key): number for key, number in before.of(("mo",)).items()
    }
    assert old.with_standing(counts.UNPROVEN, wanted) is old
    both = tallies.add([old, tallies.take(table, wanted, {})], wanted)
    for by in wanted:
        assert both.of(by).sum() == 2 * before.of(by[1:] if "standing" in by else by).sum()
    assert (
        tallies.unpack(tallies.pack(both))
        .of(("standing", "mo"))
        .equals(both.of(("standing", "mo")))
    )
