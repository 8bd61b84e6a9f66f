"""The canonical plaintext: one encoding a report, and no word of it in an error."""

import hashlib
import json
import subprocess
import sys
import traceback
import unicodedata
from base64 import urlsafe_b64encode

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto.envelope import BUCKETS
from observatory.complaint.facets import FACETS
from observatory.complaint.plaintext import (
    MAX_HEADER_BYTES,
    MAX_NARRATIVE_BYTES,
    Complaint,
    NarrativeError,
    PlaintextError,
    Seal,
    check_narrative,
    decode,
    encode,
    encode_dummy,
    leaf,
    normalise,
)

SEAL = Seal("2026-W48", once=bytes(range(32)), cell_key=bytes(16), salt=b"s" * 32)
WORDS = "The officer asked for money before he would stamp the release."
SAMPLES = {"month": ("2026-10", "1999-01"), "office": ("NORTH", "PORT-1_A")}


def _answers(facet):
    return st.sampled_from([v.code for v in facet.values] or SAMPLES[facet.kind])


FACET_SETS = st.fixed_dictionaries({}, optional={f.code: _answers(f) for f in FACETS})
ALLOWED = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
NARRATIVES = st.text(ALLOWED, min_size=1, max_size=400).filter(normalise)
SEALS = st.builds(
    Seal,
    st.sampled_from(["2026-W48", "2020-W53", "2027-W01"]),
    st.sampled_from(["form", "import:register-2.b_c"]),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
)


def pack(header, narrative, bucket=1, padding=b"\x00"):
    """Build a padded plaintext from parts, right or wrong."""
    whole = len(header).to_bytes(2, "big") + header + len(narrative).to_bytes(4, "big") + narrative
    return whole.ljust(BUCKETS[bucket], padding)


def header_of(**changes):
    fields = {
        "v": 1,
        "kind": "report",
        "facets": {},
        "week": SEAL.week,
        "source": "form",
        "once": urlsafe_b64encode(SEAL.once).rstrip(b"=").decode(),
        "cell_key": urlsafe_b64encode(SEAL.cell_key).rstrip(b"=").decode(),
        "salt": urlsafe_b64encode(SEAL.salt).rstrip(b"=").decode(),
    }
    fields |= changes
    return {key: value for key, value in fields.items() if value is not ...}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(narrative=NARRATIVES, facets=FACET_SETS, seal=SEALS)
def test_round_trip(narrative, facets, seal):
    padded = encode(Complaint(narrative, facets), seal)
    complaint, read = decode(padded)
    assert complaint == Complaint(normalise(narrative), facets)
    assert read == seal
    assert encode(complaint, read) == padded
    assert len(padded) in BUCKETS.values()


def test_the_exact_bytes():
    padded = encode(Complaint(WORDS, {"stage": "release"}), SEAL)
    header = rfc8785.dumps(header_of(facets={"stage": "release"}))
    assert header.startswith(b'{"cell_key":"AAAAAAAAAAAAAAAAAAAAAA","facets":{"stage":"release"},')
    assert padded == pack(header, WORDS.encode())


def test_header_and_narrative_limits_fill_the_largest_bucket_exactly():
    assert BUCKETS[3] == 2 + MAX_HEADER_BYTES + 4 + MAX_NARRATIVE_BYTES


def test_the_longest_report_that_may_be_sent_fits():
    facets = {f.code: max([v.code for v in f.values], key=len, default="A" * 32) for f in FACETS}
    facets["month"] = "2026-10"
    padded = encode(
        Complaint("x" * MAX_NARRATIVE_BYTES, facets), Seal("2026-W48", "import:" + "n" * 64)
    )
    assert len(padded) == BUCKETS[3]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(1, MAX_NARRATIVE_BYTES))
@example(4096)
@example(MAX_NARRATIVE_BYTES)
def test_bucket_is_the_smallest(length):
    padded = encode(Complaint("x" * length), SEAL)
    used = 2 + int.from_bytes(padded[:2], "big") + 4 + length
    assert len(padded) == min(size for size in BUCKETS.values() if size >= used)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
