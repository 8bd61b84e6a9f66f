"""The audit commands as an auditor uses them: copies, heads of both sides, proofs, tampering."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from crypto.signing import SigningKey
from observatory.audit import Kind
from observatory.cli import observatory
from observatory.decisions.signed_file import SignedFile

PASSPHRASE = "an old passphrase of nine words"


@pytest.fixture
def run(founded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, code=0):
        from observatory.errors import ObservatoryError

        place = ["--instance", str(founded.instance.folder)]
        done = CliRunner().invoke(observatory, [*place, *map(str, arguments)])
        if isinstance(done.exception, ObservatoryError):
            assert done.exception.exit_code == code, str(done.exception)
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.output

    return invoke


@pytest.fixture
def signed(founded, run, tmp_path):
    """Write a head and have a signer of each side sign it."""

    def sign(name, sides=("customs", "business")):
        run("audit", "head", tmp_path / name)
        for side in sides:
            run(
                "sign",
                tmp_path / name,
                "--key",
                founded.shares / f"{side}-signer-2.json",
                "--passphrase-file",
                passphrase,
            )
        return tmp_path / name

    passphrase = tmp_path / "passphrase"
    passphrase.write_text("an old passphrase of nine words\n")
    return sign


def act(founded, number):
    founded.instance.audit.record(Kind.BACKUP_MADE, {"sha256": f"{number:064x}"})


def test_the_log_tells_the_founding(run):
    assert "founded" in run("audit", "log")
    assert "None" not in run("audit", "verify")


def test_a_head_is_kept_only_with_both_signatures(run, signed):
    assert "not signed by both" in run("audit", "install", signed("one", ("customs",)), code=5)
    assert "Both sides have signed it" in run("audit", "install", signed("both"))
    assert "Both sides have signed it" in run("audit", "verify")


def test_a_copy_names_the_entry_that_was_altered(founded, run, tmp_path):
    for number in range(3):
        act(founded, number)
    run("audit", "log", tmp_path / "copy")
    run("audit", "verify", "--copy", tmp_path / "copy")
    with founded.instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE number = 5"))
    act(founded, 9)
    assert "entry 5 is not that of the copy" in run(
        "audit", "verify", "--copy", tmp_path / "copy", code=5
    )


def test_a_rollback_is_named_by_a_head_that_one_side_kept(founded, run, signed):
    act(founded, 1)
    kept = signed("kept")
    with founded.instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE number = 3"))
    run("audit", "verify")
    assert "rolled back" in run("audit", "verify", "--head", kept, code=5)


def test_proofs_are_checked_without_the_entries(founded, run, signed, tmp_path):
    act(founded, 1)
    first = signed("first")
    run("audit", "install", first)
    act(founded, 2)
    run("audit", "install", signed("second"))
    run("audit", "prove", tmp_path / "entry", "--entry", 2)
    run("audit", "prove", tmp_path / "growth", "--since", first)
    for name in ("entry", "growth"):
        assert "proves what it says" in run("audit", "verify", "--proof", tmp_path / name)
    proof = json.loads((tmp_path / "entry").read_text())
    (tmp_path / "entry").write_text(json.dumps({**proof, "number": 1}))
    assert "does not prove" in run("audit", "verify", "--proof", tmp_path / "entry", code=5)


def test_what_cannot_be_proven_is_said(run, tmp_path):
    assert "signed no head yet" in run("audit", "prove", tmp_path / "p", "--entry", 1, code=3)
    assert "Say what to prove" in run("audit", "prove", tmp_path / "p", code=2)


def test_a_proof_needs_no_database_where_its_head_is_brought(founded, run, signed, tmp_path):
    head = signed("head")
    run("audit", "install", head)
    run("audit", "prove", tmp_path / "p", "--entry", 1)
    for path in founded.instance.folder.glob("observatory.db*"):
        path.unlink()
    said = run("audit", "verify", "--proof", tmp_path / "p", "--head", head)
    assert "proves what it says" in said


def test_a_signer_who_was_replaced_signs_no_later_head(founded, run, signed, tmp_path):
    before = signed("before")
    signers = founded.instance.policy.rules["signers"]
    rules = founded.instance.policy.proposal(
        signers={**signers, "customs": [signers["customs"][0], "ab" * 32]}
    )
    proposal = SignedFile(rules)
    for side in ("customs", "business"):
        key = SigningKey.load(founded.shares / f"{side}-signer-1.json", PASSPHRASE)
        proposal = proposal.with_signature(key)
    proposal.write(tmp_path / "policy-2.json")
    run("policy", "install", tmp_path / "policy-2.json")
    assert "Kept" in run("audit", "install", before)
    assert "not signed by both" in run("audit", "install", signed("after"), code=5)
