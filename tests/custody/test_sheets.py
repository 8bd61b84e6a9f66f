"""Share sheets as files: written once, read back, and every slip named with its file."""

import re
import stat

import pytest

from crypto.shares import ShareError
from observatory.custody.ceremony import new_key
from observatory.custody.share_files import read_file_heading, read_share_file, write_share_files
from observatory.custody.sheets import read_sheet, sheets_of

ROOT = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def key():
    return new_key((2, 3), (3, 4))


def written(key, folder):
    return write_share_files(folder, sheets_of(key, ROOT), None)


@pytest.fixture
def paths(key, tmp_path):
    return written(key, tmp_path / "shares")


def test_files_are_named_private_and_complete(key, paths, tmp_path):
    assert [path.name for path in paths] == [
        *(f"customs-custodian-{n}.txt" for n in (1, 2, 3)),
        *(f"business-custodian-{n}.txt" for n in (1, 2, 3, 4)),
    ]
    assert stat.S_IMODE((tmp_path / "shares").stat().st_mode) == 0o700
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.read_text()
        assert ROOT in text
        assert key.public.id.hex() in text
        assert "2 of customs and 3 of business" in text
        assert max(len(line) for line in text.splitlines()) <= 80


def test_each_file_holds_one_share_only(key, paths):
    every = [m for side in key.mnemonics.values() for m in side]
    for path, mine in zip(paths, every, strict=True):
        words = " ".join(re.findall(r"\d+ ([a-z]+)", path.read_text().split("Words:")[1]))
        assert words.startswith(mine)
        assert sum(m in words for m in every) == 1


def test_round_trip(key, paths):
    for path, hash_ in zip(
        paths, [h for hashes in key.share_hashes.values() for h in hashes], strict=True
    ):
        sheet = read_share_file(path)
        side, number = re.match(r"(\w+)-custodian-(\d)", path.name).groups()
        assert (sheet.share.side, sheet.share.number) == (side, int(number))
        heading = sheet.heading
        assert heading.count == key.thresholds[sheet.share.side][1]
        assert heading.thresholds == {"customs": 2, "business": 3}
        assert (heading.key_id, heading.root) == (key.public.id.hex(), ROOT)
        assert read_file_heading(path) == heading
        assert sheet.share.hash == hash_
        assert sheet.share.mnemonic not in repr(sheet)


def test_nothing_is_overwritten_and_nothing_half_written(key, paths):
    before = paths[4].read_bytes()
    for path in (*paths[:4], *paths[5:]):
        path.unlink()
    with pytest.raises(ShareError, match=r"business-custodian-2.txt: .* No share file was written"):
        written(key, paths[0].parent)
    assert paths[4].read_bytes() == before
    assert list(paths[0].parent.iterdir()) == [paths[4]]


def test_a_dangling_link_is_not_followed(key, tmp_path):
    (tmp_path / "customs-custodian-3.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ShareError, match="No share file was written"):
        written(key, tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_a_file(key, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ShareError, match="choose an empty folder"):
        written(key, tmp_path / "file")


def retyped(text):
    head, rest = text.split("Words:")
    words = re.findall(r"(\d+) ([a-z]+)", rest.split("End of words")[0])
    column = "\r\n".join(f"{number}. {word.upper()}" for number, word in words[::-1])
    return "\ufeff" + head.replace("\n", "\r\n") + f"WORDS:\r\n{column}\r\nend of words"


def test_a_sheet_typed_in_again_is_read(paths, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_bytes(retyped(paths[0].read_text()).encode())
    assert read_share_file(copy).share.hash == read_share_file(paths[0]).share.hash


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ShareError, match=r"none.txt: there is no such file"):
        read_share_file(tmp_path / "none.txt")
    with pytest.raises(ShareError, match="cannot be read"):
        read_share_file(tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"Words:\n", b"End of words\nWords:\n", b"x" * 70000],
)
def test_no_share_sheet(data, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(ShareError, match=r"photo.jpg: not a share sheet"):
        read_share_file(path)


def change(text, pattern, replacement):
    changed, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1
    return changed


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason"),
    [
        (r" 7 [a-z]+", " 7 customz", r"word 7, 'customz', is not in the word list. Is it custody"),
        (r" 7 [a-z]+", "", "these words are missing: 7"),
        (r" 8 ([a-z]+)", r" 7 \1", "word 7 is there twice"),
        (r" 33 ([a-z]+)", r" 33 \1 and 34 acid", "not numbers and words in turn"),
        (r" 33 ([a-z]+)", r" 33 \1 34 acid", "a share has 33 words; this one has 34"),
        (r"Side: +customs", "Side: business", "the heading says otherwise"),
        (r"1 of 3", "2 of 3", "the heading says otherwise"),
        (r"2 of customs", "3 of customs", "the heading says otherwise"),
        (r"Side: +customs", "Side: press", "the line Side of the heading"),
        (r"Format: .*\n", "", "the line Format of the heading"),
        (r"jio-share/v1", "jio-share/v2", "the line Format of the heading"),
        (r"Key: .*\n", "Key: zz\n", "the line Key of the heading"),
        (r"Root: .*\n", "Root: 12\n", "the line Root of the heading"),
        (r"Custodian: .*\n(.*\n)", r"", "the lines Custodian, Needed of the heading"),
    ],
)
def test_slips_are_named(pattern, replacement, reason, paths):
    changed = change(paths[0].read_text(), pattern, replacement)
    with pytest.raises(ShareError, match=f"bag/sheet.txt: .*{reason}"):
        read_sheet(changed, label="bag/sheet.txt")


def test_two_exchanged_words_fail_the_checksum(paths):
    text = paths[0].read_text()
    words = {n: re.search(rf" {n} ([a-z]+)", text)[1] for n in range(10, 20)}
    place = next(n for n in range(10, 19) if words[n] != words[n + 1])
    first, second = words[place], words[place + 1]
    changed = change(text, rf" {place} {first}", f" {place} {second}")
    changed = change(changed, rf" {place + 1} {second}", f" {place + 1} {first}")
    with pytest.raises(ShareError, match="checksum fails"):
        read_sheet(changed, label="sheet")


def test_new_keys_differ_and_show_no_words():
    one, two = new_key(), new_key()
    assert one.public != two.public
    assert one.mnemonics["customs"][0] not in repr(one)
