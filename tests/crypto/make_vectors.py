"""Write ``docs/vectors/envelope-v1.json``: the same bytes each time.

The envelopes are sealed by the second implementation (``xwing_reference``), because a vector needs
randomness that a sealing library must not let anyone choose. Run from anywhere:
``python tests/crypto/make_vectors.py``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from base64 import b64decode, b64encode
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parent)]

import rfc8785  # noqa: E402
import xwing_reference as reference  # noqa: E402

from crypto.envelope import BLOB_INFO, BLOB_MAGIC, BUCKETS, Envelope, blob_size  # noqa: E402
from crypto.merkle import sorted_root  # noqa: E402
from crypto.xwing import PrivateKey, Seed  # noqa: E402
from observatory.complaint import periods, plaintext  # noqa: E402
from observatory.complaint.plaintext import Complaint, Seal  # noqa: E402

PATH = HERE.parents[2] / "docs" / "vectors" / "envelope-v1.json"
# RFC 7748 has no list of them; this is one of the two points of order 8 on the curve.
ORDER_8 = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
SEED = Seed(hashlib.sha256(b"jio/vectors/v1 seed").digest())
WEEK = "2026-W48"


def stream(name: str, length: int) -> bytes:
    """Return the vector's stand-in for random bytes, by name."""
    return hashlib.shake_256(b"jio/vectors/v1 " + name.encode()).digest(length)


def a_seal(name: str, **changes) -> Seal:
    values = {"week": WEEK, "source": "form", **changes}
    return Seal(
        once=stream(name + " once", 32),
        cell_key=stream(name + " cell_key", 16),
        salt=stream(name + " salt", 32),
        **values,
    )


REPORTS = [
    (
        "plain",
        Complaint(
            "The officer asked for money before he would stamp the release.",
            {"stage": "release", "asked": "money", "reporter_side": "business"},
        ),
        {},
    ),
    (
        "accents, line ends, joiners and emoji",
        Complaint("  On m\u2019a demande\u0301\r\n\u0645\u06cc\u200c\u062e \U0001f4b5\t!\n"),
        {},
    ),
    (
        "import, a later facet",
        Complaint("Pass post", {"office": "NORTH", "month": "2026-10"}, {"vessel_type": "tanker"}),
        {"source": "import:register"},
    ),
    ("second bucket", Complaint("words " * 1000), {}),
    ("longest narrative", Complaint("\u00e9" * 30_000), {}),
    ("dummy in the second bucket", Complaint(""), {"kind": "dummy"}),
]

# What a writer makes of a text. The answers are written here by hand, not by any implementation.
NARRATIVES = [
    ("line ends of every kind", "a\r\nb\rc\nd", {"narrative": "a\nb\nc\nd"}),
    ("blanks at the ends, none within", " \t\n a \n b\t ", {"narrative": "a \n b"}),
    ("a no-break space stays", "\u00a0a\u2003", {"narrative": "\u00a0a\u2003"}),
    ("a byte order mark stays", "\ufeffa", {"narrative": "\ufeffa"}),
    ("composed", "cafe\u0301", {"narrative": "caf\u00e9"}),
    ("marks put in order", "a\u0308\u0323", {"narrative": "\u1ea1\u0308"}),
    ("hangul composed", "\u1112\u1161\u11ab", {"narrative": "\ud55c"}),
    ("singleton replaced", "\u212b", {"narrative": "\u00c5"}),
    ("excluded from composition", "\u0958", {"narrative": "\u0915\u093c"}),
    ("compatibility forms stay", "\ufb01\u00bd", {"narrative": "\ufb01\u00bd"}),
    ("joiners and direction marks stay", "\u200f\u06a9\u200c", {"narrative": "\u200f\u06a9\u200c"}),
    ("a tab within stays", "a\tb", {"narrative": "a\tb"}),
    ("outside the first plane", "\U0001f4b5", {"narrative": "\U0001f4b5"}),
    ("nothing", "", {"refused": "empty"}),
    ("blanks only", " \t\r\n", {"refused": "empty"}),
    ("a bell on the second line", "a\r\n\u0007", {"refused": "control", "line": 2}),
    ("a C1 control", "\u0085", {"refused": "control", "line": 1}),
    ("a form feed at the end", "a\f", {"refused": "control", "line": 1}),
    ("half of a surrogate pair", "a\ud83d", {"refused": "control", "line": 1}),
    ("the longest", {"repeat": "\U0001f4b5", "times": 15_000}, {"narrative_bytes": 60_000}),
    (
        "one byte too long",
        {"repeat": "a", "times": 60_001},
        {"refused": "too_long", "bytes": 1, "letters": 1},
    ),
    (
        "four bytes too long, one letter",
        {"repeat": "\U0001f4b5", "times": 15_001},
        {"refused": "too_long", "bytes": 4, "letters": 1},
    ),
    (
        "long before it is composed only",
        {"repeat": "e\u0301", "times": 30_000},
        {"narrative_bytes": 60_000},
    ),
]

