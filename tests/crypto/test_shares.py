"""Shares: both sides open, one side never does, and every mistake is named."""

import dataclasses
import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from crypto.shares import MissingShareError, ShareError, Slip39, combine, parse, recover, split
from crypto.xwing import Seed

SEED = Seed(bytes(range(32)))
CUSTOMS, BUSINESS = split(SEED)
ALL = [*CUSTOMS, *BUSINESS]


@pytest.mark.parametrize("size", range(7))
def test_every_subset(size):
    for chosen in itertools.combinations(range(6), size):
        given_shares = [ALL[i] for i in chosen]
        if sum(i < 3 for i in chosen) >= 2 and sum(i >= 3 for i in chosen) >= 2:
            assert combine(given_shares) == SEED
            assert combine(given_shares[::-1]) == SEED
        else:
            with pytest.raises(MissingShareError):
                combine(given_shares)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_any_thresholds(data):
    seed = Seed(data.draw(st.binary(min_size=32, max_size=32)))
    sizes = []
    for _ in range(2):
        count = data.draw(st.integers(2, 6))
        sizes.append((data.draw(st.integers(2, count)), count))
    sides = split(seed, *sizes)
    assert [len(side) for side in sides] == [count for _, count in sizes]
    picks = [data.draw(st.permutations(side)) for side in sides]
    enough = [pick[:need] for pick, (need, _) in zip(picks, sizes, strict=True)]
    assert combine([*enough[1], *enough[0]]) == seed
    for short in ([*enough[0][1:], *sides[1]], [*sides[0], *enough[1][1:]], sides[0], sides[1]):
        with pytest.raises(MissingShareError):
            combine(short)


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 2), (0, 2), (2, 17), (-2, 3)])
def test_thresholds_that_cannot_be(size):
    for side in ("customs", "business"):
        with pytest.raises(ShareError, match=rf"{side}: {size[0]} of {size[1]} shares cannot be"):
            split(SEED, **{side: size})


def test_the_largest_sides():
    assert [len(side) for side in split(SEED)] == [3, 3]
    customs, business = split(SEED, (16, 16), (2, 16))
    assert (len(customs), len(business)) == (16, 16)
    assert combine([*customs, *business[14:]]) == SEED
    with pytest.raises(MissingShareError, match="customs: 16 needed, 15 given"):
        combine([*customs[1:], *business])


def test_what_a_share_says_of_itself():
    """As docs/envelope.md says: two groups, both needed, no passphrase and so no stretching."""
    for group, mnemonics in enumerate((CUSTOMS, BUSINESS)):
        for index, mnemonic in enumerate(mnemonics):
            share = Slip39.from_mnemonic(mnemonic)
            assert share.common_parameters()[1:] == (True, 0, 2, 2)
            assert (share.group_index, share.index, share.member_threshold) == (group, index, 2)
            assert parse(mnemonic, "sheet").identifier == share.identifier


def test_seed_of_another_length():
    with pytest.raises(ShareError, match="32 bytes"):
        split(Seed(bytes(16)))


def test_two_ceremonies_of_one_seed_do_not_mix():
    again, _ = split(SEED)
    assert set(again).isdisjoint(CUSTOMS)
    with pytest.raises(ShareError, match="different keys") as caught:
        combine([CUSTOMS[0], again[1], *BUSINESS[:2]])
    assert str(caught.value) == (
        "These are shares of different keys: share 2 on one hand, share 1, share 3, share 4 on the"
        " other. Leave out those that are not of this key."
    )


def test_one_side_alone_is_told_which_is_missing():
    with pytest.raises(MissingShareError, match="business are missing: bring as many as it needs"):
        combine(CUSTOMS)
    with pytest.raises(MissingShareError, match="shares of customs are missing: 2 needed"):
        recover([parse(m, "x") for m in BUSINESS], {"customs": 2, "business": 2})
    with pytest.raises(MissingShareError, match=r"1 given\. Bring 1 more of business"):
        combine([*CUSTOMS, BUSINESS[2]])
    with pytest.raises(MissingShareError, match="No shares"):
        combine([])


def test_doubled_share_counts_once_and_is_named():
    with pytest.raises(MissingShareError) as caught:
        combine([CUSTOMS[0], CUSTOMS[0].upper(), *BUSINESS])
    assert str(caught.value) == (
        "Too few shares of customs: 2 needed, 1 given"
        " (share 2 is the same share as share 1; it counts once). Bring 1 more of customs."
    )
    with pytest.raises(MissingShareError, match="as share 1; share 3 is the same share as share 1"):
        combine([CUSTOMS[0]] * 3)
    assert combine([*CUSTOMS, CUSTOMS[0], *BUSINESS]) == SEED


