"""Locked shares: only the custodian's passphrase opens one, and an edited heading never does."""

import base64
import json
import re

import pytest

from crypto.shares import ShareError
from observatory.custody import locked
from observatory.custody.ceremony import new_key
from observatory.custody.share_files import (
    read_file_heading,
    read_share_file,
    write_share_files,
)
from observatory.custody.sheets import sheets_of, typed_sheet, typed_words

ROOT = "0123456789abcdef" * 4
WORDS = "four sealed words here"


@pytest.fixture(scope="module")
def key():
    return new_key((2, 3), (3, 4))


@pytest.fixture(scope="module")
def sheet(key):
    return sheets_of(key, ROOT)[1]


@pytest.fixture(scope="module")
def text(sheet):
    return locked.lock(sheet, WORDS)


def test_a_locked_share_opens_with_its_passphrase_only(sheet, text):
    found = locked.unlock(text, WORDS, label="file")
    assert found.share.hash == sheet.share.hash
    assert found.heading == sheet.heading
    with pytest.raises(ShareError, match=r"^bag/file\.txt: the passphrase is wrong, or the file"):
        locked.unlock(text, WORDS + "!", label="bag/file.txt")


def test_nothing_of_the_words_is_in_the_file(sheet, text):
    payload = json.loads(
        base64.b64decode("".join(text.split("Locked:")[1].split("End of")[0].split()))
    )
    clear = text + json.dumps(payload)
    assert not any(
        f" {word} " in clear.split("WHAT TO DO")[0] for word in sheet.share.mnemonic.split()
    )
    assert max(len(line) for line in text.splitlines()) <= 80
    for number in (1, 2, 3):
        assert f"\n{number}. " in text


def test_every_locked_share_is_of_one_length(key):
    lengths = set()
    for sheet in sheets_of(key, ROOT)[:3]:
        lengths.add(len(sheet.share.mnemonic))
        payload = locked.lock(sheet, WORDS).split("Locked:")[1].split("End of")[0]
        cipher = json.loads(base64.b64decode("".join(payload.split())))["cipher"]
        assert len(cipher["ciphertext"]) == 2 * (384 + 16)
    assert max(lengths) < 384


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"Side: +customs", "Side: business"),
        (r"2 of 3\n", "1 of 3\n"),
        (r"2 of 3\n", "2 of 4\n"),
        (r"2 of customs", "1 of customs"),
        (r"3 of business", "2 of business"),
        (r"Key: .*\n", f"Key: {'ab' * 8}\n"),
        (r"Root: .*\n", f"Root: {'cd' * 32}\n"),
    ],
)
def test_an_edited_heading_does_not_open(text, pattern, replacement):
    edited, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1
    with pytest.raises(
        ShareError, match=r"^file: the passphrase is wrong, or the file was altered"
    ):
        locked.unlock(edited, WORDS, label="file")


@pytest.mark.parametrize("body", ["", "!!!!", "e30=", base64.b64encode(b"[]").decode(), "bnVsbA=="])
def test_a_damaged_file_is_named(text, body):
    head, rest = text.split("Locked:")
    damaged = f"{head}Locked:\n{body}\nEnd of lock{rest.split('End of lock')[1]}"
    with pytest.raises(ShareError, match=r"^file: the locked words cannot be read"):
        locked.unlock(damaged, WORDS, label="file")
    with pytest.raises(ShareError, match=r"^file: not a share sheet"):
        locked.unlock(text.replace("End of lock", ""), WORDS, label="file")


def test_a_short_passphrase_is_refused_before_anything_is_written(sheet, tmp_path):
    with pytest.raises(ShareError, match="customs-custodian-2: A passphrase has at least 8"):
        write_share_files(tmp_path / "shares", [sheet], lambda _: "1234567")
    assert not (tmp_path / "shares").exists()


def test_files_are_read_with_the_passphrase_of_each(key, tmp_path):
    sheets = sheets_of(key, ROOT)[:2]
    paths = write_share_files(tmp_path, sheets, lambda name: f"passphrase of {name}")
    for path, sheet in zip(paths, sheets, strict=True):
        assert read_file_heading(path) == sheet.heading
        assert (
            read_share_file(path, lambda p: f"passphrase of {p.stem}").share.hash
            == sheet.share.hash
        )
        with pytest.raises(ShareError, match=f"{path.name}: locked; its custodian's passphrase"):
            read_share_file(path)
    with pytest.raises(ShareError, match=r"custodian-2\.txt: the passphrase is wrong"):
        read_share_file(paths[1], lambda _: "passphrase of customs-custodian-1")


def test_headings_of_what_is_no_share_file(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague")
    with pytest.raises(ShareError, match=r"letter\.txt: not a share sheet"):
        read_file_heading(tmp_path / "letter.txt")


def test_words_typed_line_by_line(key, sheet):
    words = sheet.share.mnemonic.split()
    lines = [" ".join(f"{n}. {w.upper()}" for n, w in enumerate(words[i : i + 4], i + 1))
             for i in range(0, 33, 4)]  # fmt: skip
    typed = []
    for line in lines:
        typed += typed_words(line, len(typed) + 1)
    thresholds = {"customs": (2, 3), "business": (3, 4)}
    found = typed_sheet(typed, key.public.id.hex(), ROOT, thresholds)
    assert found.share.hash == sheet.share.hash
    assert found.heading == sheet.heading


def test_a_typed_line_with_a_slip_is_refused_whole(sheet):
    first = sheet.share.mnemonic.split()[0]
    with pytest.raises(ShareError, match="This line: word 6, 'customz', is not in the word list"):
        typed_words(f"{first} customz", 5)
    assert typed_words("", 5) == []
    assert typed_words(first, 33) == [first]
    with pytest.raises(ShareError, match="would be more"):
        typed_words(f"{first} {first}", 33)