# Day -> its week and retention quarter, at the seams of years and quarters.
PERIODS = [
    ("2026-11-24", "2026-W48", 8107),
    ("2026-01-01", "2026-W01", 8104),
    ("2027-01-03", "2026-W53", 8107),
    ("2027-01-04", "2027-W01", 8108),
    ("2024-12-30", "2025-W01", 8100),
    ("2026-09-28", "2026-W40", 8107),
    ("2026-09-27", "2026-W39", 8106),
]


def refused_keys(raw: bytes) -> list[dict]:
    """Return public keys that must be refused: each is one change away from ``raw``."""
    lattice, curve = raw[:1184], raw[1184:]
    # Coefficients have 12 bits, two in three bytes, the low bits first; 3329 is 0xd01.
    first = bytes([0x01, (lattice[1] & 0xF0) | 0x0D]) + lattice[2:]
    last = lattice[:1150] + bytes([lattice[1150] | 0xF0, 0xFF]) + lattice[1152:]
    keys = [
        ("one byte short", raw[:-1]),
        ("one byte more", raw + b"\0"),
        ("first coefficient 3329", first + curve),
        ("last coefficient 4095", last + curve),
        ("X25519 part 2^255 - 19", lattice + (2**255 - 19).to_bytes(32, "little")),
        ("X25519 part with its highest bit", lattice + curve[:31] + bytes([curve[31] | 0x80])),
        ("X25519 part zero", lattice + bytes(32)),
        ("X25519 part one", lattice + (1).to_bytes(32, "little")),
        ("X25519 part of order 8", lattice + ORDER_8),
    ]
    return [{"name": name, "public_key": key.hex()} for name, key in keys]


def refused_envelopes(header: bytes) -> list[dict]:
    """Return headers and lengths that a reader must refuse before it opens anything."""
    cases = [
        ("another magic", b"JIO2" + header[4:], 5247),
        ("a state's magic", b"JIS1" + header[4:], 5247),
        ("bucket 0", header[:12] + b"\0" + header[13:], 5247),
        ("bucket 4", header[:12] + b"\4" + header[13:], 5247),
        ("another bucket's length", header[:12] + b"\2" + header[13:], 5247),
        ("quarter before 2000", header[:13] + (7999).to_bytes(2, "big"), 5247),
        ("quarter after 9999", header[:13] + (40_000).to_bytes(2, "big"), 5247),
        ("one byte short", header, 5246),
        ("one byte more", header, 5248),
        ("a header alone", header, 15),
        ("a cut header", header[:14], 14),
    ]
    return [{"name": name, "header": head.hex(), "bytes": size} for name, head, size in cases]


def envelope_of(
    name: str, complaint: Complaint, changes: dict, private: PrivateKey
) -> tuple[dict, bytes]:
    """Return a vector and its whole envelope."""
    bucket = 2 if changes.get("kind") == "dummy" else None
    padded = plaintext.encode(complaint, a_seal(name, **changes), bucket=bucket)
    size = int.from_bytes(padded[:2], "big")
    length = int.from_bytes(padded[2 + size : 6 + size], "big")
    number = next(n for n, s in BUCKETS.items() if s == len(padded))
    quarter = periods.quarter_code(WEEK)
    clear = Envelope(private.public.id, number, quarter, bytes(len(padded) + 1136))
    eseed = stream(name + " eseed", 64)
    body = reference.hpke_seal(private.public.raw, padded, clear.info, eseed)
    sealed = Envelope(private.public.id, number, quarter, body).to_bytes()
    vector = {
        "name": name,
        "quarter": quarter,
        "bucket": number,
        "header": padded[2 : 2 + size].decode(),
        "narrative_bytes": length,
        "padded_sha256": hashlib.sha256(padded).hexdigest(),
        "leaf": plaintext.leaf(padded).hex(),
        "eseed": eseed.hex(),
        "envelope_sha256": hashlib.sha256(sealed).hexdigest(),
    }
    # The first bucket's are given whole; the others are long and follow from their eseed.
    if number == 1:
        vector["narrative"] = padded[6 + size : 6 + size + length].decode()
        vector["envelope"] = b64encode(sealed).decode()
    else:
        repeated = complaint.narrative[:6]
        times = len(complaint.narrative) // max(len(repeated), 1)
        assert repeated * times == complaint.narrative
        vector["narrative_before_normalising"] = {"repeat": repeated, "times": times}
    return vector, sealed


