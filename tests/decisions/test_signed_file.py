"""Signed files: nothing counts but valid signatures of both sides over what is shown."""

import json
import os
import stat

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crypto.signing import SigningKey
from observatory.cli import observatory
from observatory.decisions import signed_file
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, IntegrityError, ObservatoryError

PASSPHRASE = "four sealed words here"
BODY = {"schema": "joint-integrity-observatory/audit-head/1", "size": 3, "root": "ab" * 32}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    (folder / "passphrases").mkdir()
    made = {}
    for side in ("customs", "business"):
        key = SigningKey.create(side, 1, PASSPHRASE)
        (folder / f"{key.signer.name}.json").write_bytes(key.document)
        made[side] = (folder / f"{key.signer.name}.json", key)
    return made


@pytest.fixture
def signers(keys):
    return {side: [key.signer.public_key] for side, (_, key) in keys.items()}


def sign(*arguments):
    done = CliRunner().invoke(observatory, ["sign", *map(str, arguments)], standalone_mode=False)
    if isinstance(done.exception, ObservatoryError):
        raise done.exception
    assert done.exception is None
    return done.output


def test_each_side_adds_its_signature_and_sees_what_it_signs(keys, signers, tmp_path):
    path, passphrase = tmp_path / "head.json", tmp_path / "words"
    passphrase.write_text(PASSPHRASE + "\n")
    signed_file.propose(path, BODY)
    with pytest.raises(IntegrityError, match="customs and of business is missing"):
        signed_file.read(path).verify(signers)
    said = sign(path, "--key", keys["customs"][0], "--passphrase-file", passphrase)
    for name, value in BODY.items():
        assert f"{name}: {json.dumps(value)}" in said
    assert "A signature of business is still missing" in said
    with pytest.raises(IntegrityError, match="of business is missing"):
        signed_file.read(path).verify(signers)
    said = sign(path, "--key", keys["business"][0], "--passphrase-file", passphrase)
    assert "missing" not in said
    found = signed_file.read(path, "audit-head")
    found.verify(signers)
    assert found.signed == BODY
    again = sign(path, "--key", keys["business"][0], "--passphrase-file", passphrase)
    assert "Signed for business by business-signer-1" in again
    assert len(signed_file.read(path).signatures) == 2


def test_passphrases_are_found_beside_the_key_or_named_as_missing(keys, tmp_path):
    path, key = tmp_path / "head.json", keys["customs"][0]
    before = signed_file.propose(path, BODY).to_bytes()
    with pytest.raises(BadInputError, match="passphrase is not in"):
        sign(path, "--key", key)
    beside = key.parent / "passphrases" / "customs-signer-1.txt"
    beside.write_text("another passphrase")
    try:
        with pytest.raises(BadInputError, match="passphrase is wrong"):
            sign(path, "--key", key)
        assert path.read_bytes() == before
        beside.write_text(PASSPHRASE)
        assert "Signed for customs" in sign(path, "--key", key)
    finally:
        beside.unlink()


def test_a_proposal_never_overwrites(tmp_path):
    path = tmp_path / "proposal.json"
    path.write_text("mine")
    with pytest.raises(BadInputError, match="there already"):
        signed_file.propose(path, BODY)
    assert path.read_text() == "mine"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInputError, match="there already"):
        signed_file.propose(tmp_path / "link", BODY)
    assert not (tmp_path / "nowhere").exists()


def test_a_refusing_disk_leaves_the_old_file(tmp_path):
    folder = tmp_path / "gone"
    with pytest.raises(ObservatoryError, match="cannot be written"):
        SignedFile(BODY).write(folder / "head.json")
    assert list(tmp_path.iterdir()) == []


def test_writing_follows_the_umask_and_leaves_no_draft(tmp_path):
    old = os.umask(0o077)
    try:
        SignedFile(BODY).write(tmp_path / "head.json")
    finally:
        os.umask(old)
    assert [p.name for p in tmp_path.iterdir()] == ["head.json"]
    assert stat.S_IMODE((tmp_path / "head.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"signed": {}, "signatures": []}',
        '{"signed": {"schema": "other/audit-head/1"}, "signatures": []}',
        '{"signed": {"schema": "joint-integrity-observatory/x/1"}, "signatures": {}}',
        '{"signed": {"schema": "joint-integrity-observatory/x/1"}, "signatures": [1]}',
        '{"signed": {"schema": "joint-integrity-observatory/x/1"}, "signatures": [], "more": 1}',
        '{"signed": {"schema": "joint-integrity-observatory/x/1", "k": NaN}, "signatures": []}',
        '{"signed": {"schema": "joint-integrity-observatory/x/1", "k": 1e999}, "signatures": []}',
        '{"signed":{"schema":"joint-integrity-observatory/x/1","k":3,"k":5},"signatures":[]}',
        '{"signed": ' * 3000,
        "\udcff",
    ],
)
def test_what_is_no_signed_file(text, tmp_path):
    path = tmp_path / "letter.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInputError, match=r"letter\.json is not a file that can be signed"):
        signed_file.read(path)


def test_missing_files_and_other_kinds_are_named(tmp_path):
    with pytest.raises(BadInputError, match="No such file"):
        signed_file.read(tmp_path / "none.json")
    signed_file.propose(tmp_path / "head.json", BODY)
    with pytest.raises(BadInputError, match="audit-head, not policy"):
        signed_file.read(tmp_path / "head.json", "policy")


@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_change_of_a_byte_is_refused_or_changes_nothing(keys, place, value):
    whole = SignedFile(BODY).with_signature(keys["customs"][1]).with_signature(keys["business"][1])
    signers = {side: [key.signer.public_key] for side, (_, key) in keys.items()}
    data = bytearray(whole.to_bytes())
    data[place % len(data)] = value
    try:
        found = signed_file.from_bytes(bytes(data), label="file")
        found.verify(signers)
    except (BadInputError, IntegrityError):
        return
    assert found.signed == BODY


def test_every_value_is_shown_and_no_control_sequence():
    body = {"a": [{"b": True}, []], "evil\x1b[2J": "\x1b]0;x\x07", "é": None}
    assert signed_file.in_words(body) == [
        "a 1 b: true",
        "a 2: []",
        'evil\\u001b[2J: "\\u001b]0;x\\u0007"',
        "\\u00e9: null",
    ]