@example("\r\r\n\n")
@example(" \t\ne\u0301\u00a0\r\n ")
def test_normalise_is_idempotent_and_keeps_words(text):
    once = normalise(text)
    assert normalise(once) == once
    assert "\r" not in once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip(" \t\n")


def test_normalise_folds_what_browsers_and_registers_differ_in():
    assert normalise("  a\r\nb\rc \n") == "a\nb\nc"
    assert normalise("e\u0301") == "\u00e9"
    # Only space, tab and LF: what JavaScript and Python call blank differs elsewhere.
    assert normalise("\u00a0a\u00a0") == "\u00a0a\u00a0"


@pytest.mark.parametrize("text", ["", " ", "\r\n\t \n"])
def test_empty_narrative(text):
    with pytest.raises(NarrativeError, match="no words") as caught:
        check_narrative(text)
    assert caught.value.code == "empty"


@pytest.mark.parametrize(
    ("text", "excess"),
    [("x" * 60_001, 1), ("é" * 30_003, 6), ("e\u0301" * 30_001, 2), ("😀" * 15_001, 4)],
)
def test_too_long_says_by_how_many_bytes(text, excess):
    with pytest.raises(NarrativeError, match=f"{excess} bytes longer") as caught:
        check_narrative(text)
    assert (caught.value.code, caught.value.excess) == ("too_long", excess)


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1b", "\x7f", "\x85", "\x9f", "\ud800"])
def test_control_characters_are_refused_by_line(bad):
    with pytest.raises(NarrativeError, match="Line 2") as caught:
        encode(Complaint(f"first\r\nsec{bad}ond\tgood"), SEAL)
    assert (caught.value.code, caught.value.line) == ("control", 2)


def test_joiners_and_directions_of_real_scripts_are_kept():
    text = "\u0915\u094d\u200d\u0937 \u200f\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert decode(encode(Complaint(text), SEAL))[0].narrative == text


CANARY = "zanzibar-canary"


@pytest.mark.parametrize(
    "complaint",
    [
        Complaint(CANARY + "\x00"),
        Complaint(CANARY * 5000),
        Complaint(CANARY + "\ud800"),
        Complaint(WORDS, {"stage": CANARY}),
        Complaint(WORDS, {"office": CANARY}),
        Complaint(WORDS, {}, {"later": CANARY + "\x00"}),
    ],
)
def test_no_error_repeats_what_was_said(complaint):
    with pytest.raises(PlaintextError) as caught:
        encode(complaint, SEAL)
    assert_silent(caught.value)


@pytest.mark.parametrize(
    "padded",
    [
        pack(rfc8785.dumps(header_of(facets={"stage": CANARY + "\x00"})), WORDS.encode()),
        pack(b'{"' + CANARY.encode(), WORDS.encode()),
        pack(rfc8785.dumps(header_of()), CANARY.encode() + b"\xff"),
        pack(rfc8785.dumps(header_of()), CANARY.encode() + b"\x00a"),
        pack(rfc8785.dumps(header_of(once=CANARY)), WORDS.encode()),
        pack(rfc8785.dumps(header_of(source=CANARY)), WORDS.encode()),
        pack(rfc8785.dumps(header_of(week=CANARY)), WORDS.encode()),
    ],
)
def test_no_decoding_error_repeats_what_was_sealed(padded):
    with pytest.raises(PlaintextError) as caught:
        decode(padded)
    assert_silent(caught.value)


def assert_silent(error):
    """No word in the message, nor in any error hanging on it (a log may print them all)."""
    while error is not None:
        assert "zanzibar" not in repr(error)
        assert "zanzibar" not in "".join(traceback.format_exception_only(error))
        assert not isinstance(error, UnicodeError | json.JSONDecodeError)
        error = error.__context__


def test_representations_are_silent():
    assert WORDS not in repr(Complaint(WORDS, {"stage": "release"}))
    assert "release" not in repr(Complaint(WORDS, {"stage": "release"}))
    assert repr(SEAL.once) not in repr(SEAL)


def test_dummies_fill_any_bucket_and_say_nothing():
    for bucket, size in BUCKETS.items():
        padded = encode_dummy("2026-W48", bucket)
        assert len(padded) == size
        complaint, seal = decode(padded)
        assert (complaint, seal.kind, seal.week) == (Complaint(""), "dummy", "2026-W48")
    assert encode_dummy("2026-W48", 1) != encode_dummy("2026-W48", 1)


