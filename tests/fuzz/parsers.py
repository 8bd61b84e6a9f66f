"""Every parser of foreign bytes, under libFuzzer: python tests/fuzz/parsers.py NAME [RUNS].

A parser either understands or raises its own error. Whatever it understands it writes back to the
byte, where it has a writer. Anything else ends the process with an error code. Where the name is -,
names are read from standard input, a line each, and every parser has a fork of its own: what it
parses with is imported and instrumented once.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["observatory", "crypto", "webauthn"]):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Request

    from crypto import blind
    from crypto.envelope import BUCKETS, OVERHEAD, Envelope, PublicKey
    from crypto.errors import CryptoError
    from crypto.signing import SigningKey
    from observatory import config, policy
    from observatory.acts import act, approval, assertion, enrolment, people, roll
    from observatory.acts.approval import ApprovalError
    from observatory.acts.people import PeopleError
    from observatory.assets import page
    from observatory.assets.listing import AssetList
    from observatory.audit import Entry
    from observatory.audit.signed_heads import SignedHead
    from observatory.backup import container
    from observatory.backup.keys import Keys
    from observatory.batches import batch
    from observatory.complaint import offices, plaintext
    from observatory.complaint.plaintext import Complaint, Seal
    from observatory.custody import locked
    from observatory.custody.sheets import read_sheet
    from observatory.decisions import signed_file
    from observatory.errors import ObservatoryError
    from observatory.intake import sealed, upload
    from observatory.intake.body import read_fields
    from observatory.intake.imports import mapping, register
    from observatory.policy import Policy
    from observatory.tokens import epoch as epochs
    from observatory.tokens import files as token_files
    from observatory.tokens import token
    from observatory.tokens.epoch import Epoch
    from observatory.vault.closing import SetRecord

HERE = Path(tempfile.mkdtemp())
DAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Parser:
    """A parser, the errors that it may raise, and a few inputs to begin with."""

    parse: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]


def envelope(data: bytes) -> None:
    assert Envelope.from_bytes(data).to_bytes() == data


def padded(data: bytes) -> None:
    whole = data.ljust(BUCKETS[1], b"\x00") if len(data) < BUCKETS[1] else data
    complaint, seal = plaintext.decode(whole)
    bucket = {size: number for number, size in BUCKETS.items()}[len(whole)]
    again = plaintext.encode(complaint, seal, bucket=bucket if seal.kind == "dummy" else None)
    assert again == whole


def entry(data: bytes) -> None:
    assert Entry.from_bytes(data).to_bytes() == data


def posted(data: bytes) -> Request:
    kind, _, body = data.partition(b"\n")
    return Request(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": kind.decode("latin-1"),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
        }
    )


def from_file(read: Callable[[Path], object]) -> Callable[[bytes], None]:
    path = HERE / "given"

    def parse(data: bytes) -> None:
        path.write_bytes(data)
        read(path)

    return parse


def a_register(path: Path) -> None:
    for _ in register.read(path, None, DAY):
        pass


def a_batch(data: bytes) -> None:
    for carried in batch.Reader(io.BytesIO(data)).sets():
        for _ in carried.envelopes:
            pass


KEYS = Keys({"2026-01": b"m" * 32}, b"r" * 32)


def a_backup() -> bytes:
    file = io.BytesIO()
    writer = container.Writer(file, KEYS)
    for record in (
        container.Record("file", "a", body=b"words"),
        container.Record("state", "2026-01", "2026-01", b"part"),
        container.Record("end"),
    ):
        writer.add(record)
    return file.getvalue()


def a_written_batch() -> bytes:
    file = io.BytesIO()
    key = Ed25519PrivateKey.from_private_bytes(b"h" * 32)
    public = key.public_key().public_bytes_raw()
    kept = SetRecord(b"s" * 16, "form", "2026-W40", "2026-10", b"r" * 32)
    batch.write(file, batch.Head(public.hex(), 1, "", "00" * 32), [(kept, [])], key)
    return file.getvalue()


NO_JSON = (json.JSONDecodeError, UnicodeDecodeError, RecursionError)
VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs/vectors/decisions-v1.json").read_text("utf-8")
)
POLICY = Policy(VECTORS["policy"], [])
CHAIN = roll.Roll(
    tuple(roll.Link(act.read(e["act"]), e["approvals"]) for e in VECTORS["roll"]["chain"]), POLICY
)
ACT = act.read(VECTORS["act"]["signed"])
ENROLMENTS = [one["enrolment"] for one in VECTORS["enrolments"]]
KEY = assertion.Credential(**ENROLMENTS[0]["record"]["credential"], rp="members.localhost")
ASSERTION = VECTORS["approvals"][2]["assertion"]


def an_act(data: bytes) -> None:
    found = act.read(json.loads(data))
    assert act.read(json.loads(found.canonical)).digest == found.digest


def some_people(data: bytes) -> None:
    listed = json.loads(data)
    assert [one.to_json() for one in people.read(listed)] == listed


def an_enrolment(data: bytes) -> None:
    enrolment.verify(json.loads(data), CHAIN.people[0], POLICY.root)


def an_approval(data: bytes) -> None:
    approval.check(ACT, json.loads(data), CHAIN.electorate, DAY)


def an_assertion(data: bytes) -> None:
    assertion.verify(json.loads(data), KEY, bytes.fromhex(ACT.digest))


def a_passkey(data: bytes) -> None:
    named = base64.urlsafe_b64encode(data).decode().rstrip("=")
    assertion.verify(ASSERTION, replace(KEY, public_key=named), bytes.fromhex(ACT.digest))


ISSUER = RSAPublicNumbers(65_537, (1 << 3071) + 1).public_key()
EPOCH = Epoch("ab" * 32, "trader", "2026-Q4", ISSUER, 100)
WISH = token.Wish(b"p" * 32, b"v" * 32, 7)


def a_blind_answer(data: bytes) -> None:
    blind.finalize(ISSUER, b"words", data, 7, blind.Variant.PSS_RANDOMIZED)


def a_token(data: bytes) -> None:
    found = token.from_text(data.decode("utf-8", "replace"))
    assert token.from_text(found.to_text()) == found
    assert not found.is_of(EPOCH)


def an_epoch(data: bytes) -> None:
    body = json.loads(data)
    assert epochs.read(body).to_json() == body


def a_wallet(path: Path) -> None:
    token_files.token_in(path, path)


SAMPLE = plaintext.encode(Complaint("they asked", {"stage": "release"}), Seal("2026-W40"))
SHEET = b"Side: customs\nCustodian: 1 of 3\nWords:\n 1 academic\nEnd of words\n"
SIGNED = b'{"signed": {"schema": "joint-integrity-observatory/audit-head/1", "size": 1}'
UPLOAD = b"""multipart/form-data; boundary=x
--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nJIO1\r\n--x--\r\n"""
ASSETS = json.dumps(
    {
        "signed": AssetList("00" * 8, {"intake.js": "00" * 32}, {"en": "00" * 32}).to_json(),
        "signatures": [],
    }
).encode()

PARSERS: dict[str, Parser] = {
    "envelope": Parser(
        envelope,
        (CryptoError,),
        (Envelope(b"k" * 8, 1, 8107, b"x" * (BUCKETS[1] + OVERHEAD)).to_bytes(), b"JIO1"),
    ),
    "public-key": Parser(lambda data: PublicKey(data), (CryptoError,), (b"\x00" * 1216,)),
    "plaintext": Parser(padded, (plaintext.PlaintextError,), (SAMPLE.rstrip(b"\x00"), SAMPLE)),
    "sheet": Parser(
        lambda data: read_sheet(data.decode("utf-8", "replace"), label="f"),
        (CryptoError,),
        (SHEET,),
    ),
    "signer": Parser(
        lambda data: SigningKey.unlock(data, "a passphrase", label="f"),
        (CryptoError,),
        (b'{"format": "jio-signer/v1", "kdf": {"name": "argon2id", "iterations": 99}}',),
    ),
    "signed-file": Parser(
        lambda data: signed_file.from_bytes(data, label="f"),
        (ObservatoryError,),
        (SIGNED + b', "signatures": []}',),
    ),
    "audit-entry": Parser(
        entry,
        (ValueError,),
        (
            Entry.from_bytes(
                b'{"day":"2026-01-01","facts":{"sha256":"00"},"kind":"backup-made"}'
            ).to_bytes(),
        ),
    ),
    "audit-head": Parser(
        SignedHead.from_bytes, (ObservatoryError,), (SIGNED + b', "signatures": []}',)
    ),
    "policy": Parser(
        from_file(lambda path: policy.read(path).verify()),
        (ObservatoryError,),
        (b'{"chain": [{"rules": {"version": 1}, "signatures": []}]}',),
    ),
    "act": Parser(an_act, (act.ActError, *NO_JSON), (ACT.canonical, CHAIN.chain[0].act.canonical)),
    "people": Parser(
        some_people,
        (PeopleError, *NO_JSON),
        (json.dumps(CHAIN.chain[1].act.body["people"]).encode(),),
    ),
    "roll": Parser(
        from_file(lambda path: roll.read(path, POLICY).verify()),
        (ObservatoryError,),
        (CHAIN.to_bytes(), roll.Roll(CHAIN.chain[:1], POLICY).to_bytes()),
    ),
    "enrolment": Parser(
        an_enrolment,
        (enrolment.EnrolmentError, *NO_JSON),
        tuple(json.dumps(one).encode() for one in ENROLMENTS),
    ),
    "approval": Parser(
        an_approval,
        (ApprovalError, *NO_JSON),
        tuple(json.dumps(one).encode() for one in VECTORS["approvals"]),
    ),
    "assertion": Parser(
        an_assertion,
        (assertion.AssertionRefusedError, *NO_JSON),
        (json.dumps(ASSERTION).encode(),),
    ),
    "passkey": Parser(
        a_passkey,
        (assertion.AssertionRefusedError,),
        (base64.urlsafe_b64decode(KEY.public_key + "=="), b"\x04" + b"x" * 64),
    ),
    "config": Parser(
        from_file(config.read), (ObservatoryError,), (config.template().encode(), b"[a]\nb = 1\n")
    ),
    "offices": Parser(
        from_file(offices.read),
        (ObservatoryError,),
        (b"code,name,region,customs_population,business_population\nA,North,Coast,1,2\n",),
    ),
    "mapping": Parser(
        from_file(mapping.read),
        (ObservatoryError,),
        (b"source: a\nnarrative: text\nreported_on:\n  column: day\n  format: '%Y-%m-%d'\n",),
    ),
    "register": Parser(
        from_file(a_register),
        (ObservatoryError,),
        (b"narrative,reported_on,stage\nthey asked,2026-01-02,release\n", b"PK\x03\x04"),
    ),
    "batch": Parser(a_batch, (ObservatoryError,), (a_written_batch(),)),
    "backup": Parser(
        lambda data: list(container.read(io.BytesIO(data), KEYS)),
        (ObservatoryError,),
        (a_backup(),),
    ),
    "locked-share": Parser(
        lambda data: locked.unlock(data.decode("utf-8", "replace"), "a passphrase", label="f"),
        (CryptoError,),
        (SHEET.replace(b"Words:", b"Locked:").replace(b"End of words", b"End of lock"),),
    ),
    "sealed-field": Parser(
        lambda data: sealed.read(data.decode("utf-8", "replace")),
        (CryptoError,),
        (base64.b64encode(b"JIO1" + b"k" * 300),),
    ),
    "form": Parser(
        lambda data: read_fields(posted(data)),
        (HTTPException,),
        (b"application/x-www-form-urlencoded\nnarrative=they+asked%21&once=a&step=check",),
    ),
    "upload": Parser(
        lambda data: upload.sealed_in(upload.read(posted(data))),
        (HTTPException, CryptoError),
        (UPLOAD,),
    ),
    "reporters-page": Parser(
        page.take_apart,
        (),
        (
            b'<input type="hidden" name="once" value="' + b"A" * 43 + b'">\n'
            b'<a data-week="2026-W48" data-quarter="8107" data-name="x">',
        ),
    ),
    "blind-answer": Parser(a_blind_answer, (CryptoError,), (b"s" * 384, b"s")),
    "token": Parser(
        a_token,
        (ObservatoryError,),
        (token.from_bytes(EPOCH.key_id + b"t" * 448).to_text().encode(), b"AAAA"),
    ),
    "token-epoch": Parser(
        an_epoch, (ObservatoryError, *NO_JSON), (json.dumps(EPOCH.to_json()).encode(),)
    ),
    "token-wallet": Parser(
        from_file(a_wallet), (ObservatoryError,), (token_files.wallet(EPOCH, WISH),)
    ),
    "asset-list": Parser(
        lambda data: AssetList.from_json(signed_file.from_bytes(data, label="f").signed),
        (ObservatoryError,),
        (ASSETS,),
    ),
}


def fuzz(name: str, runs: int) -> None:
    """Fuzz one parser; the process ends with it."""
    parser = PARSERS[name]
    place = HERE / name
    corpus = place / "corpus"
    corpus.mkdir(parents=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        try:
            parser.parse(data)
        except parser.errors:
            return

    flags = [f"-runs={runs}", "-seed=1", "-max_len=8192", "-verbosity=0", "-timeout=20"]
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={place}/", str(corpus)], one)
    atheris.Fuzz()


def serve(runs: int) -> None:
    """Fuzz the parsers that are asked for: a name a line in, how it ended a line out, as JSON."""
    for line in sys.stdin:
        name = line.strip()
        said = HERE / f"{name}.said"
        child = os.fork()
        if child == 0:
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
            os.dup2(2, 1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            fuzz(name, runs)
            os._exit(1)  # not reached: libFuzzer ends the process, by 0 when all is well
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([code, said.read_text("utf-8", "replace")]), flush=True)


def main() -> None:
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    if sys.argv[1] == "-":
        serve(runs)
    else:
        fuzz(sys.argv[1], runs)


if __name__ == "__main__":
    main()
