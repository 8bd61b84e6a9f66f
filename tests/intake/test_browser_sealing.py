"""The browser's writer held to the service's: what it seals opens, what it refuses is refused."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import unicodedata
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crypto.envelope import Envelope
from crypto.xwing import PrivateKey, Seed, open_envelope
from observatory.complaint import periods, plaintext
from observatory.complaint.facets import FACETS
from observatory.complaint.plaintext import MAX_NARRATIVE_BYTES, NarrativeError
from observatory.errors import BadInputError
from observatory.intake import form
from observatory.tokens import token as tokens

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "docs/vectors/envelope-v1.json").read_text())
PRIVATE = PrivateKey.from_seed(Seed(bytes.fromhex(VECTORS["seed"])))
KEY = VECTORS["public_key"]
WEEK, QUARTER = "2026-W48", 8107

SPACES = "\t\n\r \u00a0\u2003\u2028\ufeff\u0085"
COMBINING = "\u0301\u0327\u0308\u0323\u0345\u3099\u0f71\u1161\u11a8"
SCRIPTS = "aeé語한각ཱིکیकি🙂👩‍👩‍👧ﬁÅΩ\u200d\u200f\u0000\u0007\u001f\u007f\u009f"


def node(cases):
    """Run the module on every case at once; return its answers."""
    program = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    done = subprocess.run(
        [program, ROOT / "tests/support/sealing.mjs"],
        input=json.dumps(cases).encode(),
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def assigned(letter):
    """Tell whether a letter is in this Python's tables, which may be older than a browser's."""
    return unicodedata.category(letter) not in ("Cn", "Cs")


def any_letter(chance, *, known=True):
    while True:
        letter = chr(chance.choice([chance.randrange(0x800), chance.randrange(0x110000)]))
        if assigned(letter) if known else unicodedata.category(letter) != "Cs":
            return letter


def narratives(count, *, seed=48):
    """Return texts that any reporter, or nobody sane, could type: seeded, so always the same."""
    chance = random.Random(seed)
    found = ["", " \t\n", "\u00a0", "\r\n x \r", "e\u0301", "\ud800", "a\udc00b"]
    for size in (1, 2, 3, 4):
        letter = {1: "a", 2: "é", 3: "語", 4: "🙂"}[size]
        fits = MAX_NARRATIVE_BYTES // size
        found += [letter * fits, letter * (fits + 1), "b" + letter * fits, letter * (fits + 9)]
    for edge in (3_700, 3_800, 16_000, 16_100):
        found += ["w" * (edge + step) for step in range(0, 100, 9)]
    while len(found) < count:
        pools = [SPACES, COMBINING, SCRIPTS, "abc \n"]
        found.append(
            "".join(
                chance.choice(pool) if pool else any_letter(chance)
                for pool in chance.choices([*pools, None], k=chance.randrange(1, 60))
            )
        )
    return found


def random_facets(chance):
    given = {f.code: chance.choice(f.values).code for f in FACETS if f.values}
    given |= {
        "month": f"20{chance.randrange(10, 30)}-0{chance.randrange(1, 10)}",
        "office": "KM-7_X",
    }
    return {
        code: given[code] for code in chance.sample(sorted(given), chance.randrange(len(given)))
    }


def verdict_here(text):
    """What the service says of a text, in the words of the browser's module."""
    [problem] = form._narrative_problems(text) or [None]
    if problem is None:
        return {"narrative": plaintext.check_narrative(text), "problem": None}
    asked = {"code": problem.code, "number": problem.number, "letters": problem.letters}
    return {"narrative": plaintext.normalise(text), "problem": asked}


def case_of(text, **changes):
    """Return a report to be sealed to the vectors' key."""
    known = {"facets": {}, "key": KEY, "week": WEEK, "quarter": QUARTER, "once": "00" * 32}
    return {"do": "seal", "text": text, **known, **changes}


def test_what_is_refused_is_refused_alike():
    texts = narratives(900)
    answers = node([{"do": "check", "text": text} for text in texts])
    verdicts = [verdict_here(text) for text in texts]
    assert [a["answer"] for a in answers] == verdicts
    codes = {v["problem"] and v["problem"]["code"] for v in verdicts}
    assert codes == {None, "empty", "too_long", "control"}