def test_only_a_dummy_chooses_its_bucket_and_only_it_is_silent():
    dummy = Seal("2026-W48", kind="dummy")
    for complaint, seal, bucket in (
        (Complaint(WORDS), SEAL, 3),
        (Complaint(WORDS), dummy, None),
        (Complaint("", {"stage": "release"}), dummy, None),
        (Complaint(""), dummy, 4),
        (Complaint(""), SEAL, None),
    ):
        with pytest.raises(PlaintextError):
            encode(complaint, seal, bucket=bucket)


@pytest.mark.parametrize(
    "facets",
    [{"unheard_of": "x"}, {"stage": "unheard_of"}, {"month": "2026-13"}, {"office": "no room"}],
)
def test_writer_refuses_what_the_facets_do_not_accept(facets):
    with pytest.raises(PlaintextError, match="Facet"):
        encode(Complaint(WORDS, facets), SEAL)


def test_reader_keeps_later_facets_apart():
    """A facet or a value added after this version must not make a report unreadable."""
    facets = {"stage": "release", "asked": "something_new", "vessel_type": "tanker"}
    padded = pack(rfc8785.dumps(header_of(facets=facets)), WORDS.encode())
    complaint, seal = decode(padded)
    assert complaint.facets == {"stage": "release"}
    assert complaint.later == {"asked": "something_new", "vessel_type": "tanker"}
    assert encode(complaint, seal) == padded
    with pytest.raises(PlaintextError, match="reader"):
        encode(Complaint(WORDS, {}, {"stage": "release"}), SEAL)
    with pytest.raises(PlaintextError, match="reader"):
        encode(Complaint(WORDS, {"stage": "release"}, {"stage": "elsewhere"}), SEAL)


def reordered():
    return json.dumps(header_of(), separators=(",", ":")).encode()  # v first


def raw(**changes):
    return rfc8785.dumps(header_of(**changes))


REFUSED_HEADERS = {
    "keys in another order": reordered(),
    "spaces": json.dumps(header_of(), sort_keys=True).encode(),
    "duplicate key": raw().replace(b'"kind":"report",', b'"kind":"report","kind":"report",'),
    "duplicate facet": raw(facets={"stage": "release"}).replace(
        b'"stage":"release"', b'"stage":"release","stage":"release"'
    ),
    "needless escape": raw().replace(b'"form"', b'"f\\u006frm"'),
    "unknown key": raw(extra="1"),
    "missing key": raw(salt=...),
    "version 2": raw(v=2),
    "version as text": raw(v="1"),
    "version as truth": raw(v=True),
    "version 1.0": raw().replace(b'"v":1', b'"v":1.0'),
    "another kind": raw(kind="letter"),
    "kind null": raw(kind=None),
    "facets as list": raw(facets=[]),
    "facet as number": raw(facets={"stage": 1}),
    "facet code malformed": raw(facets={"Stage": "release"}),
    "facet value empty": raw(facets={"later": ""}),
    "facet value with a space": raw(facets={"later": "two words"}),
    "facet value too long": raw(facets={"later": "x" * 65}),
    "no such week": raw(week="2026-W54"),
    "week of another form": raw(week="2026-48"),
    "week in other digits": raw(week="2026-W\u0664\u0668"),
    "source unknown": raw(source="post"),
    "source with capitals": raw(source="import:Register"),
    "once padded": raw(once=urlsafe_b64encode(SEAL.once).decode()),
    "once of 31 bytes": raw(once=urlsafe_b64encode(bytes(31)).rstrip(b"=").decode()),
    "once with loose bits": raw(once="A" * 42 + "B"),
    "salt in base64 of the other alphabet": raw(salt="+" * 43),
    "surrogate": raw().replace(b'"form"', b'"\\ud800"'),
    "list": b"[]",
    "deep nesting": b"[" * 5000,
    "huge number": b'{"v":' + b"9" * 5000 + b"}",
    "nothing": b"",
    "not UTF-8": b'{"v":"\xff"}',
    "byte order mark": b"\xef\xbb\xbf" + raw(),
}


