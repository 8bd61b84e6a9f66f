"""The canonical plaintext: what a report is, byte for byte, before it is sealed.

Specified in ``docs/envelope.md``, section 3. What ``decode`` accepts, ``encode`` gives back to the
byte. No message repeats a narrative or a facet's value, and no exception carries one as its
context: a reporter's words must not reach a log.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import struct
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import rfc8785

from crypto.envelope import BUCKETS, bucket_for
from observatory.complaint import periods
from observatory.complaint.facets import BY_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NARRATIVE_BYTES = 60_000
MAX_HEADER_BYTES = 5_530
ONCE_BYTES, CELL_KEY_BYTES, SALT_BYTES = 32, 16, 32
TOKEN_BYTES = 456

_HEADER_LENGTH = struct.Struct(">H")
_NARRATIVE_LENGTH = struct.Struct(">I")
_KEYS = {"v", "kind", "facets", "week", "source", "once", "cell_key", "salt"}
_BY_FORM = ("report", "form")
_SOURCE = re.compile(r"form|import:[a-z0-9][a-z0-9._-]{0,63}")
# General categories Cc (but for TAB and LF) and Cs, which Unicode has fixed for good.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FACET_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FACET_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")

Reason = Literal["empty", "too_long", "control"]


class PlaintextError(ValueError):
    """A report cannot be encoded, or bytes are no canonical plaintext."""


class NarrativeError(PlaintextError):
    """A narrative cannot be sent as it is.

    Attributes:
        code: ``empty``, ``too_long`` or ``control``.
        excess: bytes above the limit, for ``too_long``.
        line: number of the first line with such a character, for ``control``.
    """

    def __init__(self, code: Reason, *, excess: int = 0, line: int = 0) -> None:
        self.code, self.excess, self.line = code, excess, line
        super().__init__(
            {
                "empty": "There are no words yet.",
                "too_long": f"The words are {excess} bytes longer than {MAX_NARRATIVE_BYTES}:"
                " shorten them or send the rest as a second report.",
                "control": f"Line {line} holds an invisible control character:"
                " type that line again.",
            }[code]
        )


@dataclass(frozen=True)
class Complaint:
    """What the reporter said.

    Attributes:
        narrative: the words, as ``normalise`` leaves them.
        facets: facet code -> value; each is in ``FACETS`` and accepted by it.
        later: well-formed facets that this version does not know, kept so that the plaintext
            stays canonical. Never counted, never shown; only ``decode`` fills it.
    """

    narrative: str = field(repr=False)
    facets: Mapping[str, str] = field(default_factory=dict, repr=False)
    later: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Seal:
    """What the observatory adds to a report before sealing it.

    Attributes:
        week: ISO week of receipt, or the week an import reports.
        source: ``form`` or ``import:<name>``.
        once: 32 bytes; a run keeps one report per value.
        cell_key: 16 random bytes that fix the noise of the cells the report is in.
        salt: 32 random bytes that blind the report's leaf in the data hash.
        kind: ``report``, or ``dummy`` for the filling of a closed week.
        token: 456 bytes of a bona fide token (``observatory.tokens``), or nothing. Whether it is
            one, a run finds out.
    """

    week: str
    source: str = "form"
    once: bytes = field(default_factory=lambda: secrets.token_bytes(ONCE_BYTES), repr=False)
    cell_key: bytes = field(default_factory=lambda: secrets.token_bytes(CELL_KEY_BYTES), repr=False)
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES), repr=False)
    kind: Literal["report", "dummy"] = "report"
    token: bytes = field(default=b"", repr=False)


def normalise(text: str) -> str:
    """Return the text with LF line ends, in NFC, no space, tab or LF (only those) at its ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip(" \t\n")