def blob_of(name: str, data: bytes, private: PrivateKey) -> dict:
    padded = (len(data).to_bytes(8, "big") + data).ljust(blob_size(len(data)), b"\x00")
    eseed = stream(f"blob {name}", 64)
    info = BLOB_INFO + name.encode()
    sealed = reference.hpke_seal(private.public.raw, padded, info, eseed)
    blob = BLOB_MAGIC + private.public.id + sealed
    return {
        "name": name,
        "data": data.hex(),
        "eseed": eseed.hex(),
        "blob": b64encode(blob).decode(),
    }


def refused() -> list[dict]:
    """Plaintexts that look right and are not; pad with zeros to the bucket."""
    words = b"Pass post"
    header = plaintext.encode(Complaint(words.decode()), a_seal("refused"))
    header = header[2 : 2 + int.from_bytes(header[:2], "big")]
    fields = json.loads(header)
    e_acute = "e\u0301".encode()
    cases = [
        ("keys in another order", json.dumps(dict(reversed(fields.items()))).encode(), words, 1),
        ("spaces in the header", header.replace(b":1,", b": 1,"), words, 1),
        ("duplicate key", header.replace(b'"v":1', b'"v":1,"v":1'), words, 1),
        ("unknown key", rfc8785.dumps({**fields, "extra": "1"}), words, 1),
        ("a token too short", rfc8785.dumps({**fields, "token": "AAAA"}), words, 1),
        (
            "a token in an import",
            rfc8785.dumps({**fields, "source": "import:a", "token": "A" * 608}),
            words,
            1,
        ),
        ("a token that is empty", rfc8785.dumps({**fields, "token": ""}), words, 1),
        ("week 54", header.replace(b"W48", b"W54"), words, 1),
        ("loose bits in base64url", _loose(fields), words, 1),
        ("not NFC", header, e_acute, 1),
        ("carriage return", header, b"a\r\nb", 1),
        ("blank at the end", header, words + b" ", 1),
        ("control character", header, b"a\x1bb", 1),
        ("empty narrative", header, b"", 1),
        ("a larger bucket than needed", header, words, 2),
    ]
    return [
        {
            "name": name,
            "bucket": bucket,
            "unpadded": b64encode(
                len(head).to_bytes(2, "big") + head + len(text).to_bytes(4, "big") + text
            ).decode(),
        }
        for name, head, text, bucket in cases
    ]


def _loose(fields: dict) -> bytes:
    """Set the two unused low bits of the salt's last base64url digit."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = digits[digits.index(fields["salt"][-1]) | 1]
    return rfc8785.dumps({**fields, "salt": fields["salt"][:-1] + last})


def build() -> str:
    """Return the vectors as the file holds them."""
    private = PrivateKey.from_seed(SEED)
    envelopes = [envelope_of(*report, private)[0] for report in REPORTS]
    vectors = {
        "format": "docs/envelope.md, version 1",
        "seed": SEED.hex(),
        "public_key": private.public.raw.hex(),
        "key_id": private.public.id.hex(),
        "envelopes": envelopes,
        "sorted_root_of_leaves": sorted_root(bytes.fromhex(v["leaf"]) for v in envelopes).hex(),
        "envelope_with_token": envelope_of(
            "a token", Complaint("Pass post"), {"token": stream("token", 456)}, private
        )[0],
        "blobs": [
            blob_of("state/2026-11", b"state", private),
            blob_of("", b"", private),
        ],
        "refused_plaintexts": refused(),
        "refused_envelopes": refused_envelopes(b64decode(envelopes[0]["envelope"])[:15]),
        "refused_public_keys": refused_keys(private.public.raw),
        "narratives": [{"name": name, "text": text, **answer} for name, text, answer in NARRATIVES],
        "periods": [
            {"day": day, "week": week, "quarter": quarter} for day, week, quarter in PERIODS
        ],
    }
    return json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(build())
