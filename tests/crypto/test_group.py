"""One side alone: proves its shares, makes a new one, and learns nothing of the seed."""

import dataclasses
import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.shamir import RawShare, _interpolate, _split_secret

from crypto.group import Group, group_of, interpolate
from crypto.shares import MissingShareError, ShareError, Slip39, combine, parse, split
from crypto.xwing import Seed

SEED = Seed(bytes(range(32)))
CUSTOMS, BUSINESS = split(SEED, (2, 3), (3, 5))


def read(mnemonics):
    return [parse(words, f"sheet {n}") for n, words in enumerate(mnemonics, start=1)]


def forged(mnemonic):
    share = Slip39.from_mnemonic(mnemonic)
    value = bytes([share.value[0] ^ 1, *share.value[1:]])
    return dataclasses.replace(share, value=value).mnemonic()


@given(
    st.dictionaries(st.integers(0, 255), st.binary(min_size=5, max_size=5), min_size=1, max_size=6),
    st.integers(0, 255),
)
def test_interpolation_is_the_librarys(points, place):
    raw = [RawShare(x, data) for x, data in points.items()]
    assert interpolate(points, place) == _interpolate(raw, place)


def test_interpolation_by_hand():
    """Through (0, a) and (1, b) goes a + (a + b) x; in GF(256) 2 * 0x80 is 0x1b."""
    assert interpolate({0: b"\x00", 1: b"\x80"}, 2) == b"\x1b"
    assert interpolate({0: b"\x05", 1: b"\x03"}, 2) == bytes([0x05 ^ (0x06 << 1)])
    assert interpolate({7: b"same"}, 200) == b"same"
    with pytest.raises(ValueError, match="zip"):
        interpolate({0: b"two", 1: b"lengths"}, 2)


def test_every_quorum_makes_the_same_sixteen_shares():
    for side, need in ((CUSTOMS, 2), (BUSINESS, 3)):
        every = [group_of(read(chosen)) for chosen in itertools.combinations(side, need)]
        made = [[group.share(n).mnemonic for n in range(1, 17)] for group in every]
        assert all(one == made[0] for one in made)
        assert made[0][: len(side)] == list(side)
        assert len(set(made[0])) == 16


def test_a_new_share_opens_with_any_others():
    new = group_of(read(CUSTOMS[:2])).share(4)
    assert (new.side, new.number, new.threshold) == ("customs", 4, 2)
    assert new.label == "share 4 of customs"
    assert new.identifier == read(CUSTOMS)[0].identifier
    for old in CUSTOMS:
        assert combine([new.mnemonic, old, *BUSINESS[:3]]) == SEED
    last = group_of(read(BUSINESS)).share(16)
    assert combine([*CUSTOMS[:2], last.mnemonic, *BUSINESS[1:3]]) == SEED


@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(0, 3), st.binary(min_size=32, max_size=32))
def test_the_digest_of_every_split_of_the_library_holds(need, more, secret):
    """The library splits; the shares are put under one heading and must prove themselves."""
    pattern = Slip39.from_mnemonic(CUSTOMS[0])
    raw = _split_secret(need, need + more, secret)
    words = [
        dataclasses.replace(pattern, index=x, member_threshold=need, value=data).mnemonic()
        for x, data in raw
    ]
    group = group_of(read(words))
    assert interpolate(group.points, 255) == secret
    with pytest.raises(ShareError, match="do not fit together"):
        group_of(read([forged(words[0]), *words[1:]]))


def test_which_numbers_were_handed_out():
    group = group_of(read(CUSTOMS[1:]))
    hashes = [share.hash for share in read(CUSTOMS)]
    assert group.numbers(hashes) == dict(enumerate(hashes, start=1))
    assert group.numbers([hashes[2], "ab" * 32]) == {3: hashes[2]}
    assert group.numbers([read(BUSINESS)[0].hash]) == {}
    assert group.numbers([group.share(16).hash, group.share(1).hash]).keys() == {1, 16}


@pytest.mark.parametrize("number", [-1, 0, 17])
def test_shares_are_numbered_from_one_to_sixteen(number):
    with pytest.raises(ShareError, match="from 1 to 16"):
        group_of(read(CUSTOMS)).share(number)


def test_too_few_doubled_and_none():
    with pytest.raises(MissingShareError, match="Too few shares of business: 3 needed, 2 given"):
        group_of(read(BUSINESS[:2]))
    with pytest.raises(MissingShareError, match="sheet 2 is the same share as sheet 1"):
        group_of(read([CUSTOMS[0], CUSTOMS[0]]))
    with pytest.raises(MissingShareError, match="No shares"):
        group_of([])


def test_a_share_that_does_not_fit_is_noticed_wherever_it_stands():
    bad = forged(BUSINESS[1])
    for place in range(4):
        words = [BUSINESS[0], BUSINESS[2], BUSINESS[3]]
        words.insert(place, bad)
        with pytest.raises(ShareError, match="do not fit together") as caught:
            group_of(read(words))
        assert not isinstance(caught.value, MissingShareError)
    with pytest.raises(ShareError, match="contradict each other"):
        group_of(read([CUSTOMS[0], CUSTOMS[1], forged(CUSTOMS[1])]))


def test_a_share_that_claims_to_suffice_alone_proves_nothing():
    share = Slip39.from_mnemonic(BUSINESS[0])
    alone = dataclasses.replace(share, member_threshold=1).mnemonic()
    with pytest.raises(ShareError, match=r"shares of business .* do not fit together"):
        group_of(read([alone]))


def test_both_sides_and_other_ceremonies_are_refused():
    with pytest.raises(ShareError, match="Shares of both sides"):
        group_of(read([*CUSTOMS, *BUSINESS]))
    again, _ = split(SEED)
    with pytest.raises(ShareError, match="different keys"):
        group_of(read([CUSTOMS[0], again[1]]))


def test_a_group_shows_no_words():
    group = group_of(read(CUSTOMS))
    assert repr(group) == "Group()"
    with pytest.raises(dataclasses.FrozenInstanceError):
        group.points = {}
    assert isinstance(group, Group)
    assert group.share(5).mnemonic not in repr(group.share(5))


def test_one_sides_group_share_is_not_the_seed():
    for side in (CUSTOMS, BUSINESS):
        assert interpolate(group_of(read(side)).points, 255) != SEED


def test_the_intake_process_does_not_load_it():
    code = "import sys, crypto.envelope, crypto.signing; print('crypto.group' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
