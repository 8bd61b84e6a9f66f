"""What one side does alone: it proves its shares and replaces a lost one, and opens nothing."""

import dataclasses
import itertools

import pytest
from shamir_mnemonic.share import Share as Slip39

from crypto import shares
from crypto.shares import MissingShareError, ShareError
from observatory.custody.ceremony import new_key, split_seed
from observatory.custody.drill import prove
from observatory.custody.recovery import recover, recover_seed
from observatory.custody.replacement import replace_share
from observatory.custody.sheets import sheets_of

ROOT = "ab" * 32
SIDES = {"customs": slice(0, 3), "business": slice(3, 8)}


@pytest.fixture(scope="module")
def key():
    return new_key((2, 3), (3, 5))


@pytest.fixture(scope="module")
def sheets(key):
    return sheets_of(key, ROOT)


def of(sheets, side):
    return sheets[SIDES[side]]


@pytest.mark.parametrize(("side", "need"), [("customs", 2), ("business", 3)])
def test_every_quorum_of_a_side_proves_all_its_shares(key, sheets, side, need):
    mine = of(sheets, side)
    for chosen in itertools.combinations(mine, need):
        proof = prove(chosen, key.public, key.share_hashes[side], side)
        assert proof.side == side
        assert proof.present == tuple(sorted(sheet.share.number for sheet in chosen))
        assert proof.listed == tuple(range(1, len(mine) + 1))


def test_too_few_or_of_the_other_side_prove_nothing(key, sheets):
    hashes = key.share_hashes["customs"]
    with pytest.raises(MissingShareError, match="2 needed, 1 given"):
        prove(sheets[:1], key.public, hashes, "customs")
    with pytest.raises(MissingShareError):
        prove([sheets[0], sheets[0]], key.public, hashes, "customs")
    with pytest.raises(MissingShareError, match="No share sheets"):
        prove([], key.public, hashes, "customs")
    with pytest.raises(ShareError, match="business-custodian-1: not of customs"):
        prove([*sheets[:2], sheets[3]], key.public, hashes, "customs")


def test_a_forged_sheet_is_named(key, sheets):
    genuine = Slip39.from_mnemonic(sheets[1].share.mnemonic)
    words = dataclasses.replace(genuine, value=bytes(len(genuine.value))).mnemonic()
    forged = dataclasses.replace(sheets[1], share=shares.parse(words, "x"))
    with pytest.raises(ShareError, match="customs-custodian-2: not a sheet that the policy lists"):
        prove([sheets[0], forged], key.public, key.share_hashes["customs"], "customs")


def test_a_hash_in_the_policy_that_no_share_has_is_noticed(key, sheets):
    hashes = [*key.share_hashes["customs"][:2], "cd" * 32]
    with pytest.raises(ShareError, match="lists 3 shares of customs, and only 2 of them fit"):
        prove(sheets[:2], key.public, hashes, "customs")


def test_a_lost_share_is_replaced_by_its_side_alone(key, sheets):
    hashes = key.share_hashes["customs"]
    made = replace_share([sheets[0], sheets[2]], key.public, hashes, 2, hashes)
    assert made.lost == hashes[1]
    assert made.sheet.heading == dataclasses.replace(sheets[0].heading, number=4, count=4)
    assert made.sheet.share.number == 4
    renewed = {**key.share_hashes, "customs": [hashes[0], made.sheet.share.hash, hashes[2]]}
    for old in (sheets[0], sheets[2]):
        found = recover([made.sheet, old, *of(sheets, "business")], key.public, renewed)
        assert found.public == key.public
    with pytest.raises(ShareError, match="customs-custodian-2: not a sheet that the policy lists"):
        recover([sheets[1], *sheets], key.public, renewed)


def test_a_number_is_never_handed_out_twice(key, sheets):
    hashes = list(key.share_hashes["customs"])
    used = set(hashes)
    held = {sheet.share.number: sheet for sheet in of(sheets, "customs")}
    for expected in range(4, 17):
        lost = min(held)
        quorum = [sheet for number, sheet in held.items() if number != lost]
        made = replace_share(quorum, key.public, hashes, lost, used)
        assert made.sheet.share.number == expected
        hashes[hashes.index(made.lost)] = made.sheet.share.hash
        used.add(made.sheet.share.hash)
        del held[lost]
        held[expected] = made.sheet
    with pytest.raises(ShareError, match="All 16 numbers of customs were used"):
        replace_share([held[15], held[16]], key.public, hashes, 14, used)


def test_what_cannot_be_replaced(key, sheets):
    hashes = key.share_hashes["customs"]
    with pytest.raises(ShareError, match="customs has no share 9; it has 1, 2, 3"):
        replace_share(sheets[:2], key.public, hashes, 9, hashes)
    with pytest.raises(ShareError, match="Share 1 of customs is here"):
        replace_share(sheets[:2], key.public, hashes, 1, hashes)
    with pytest.raises(MissingShareError):
        replace_share(sheets[:1], key.public, hashes, 2, hashes)
    with pytest.raises(MissingShareError):
        replace_share([], key.public, hashes, 2, hashes)
    with pytest.raises(ShareError, match="not of"):
        replace_share([sheets[0], sheets[3]], key.public, hashes, 2, hashes)


def test_a_second_split_of_the_same_key(key, sheets):
    seed = recover_seed(sheets, key.public, key.share_hashes)
    again = split_seed(seed, (3, 4), (2, 2))
    assert again.public == key.public
    assert again.thresholds == {"customs": (3, 4), "business": (2, 2)}
    newer = sheets_of(again, ROOT)
    assert recover(newer, key.public, again.share_hashes).public == key.public
    with pytest.raises(ShareError, match="replaced by newer"):
        recover([*newer[:3], sheets[3], *newer[4:]], key.public, again.share_hashes)
    with pytest.raises(ShareError, match="cannot be"):
        split_seed(seed, (1, 4), (2, 2))