@pytest.mark.parametrize("header", REFUSED_HEADERS.values(), ids=REFUSED_HEADERS.keys())
def test_header_refused(header):
    bucket = 1 if len(header) < 4000 else 2
    with pytest.raises(PlaintextError):
        decode(pack(header, WORDS.encode(), bucket))


def test_the_header_that_these_are_changed_from_is_accepted():
    assert decode(pack(raw(), WORDS.encode())) == (Complaint(WORDS), SEAL)


def test_header_above_its_limit():
    facets = {f"later_{i:03d}": "x" * 64 for i in range(70)}
    header = raw(facets=facets)
    assert len(header) > MAX_HEADER_BYTES
    with pytest.raises(PlaintextError, match="longer than a header"):
        decode(pack(header, WORDS.encode(), 2))
    with pytest.raises(PlaintextError, match="too many"):
        encode(Complaint(WORDS, {}, facets), SEAL)


REFUSED_NARRATIVES = {
    "empty": b"",
    "blank at the end": b"words ",
    "line feed at the start": b"\nwords",
    "carriage return": b"two\r\nlines",
    "not NFC": "e\u0301".encode(),
    "zero byte": b"a\x00b",
    "C1 control": "a\u0085b".encode(),
    "not UTF-8": b"\xff",
    "overlong UTF-8": b"\xc0\xaf",
    "surrogate in UTF-8": b"\xed\xa0\x80",
}


@pytest.mark.parametrize("words", REFUSED_NARRATIVES.values(), ids=REFUSED_NARRATIVES.keys())
def test_narrative_refused(words):
    with pytest.raises(PlaintextError):
        decode(pack(raw(), words))


def test_padding_and_lengths_refused():
    good = pack(raw(), WORDS.encode())
    used = len(good.rstrip(b"\x00"))
    for padded in (
        good[:-1] + b"\x01",
        good[:used] + b" " + good[used + 1 :],
        pack(raw(), WORDS.encode(), 2),  # a larger bucket than it needs
        good[:-1],
        good + b"\x00",
        b"",
        bytes(4096),
        b"\xff" * 4096,
        (4095).to_bytes(2, "big") + good[2:],
        good[: 2 + len(raw())] + (4096).to_bytes(4, "big") + good[2 + len(raw()) + 4 :],
        good[: 2 + len(raw())] + (2**32 - 1).to_bytes(4, "big") + good[2 + len(raw()) + 4 :],
    ):
        with pytest.raises(PlaintextError):
            decode(padded)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_a_changed_byte_is_refused_or_another_report_of_its_own(data):
    """Canonical: no two paddings decode to one report."""
    good = encode(Complaint(WORDS, {"stage": "release"}), SEAL)
    changed = bytearray(good)
    place = data.draw(st.one_of(st.integers(0, 420), st.integers(0, len(good) - 1)))
    changed[place] = data.draw(st.integers(0, 255))
    try:
        complaint, seal = decode(bytes(changed))
    except PlaintextError:
        return
    assert encode(complaint, seal) == bytes(changed)
    assert ((complaint, seal) == decode(good)) == (bytes(changed) == good)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=600))
def test_any_bytes_are_refused_in_order(data):
    for padded in (data.ljust(4096, b"\x00"), pack(data, WORDS.encode())):
        try:
            decode(padded)
        except PlaintextError:
            continue
        pytest.fail("random bytes were accepted")


def test_leaf_is_salt_and_the_plaintext_without_padding():
    padded = encode(Complaint(WORDS), SEAL)
    unpadded = pack(raw(), WORDS.encode())[: 2 + len(raw()) + 4 + len(WORDS)]
    assert leaf(padded) == hashlib.sha256(SEAL.salt + unpadded).digest()
    assert leaf(padded, decode(padded)[1]) == leaf(padded)
    with pytest.raises(PlaintextError):
        leaf(padded[:-1] + b"\x01")


def test_seals_are_fresh():
    one, two = Seal("2026-W48"), Seal("2026-W48")
    assert one.once != two.once
    assert one.cell_key != two.cell_key
    assert one.salt != two.salt


def test_light():
    code = "import sys, observatory.complaint.plaintext as p; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