def check_narrative(text: str) -> str:
    """Return the normalised narrative if it can be sent.

    Raises:
        NarrativeError: it is empty, too long, or holds a control character or half a surrogate.
    """
    narrative = normalise(text)
    if not narrative:
        raise NarrativeError("empty")
    unwanted = _UNWANTED.search(narrative)
    if unwanted is not None:
        raise NarrativeError("control", line=narrative.count("\n", 0, unwanted.start()) + 1)
    excess = len(narrative.encode()) - MAX_NARRATIVE_BYTES
    if excess > 0:
        raise NarrativeError("too_long", excess=excess)
    return narrative


def _header(complaint: Complaint, seal: Seal) -> bytes:
    for name, value, size in (
        ("once", seal.once, ONCE_BYTES),
        ("cell_key", seal.cell_key, CELL_KEY_BYTES),
        ("salt", seal.salt, SALT_BYTES),
    ):
        if len(value) != size:
            raise PlaintextError(f"{name} has {size} bytes, not {len(value)}.")
    if not _SOURCE.fullmatch(seal.source):
        raise PlaintextError(
            "source is 'form' or 'import:' and a name of small letters, digits, dot, - and _."
        )
    try:
        periods.thursday(seal.week)
    except periods.PeriodError as error:
        raise PlaintextError(str(error)) from None
    if seal.token and (len(seal.token) != TOKEN_BYTES or (seal.kind, seal.source) != _BY_FORM):
        raise PlaintextError(f"A token has {TOKEN_BYTES} bytes, and only a form's report has one.")
    header = rfc8785.dumps(
        {
            "v": 1,
            "kind": seal.kind,
            "facets": {**complaint.facets, **complaint.later},
            "week": seal.week,
            "source": seal.source,
            "once": _text(seal.once),
            "cell_key": _text(seal.cell_key),
            "salt": _text(seal.salt),
            **({"token": _text(seal.token)} if seal.token else {}),
        }
    )
    if len(header) > MAX_HEADER_BYTES:
        raise PlaintextError(
            f"The facets are too many: the header has {len(header)} bytes of {MAX_HEADER_BYTES}."
        )
    return header


def encode(complaint: Complaint, seal: Seal, *, bucket: int | None = None) -> bytes:
    """Return the padded plaintext: exactly 4096, 16384 or 65536 bytes.

    Args:
        complaint: normalised here; for a dummy, empty.
        seal: what to seal with it.
        bucket: only for a dummy, which may fill any bucket; a report takes the smallest that fits.

    Raises:
        NarrativeError: the narrative cannot be sent.
        PlaintextError: a facet is unknown or its value not accepted, or the seal is malformed.
    """
    if seal.kind == "dummy":
        if complaint.narrative or complaint.facets or complaint.later:
            raise PlaintextError("A dummy says nothing: no narrative, no facets.")
        narrative = ""
    else:
        narrative = check_narrative(complaint.narrative)
    for code, value in complaint.facets.items():
        if not _known(code, value):
            raise PlaintextError(f"Facet {code!r} is unknown or does not accept this value.")
    for code, value in complaint.later.items():
        shaped = _FACET_CODE.fullmatch(code) and _FACET_VALUE.fullmatch(value)
        if not shaped or _known(code, value) or code in complaint.facets:
            raise PlaintextError("Only a reader fills `later`.")
    header, words = _header(complaint, seal), narrative.encode()
    whole = _HEADER_LENGTH.pack(len(header)) + header + _NARRATIVE_LENGTH.pack(len(words)) + words
    smallest = bucket_for(len(whole))
    if bucket is not None and (seal.kind != "dummy" or bucket not in BUCKETS):
        raise PlaintextError("Only a dummy chooses its bucket: 1, 2 or 3.")
    return whole.ljust(BUCKETS[bucket or smallest], b"\x00")


def encode_dummy(week: str, bucket: int) -> bytes:
    """Return the padded plaintext of a dummy for a closed week, in the bucket it must fill."""
    return encode(Complaint(""), Seal(week, kind="dummy"), bucket=bucket)