def test_what_the_browser_seals_opens_to_what_was_written():
    chance = random.Random(4)
    texts = narratives(300, seed=7)
    cases = [
        case_of(text, facets=random_facets(chance), once=chance.randbytes(32).hex())
        for text in texts
    ]
    secrets = set()
    opened = 0
    for case, answer in zip(cases, node(cases), strict=True):
        if "refused" in answer:
            with pytest.raises(NarrativeError):
                plaintext.check_narrative(case["text"])
            continue
        narrative = plaintext.check_narrative(case["text"])
        opened += 1
        envelope = Envelope.from_bytes(bytes.fromhex(answer["answer"]))
        assert (envelope.key_id, envelope.quarter) == (PRIVATE.public.id, QUARTER)
        padded = open_envelope(envelope, PRIVATE)
        complaint, seal = plaintext.decode(padded)
        assert plaintext.encode(complaint, seal) == padded
        assert complaint == plaintext.Complaint(narrative, case["facets"])
        assert (seal.week, seal.source, seal.kind) == (WEEK, "form", "report")
        assert seal.once.hex() == case["once"]
        secrets |= {seal.cell_key, seal.salt, envelope.body[:32]}
    assert opened > 100
    assert len(secrets) == 3 * opened


def test_letters_younger_than_the_readers_tables_are_readable_all_the_same():
    chance = random.Random(17)
    young = [[any_letter(chance, known=False) for _ in range(12)] for _ in range(60)]
    answers = node([case_of("x" + "".join(letters) + "\u0301") for letters in young])
    sealed = [bytes.fromhex(answer["answer"]) for answer in answers if "answer" in answer]
    assert len(sealed) > 30
    for data in sealed:
        plaintext.decode(open_envelope(Envelope.from_bytes(data), PRIVATE))


def words_of(vector):
    if "narrative" in vector:
        return vector["narrative"]
    asked = vector["narrative_before_normalising"]
    return asked["repeat"] * asked["times"]


def test_the_published_vectors_byte_for_byte():
    vectors = [v for v in VECTORS["envelopes"] if '"source":"form"' in v["header"]]
    vectors = [v for v in vectors if '"kind":"report"' in v["header"]]
    vectors.append(VECTORS["envelope_with_token"])
    cases = []
    for vector in vectors:
        header = json.loads(vector["header"])
        hexes = {
            name: urlsafe_b64decode(header.get(name, "") + "==").hex()
            for name in ("once", "cell_key", "salt", "token")
        }
        cases.append(
            {"do": "encode", "text": words_of(vector), "facets": header["facets"],
             "week": header["week"], "source": "form", "once": hexes["once"],
             "cellKey": hexes["cell_key"], "salt": hexes["salt"], "token": hexes["token"]}
        )  # fmt: skip
    written = [bytes.fromhex(answer["answer"]) for answer in node(cases)]
    for vector, padded in zip(vectors, written, strict=True):
        assert padded[2:].startswith(vector["header"].encode())
        assert hashlib.sha256(padded).hexdigest() == vector["padded_sha256"]
        assert plaintext.leaf(padded).hex() == vector["leaf"]
    sealed = node(
        [
            {"do": "encrypt", "padded": padded.hex(), "key": KEY, "quarter": v["quarter"],
             "eseed": v["eseed"]}
            for v, padded in zip(vectors, written, strict=True)
        ]
    )  # fmt: skip
    for vector, answer in zip(vectors, sealed, strict=True):
        data = bytes.fromhex(answer["answer"])
        assert hashlib.sha256(data).hexdigest() == vector["envelope_sha256"]
        if "envelope" in vector:
            assert data == b64decode(vector["envelope"])
    assert {v["bucket"] for v in vectors} == {1, 2, 3}


def test_the_published_texts_days_and_keys():
    texts = [
        text if isinstance(text, str) else text["repeat"] * text["times"]
        for text in (v["text"] for v in VECTORS["narratives"])
    ]
    for vector, told in zip(
        VECTORS["narratives"], node([{"do": "check", "text": t} for t in texts]), strict=True
    ):
        problem, narrative = told["answer"]["problem"], told["answer"]["narrative"]
        assert (problem and problem["code"]) == vector.get("refused"), vector["name"]
        if "narrative" in vector:
            assert narrative == vector["narrative"], vector["name"]
        if problem:
            number = vector.get("line", vector.get("bytes", 0))
            assert (problem["number"], problem["letters"]) == (number, vector.get("letters", 0))
        elif "narrative_bytes" in vector:
            assert len(narrative.encode()) == vector["narrative_bytes"]
    days = [datetime.fromisoformat(f"{v['day']}T23:59:59Z") for v in VECTORS["periods"]]
    reckoned = node([{"do": "periodOf", "moment": day.timestamp() * 1000} for day in days])
    for vector, told in zip(VECTORS["periods"], reckoned, strict=True):
        assert told["answer"] == {"week": vector["week"], "quarter": vector["quarter"]}
    keys = [v["public_key"] for v in VECTORS["refused_public_keys"]]
    answers = node([case_of("words", key=key) for key in (KEY, *keys)])
    assert ["answer" in told for told in answers] == [True] + [False] * len(keys)