def test_mistyped_word_is_named_with_the_nearest():
    words = CUSTOMS[0].split()
    right = words[9]
    words[9] = right[:-1] + ("q" if right[-1] != "q" else "x")
    with pytest.raises(ShareError) as caught:
        combine([" ".join(words), *BUSINESS])
    message = str(caught.value)
    assert message.startswith(f"share 1: word 10, '{words[9]}', is not in the word list.")
    assert right in message
    assert CUSTOMS[0][:40] not in message


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("acadmic", "Is it academic or ceramic or admit? Look"),  # the three nearest
        ("wireles", "Is it wireless or relate? Look"),  # no others near enough
        ("acadxxxxxxxx", "Is it academic? Look"),  # the only one that begins so
        ("beamizzzzz", "Is it beam? Look"),
        ("acad", "Is it arcade or acid or cards or academic? Look"),
        ("qqqq", "not in the word list. Look"),
    ],
)
def test_the_words_that_may_be_meant(typed, advice):
    with pytest.raises(ShareError, match="word 1, ") as caught:
        parse(typed, "sheet")
    assert f"{advice} at the sheet again." in str(caught.value)


def test_nonsense_word_is_cut_in_the_message():
    with pytest.raises(ShareError, match=r"'qqqqqqqqqqqqqqqqqqqq', is not in the word list\. Look"):
        parse("q" * 5000, "sheet")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 32), st.sampled_from(WORDLIST), st.integers(0, 5))
def test_one_wrong_word_never_passes(place, word, number):
    words = ALL[number].split()
    if words[place] == word:
        return
    words[place] = word
    with pytest.raises(ShareError, match="checksum fails"):
        parse(" ".join(words), "sheet")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 31))
def test_two_exchanged_words_never_pass(place):
    words = CUSTOMS[1].split()
    if words[place] == words[place + 1]:
        return
    words[place : place + 2] = words[place + 1], words[place]
    with pytest.raises(ShareError, match="checksum fails"):
        parse(" ".join(words), "sheet")


def test_wrong_number_of_words():
    with pytest.raises(ShareError, match="33 words; this one has 32"):
        parse(CUSTOMS[0].rsplit(" ", 1)[0], "sheet")


def test_a_share_of_a_wallet_is_no_share_of_a_key():
    ((wallet,),) = generate_mnemonics(1, [(1, 1)], bytes(32), iteration_exponent=0)
    with pytest.raises(ShareError, match="not of an observatory's key"):
        parse(wallet, "sheet")


def test_parsed_share_says_whose_it_is():
    for side, mnemonics in (("customs", CUSTOMS), ("business", BUSINESS)):
        for number, mnemonic in enumerate(mnemonics, start=1):
            share = parse(f"  {mnemonic.upper()}\n", "sheet")
            assert (share.side, share.number, share.threshold) == (side, number, 2)
            assert share.mnemonic == mnemonic
            assert mnemonic not in repr(share)
            assert share.hash == parse(mnemonic, "other").hash
            clear = b"jio/share/v1\x00" + mnemonic.encode()
            assert share.hash == hashlib.sha256(clear).hexdigest()
            with pytest.raises(dataclasses.FrozenInstanceError):
                share.side = "business"


def forge(mnemonic, **changes):
    """Return a share with other content and a good checksum."""
    return dataclasses.replace(Slip39.from_mnemonic(mnemonic), **changes).mnemonic()


@pytest.mark.parametrize(
    "changes",
    [
        {"group_index": 2},
        {"group_threshold": 1},
        {"group_count": 3},
        {"group_threshold": 3, "group_count": 3},
    ],
)
def test_a_share_of_other_groups_is_refused(changes):
    with pytest.raises(ShareError, match="sheet: a SLIP-39 share, but not of an observatory's key"):
        parse(forge(CUSTOMS[0], **changes), "sheet")


def test_a_share_that_tells_another_threshold_is_named():
    low, high = (forge(CUSTOMS[1], member_threshold=need) for need in (1, 3))
    for given_shares in ([CUSTOMS[0], high], [low, CUSTOMS[0]], [high, CUSTOMS[0], CUSTOMS[2]]):
        with pytest.raises(ShareError, match=r"share 1, share 2.*: two of these contradict"):
            combine([*given_shares, *BUSINESS])


def test_the_search_among_many_false_shares_ends():
    """Four genuine ones among sixteen are found if they are among the first thousand choices."""
    customs, business = split(SEED, business=(4, 16))
    choices = list(itertools.combinations(range(16), 4))

    def only(genuine):
        return [m if i in genuine else forge(m, value=bytes(32)) for i, m in enumerate(business)]

    assert combine([*customs[:2], *only(choices[999])]) == SEED
    with pytest.raises(ShareError, match="do not fit together"):
        combine([*customs[:2], *only(choices[1000])])


def test_a_forged_share_with_a_good_checksum_is_passed_over_or_named():
    forged = forge(CUSTOMS[2], value=bytes(32))
    with pytest.raises(ShareError, match="do not fit together"):
        combine([CUSTOMS[0], forged, *BUSINESS])
    assert combine([forged, CUSTOMS[0], CUSTOMS[1], *BUSINESS]) == SEED
    with pytest.raises(ShareError, match="contradict each other"):
        combine([CUSTOMS[2], forged, *BUSINESS])