def decode(padded: bytes) -> tuple[Complaint, Seal]:
    """Return the report that a padded plaintext holds.

    Raises:
        PlaintextError: the bytes are not canonical; the message names the rule, not the words.
    """
    header, words = _parts(padded)
    try:
        fields: Any = json.loads(header.decode(), object_pairs_hook=_unique)
        text: str | None = words.decode()
    except (ValueError, RecursionError):
        fields = text = None
    # Raised outside the handler: a decoding error would carry the reporter's bytes as its context.
    if not isinstance(fields, dict) or text is None:
        raise PlaintextError("The header is not JSON, or a part is not UTF-8.")
    complaint, seal = _read(fields, text)
    bucket = next(number for number, size in BUCKETS.items() if size == len(padded))
    if encode(complaint, seal, bucket=bucket if seal.kind == "dummy" else None) != padded:
        raise PlaintextError(
            "Not canonical: header order or spacing, narrative form, padding or bucket."
        )
    return complaint, seal


def leaf(padded: bytes, seal: Seal | None = None) -> bytes:
    """Return SHA-256(salt || unpadded plaintext), the report's entry in the data hash.

    Args:
        padded: the padded plaintext.
        seal: what ``decode`` gave for it, to save decoding it again.

    Raises:
        PlaintextError: the bytes are not canonical.
    """
    if seal is None:
        _, seal = decode(padded)
    header, words = _parts(padded)
    size = _HEADER_LENGTH.size + len(header) + _NARRATIVE_LENGTH.size + len(words)
    return hashlib.sha256(seal.salt + padded[:size]).digest()


def _parts(padded: bytes) -> tuple[bytes, bytes]:
    """Cut a padded plaintext into header and narrative bytes, checking every length."""
    if len(padded) not in BUCKETS.values():
        raise PlaintextError(f"{len(padded)} bytes are no bucket's size.")
    (size,) = _HEADER_LENGTH.unpack_from(padded)
    start = _HEADER_LENGTH.size + size
    if size > MAX_HEADER_BYTES or start + _NARRATIVE_LENGTH.size > len(padded):
        raise PlaintextError("The header is longer than a header may be.")
    (length,) = _NARRATIVE_LENGTH.unpack_from(padded, start)
    end = start + _NARRATIVE_LENGTH.size + length
    if length > MAX_NARRATIVE_BYTES or end > len(padded):
        raise PlaintextError("The narrative is longer than a narrative may be.")
    if padded[end:].strip(b"\x00"):
        raise PlaintextError("The padding is not all zeros.")
    return padded[_HEADER_LENGTH.size : start], padded[start + _NARRATIVE_LENGTH.size : end]


def _read(fields: dict[str, Any], narrative: str) -> tuple[Complaint, Seal]:
    if set(fields) - {"token"} != _KEYS or type(fields["v"]) is not int or fields["v"] != 1:
        raise PlaintextError("The header is not version 1, or its keys are not version 1's.")
    facets = fields["facets"]
    if not isinstance(facets, dict) or not all(isinstance(v, str) for v in facets.values()):
        raise PlaintextError("facets is an object of strings.")
    if not all(isinstance(fields[key], str) for key in fields.keys() - {"v", "facets"}):
        raise PlaintextError("A header field that must be a string is not one.")
    if fields["kind"] not in {"report", "dummy"}:
        raise PlaintextError("kind is report or dummy.")
    known = {code: value for code, value in facets.items() if _known(code, value)}
    later = {code: value for code, value in facets.items() if code not in known}
    secret = {
        name: _bytes(fields[name])
        for name in ("once", "cell_key", "salt", "token")
        if name in fields
    }
    seal = Seal(fields["week"], fields["source"], kind=fields["kind"], **secret)
    return Complaint(narrative, known, later), seal


def _known(code: str, value: str) -> bool:
    facet = BY_CODE.get(code)
    return facet is not None and facet.accepts(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError  # a duplicate key; decode gives the sentence
    return dict(pairs)


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Decode unpadded base64url; anything not canonical differs when it is encoded again."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise PlaintextError("A random value of the header is not base64url.") from None