def test_what_no_reader_would_take_is_not_written():
    lattice, curve = KEY[: 2 * 1184], KEY[2 * 1184 :]
    wrong = [
        {"facets": {"asked": "so much"}}, {"facets": {"Asked": "money"}}, {"facets": {"asked": ""}},
        {"facets": {"asked": 'money"'}}, {"facets": {f"f{n}": "v" * 60 for n in range(90)}},
        {"week": "2026-W54"}, {"week": "2026-48"}, {"week": "2026-W00"}, {"once": "00" * 31},
        {"token": "00" * 455}, {"token": "00" * 457}, {"quarter": 7999},
        {"quarter": 40_000}, {"quarter": None},
        {"key": KEY[:-2]}, {"key": "ff" * 1184 + curve}, {"key": lattice + "00" * 32},
        {"key": lattice + "ed" + "ff" * 30 + "7f"}, {"key": lattice + "ff" * 32},
        {"key": lattice + "01" + "00" * 31},
    ]  # fmt: skip
    answers = node([case_of("words"), *(case_of("words", **change) for change in wrong)])
    assert "answer" in answers[0]
    for change, answer in zip(wrong, answers[1:], strict=True):
        assert "refused" in answer, change


@pytest.mark.parametrize("text", ["\ud800", "bell\x07"])
def test_no_refusal_repeats_a_word(text):
    [answer] = node([case_of(f"canary {text}")])
    assert "canary" not in answer["refused"]


def pasted(count, *, seed=9):
    """Return texts that somebody could paste for a token, each kind of them about as often."""
    chance = random.Random(seed)
    spaces = [" ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u2028", "\x1c", "\x85"]
    unseen = ["\ufeff", "\u200b", "\u200e", "\u200f", "\u202b", "\u2069", "\u00ad", "\u061c"]
    found = ["", " ", "\u200f\n", "A" * 608, "A" * 607, "A" * 609, "A" * 600 + "+/+/+/+/"]
    for _ in range(count):
        text = urlsafe_b64encode(chance.randbytes(chance.choice([456, 456, 456, 453, 460])))
        letters = list(text.decode())
        for _ in range(chance.randrange(12)):
            letters.insert(chance.randrange(len(letters)), chance.choice(spaces + unseen))
        if chance.random() < 0.3:
            wrong = chance.choice(["é", "+", ".", "=", "\x00", "٣", "\u2010"])
            letters[chance.randrange(len(letters))] = wrong
        found.append("".join(letters))
    return found


def token_here(text):
    """What the service makes of a pasted token, in hex; nothing if it is none."""
    try:
        return tokens.from_text(text).to_bytes().hex()
    except BadInputError:
        return ""


def test_a_pasted_token_is_read_alike():
    texts = [*pasted(300), *narratives(200)]
    answers = node([{"do": "tokenIn", "text": text} for text in texts])
    here = [token_here(text) for text in texts]
    assert [told["answer"] for told in answers] == here
    assert 100 < sum(map(bool, here)) < 280
    answers = node([{"do": "packed", "text": text} for text in texts])
    assert [told["answer"] for told in answers] == [tokens.packed(text) for text in texts]


def test_a_token_is_sealed_and_takes_the_same_size_as_what_stands_in_its_place():
    chance = random.Random(12)
    texts = ["a" * size for size in range(3_000, 4_100, 25)]
    one, other = chance.randbytes(456), chance.randbytes(456)
    cases = [case_of(text, token=token.hex()) for text in texts for token in (one, other)]
    answers = node(cases)
    envelopes = [Envelope.from_bytes(bytes.fromhex(told["answer"])) for told in answers]
    buckets = [envelope.bucket for envelope in envelopes]
    assert buckets[::2] == buckets[1::2]
    assert set(buckets) == {1, 2}
    for envelope, case in zip(envelopes, cases, strict=True):
        padded = open_envelope(envelope, PRIVATE)
        complaint, sealed = plaintext.decode(padded)
        assert plaintext.encode(complaint, sealed) == padded
        assert sealed.token.hex() == case["token"]


def test_weeks_and_quarters_are_reckoned_alike():
    days = [datetime(1969, 12, 20, 12, tzinfo=UTC) + timedelta(hours=61 * n) for n in range(13_000)]
    asked = [{"do": "periodOf", "moment": day.timestamp() * 1000} for day in days]
    weeks = [periods.week_of(day.date()) for day in days]
    assert [answer["answer"] for answer in node(asked)] == [
        {"week": week, "quarter": periods.quarter_code(week)} for week in weeks
    ]
    steps = [(day, number % 60) for number, day in enumerate(days[::7])]
    asked = [
        {"do": "later", "week": periods.week_of(day.date()), "weeks": weeks} for day, weeks in steps
    ]
    for (day, weeks), answer in zip(steps, node(asked), strict=True):
        assert answer["answer"]["week"] == periods.week_of(day.date() + timedelta(weeks=weeks))
