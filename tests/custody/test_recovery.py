"""From sheets back to the key: the right subset, and each wrong sheet by name."""

import dataclasses
import itertools
import subprocess
import sys

import pytest
from shamir_mnemonic.share import Share as Slip39

from crypto import shares
from crypto.envelope import seal
from crypto.shares import MissingShareError, ShareError
from crypto.xwing import open_envelope
from observatory.custody.ceremony import NewKey, new_key
from observatory.custody.recovery import RootError, check_headings, recover
from observatory.custody.share_files import read_share_file, write_share_files
from observatory.custody.sheets import sheets_of

ROOT = "ab" * 32


def read_back(key, folder):
    return [read_share_file(p) for p in write_share_files(folder, sheets_of(key, ROOT), None)]


def headed(sheet, **changes):
    return dataclasses.replace(sheet, heading=dataclasses.replace(sheet.heading, **changes))


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def sheets(key, tmp_path_factory):
    return read_back(key, tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return read_back(new_key(), tmp_path_factory.mktemp("other"))


def test_every_two_and_two_open_what_was_sealed(key, sheets):
    envelope = seal(bytes(4096), key.public, 8107)
    for customs in itertools.combinations(sheets[:3], 2):
        for business in itertools.combinations(sheets[3:], 2):
            private = recover([*business, *customs], key.public, key.share_hashes)
            assert open_envelope(envelope, private) == bytes(4096)


def test_more_than_needed_and_doubled_are_welcome(key, sheets):
    assert recover([*sheets, sheets[0]], key.public, key.share_hashes).public == key.public


def test_who_is_missing(key, sheets):
    for given, reason in (
        ([], "No share sheets"),
        (sheets[:3], "shares of business are missing: 2 needed"),
        (sheets[3:], "shares of customs are missing: 2 needed"),
        (sheets[:4], "Too few shares of business: 2 needed, 1 given"),
        ([sheets[0], sheets[0], *sheets[3:]], r"customs-custodian-1.txt is the same share as"),
    ):
        with pytest.raises(MissingShareError, match=reason):
            recover(given, key.public, key.share_hashes)


def test_sheet_of_another_key_is_named(key, sheets, other):
    with pytest.raises(ShareError, match=f"Sheets of another key: .*key {other[0].heading.key_id}"):
        recover([*sheets, other[0]], key.public, key.share_hashes)


def test_sheet_of_another_key_under_this_keys_heading(key, sheets, other):
    disguised = [headed(sheet, key_id=key.public.id.hex()) for sheet in other]
    with pytest.raises(ShareError, match="not a sheet that the policy lists"):
        recover(disguised, key.public, key.share_hashes)
    with pytest.raises(ShareError, match="their headings were changed"):
        recover(disguised, key.public)
    with pytest.raises(ShareError, match="different keys"):
        recover([disguised[0], *sheets], key.public)


def test_forged_sheet_is_named_by_its_hash(key, sheets):
    genuine = Slip39.from_mnemonic(sheets[1].share.mnemonic)
    words = dataclasses.replace(genuine, value=bytes(len(genuine.value))).mnemonic()
    forged = dataclasses.replace(sheets[1], share=shares.parse(words, sheets[1].label))
    with pytest.raises(ShareError, match=r"customs-custodian-2.txt: not a sheet that the policy"):
        recover([sheets[0], forged, *sheets[3:]], key.public, key.share_hashes)
    with pytest.raises(ShareError, match="do not fit together"):
        recover([sheets[0], forged, *sheets[3:]], key.public)


def test_sheets_of_an_earlier_split_are_named(key, sheets, tmp_path):
    seed = shares.combine([sheet.share.mnemonic for sheet in sheets])
    again = dict(zip(("customs", "business"), shares.split(seed), strict=True))
    renewed = NewKey(key.public, key.thresholds, again)
    newer = read_back(renewed, tmp_path)
    assert recover(newer, key.public, renewed.share_hashes).public == key.public
    with pytest.raises(ShareError, match="replaced by newer"):
        recover([sheets[0], *newer[1:]], key.public, renewed.share_hashes)


def test_root_of_another_policy_is_refused(key, sheets):
    def check(given, root):
        check_headings({sheet.label: sheet.heading for sheet in given}, key.public, root)

    check(sheets, ROOT)
    with pytest.raises(RootError, match=r"the root on the sheet is not that of policy.json"):
        check(sheets, "cd" * 32)
    odd = headed(sheets[0], root="cd" * 32)
    with pytest.raises(RootError, match=r"customs-custodian-1\.txt: the root") as caught:
        check([odd, *sheets[1:]], ROOT)
    assert "custodian-2" not in str(caught.value)
    with pytest.raises(RootError, match="the root on the sheet"):
        recover([odd, *sheets[1:]], key.public)


def test_opening_half_has_two_doors_only():
    """Whoever imports the intake's modules has not loaded custody or the opening half."""
    code = (
        "import sys, observatory.complaint.plaintext, crypto.envelope, crypto.signing\n"
        "bad = ('crypto.xwing', 'crypto.shares', 'observatory.custody')\n"
        "print([m for m in sys.modules if m.startswith(bad)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
