"""Epochs of tokens and the log: what lies in the folder is what both sides installed, and all."""

import hashlib
import json

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text

from observatory.audit import Kind
from observatory.audit.log import AuditLog
from observatory.cli import observatory
from observatory.decisions import joint_run, signed_file, token_epochs
from observatory.doctor import promises
from observatory.doctor.findings import Level
from observatory.errors import IntegrityError, NotAllowedError, ResourceError
from observatory.instance import Instance
from observatory.tokens.epoch import Epoch

NAME = "trader-2026-Q4"


@pytest.fixture(scope="module")
def public():
    return rsa.generate_private_key(65_537, 3072).public_key()


@pytest.fixture
def statement(founded, public, sign, tmp_path):
    """Return a file that states so many tokens, signed by both sides."""

    def make(issued=0, kind="trader", key=public, **which):
        epoch = Epoch(founded.instance.policy.root, kind, "2026-Q4", key, issued)
        path = tmp_path / f"{kind}-{issued}-{len(list(tmp_path.iterdir()))}.json"
        signed_file.propose(path, epoch.to_json())
        sign(path, **which)
        return path

    return make


@pytest.fixture
def instance(founded):
    """The instance, opened anew each time, as another process would."""
    return lambda: Instance.open(founded.instance.folder)


def logged(instance):
    return [e.facts for e in instance.audit.entries() if e.kind is Kind.EPOCH_INSTALLED]


def analysed(instance, quorum):
    joint_run.analyse(instance, quorum, None, lambda *_: None)


def in_folder(instance, name=NAME):
    return instance.folder / "tokens" / f"{name}.json"


def test_each_installation_is_an_entry_of_the_log(command, statement, instance):
    command("token", "install", statement())
    stated = statement(120)
    command("token", "install", stated)
    command("token", "install", stated)
    command("token", "install", statement(150, "official"))
    trader, told, official = logged(instance())
    assert (trader["issued"], told["issued"]) == (0, 120)
    assert (told["side"], official["side"]) == ("business", "customs")
    assert told["quarter"] == "2026-Q4"
    assert told["approved"] == ["business-1", "customs-1"]
    assert told["sha256"] == hashlib.sha256(in_folder(instance()).read_bytes()).hexdigest()
    [epoch] = [one for one in token_epochs.installed(instance()) if one.issued == 120]
    assert told["key"] == epoch.key_hash.hex()
    assert bytes.fromhex(told["key"])[:8] == epoch.key_id
    assert f"epoch-installed  approved business-1 customs-1, issued 120, key {told['key']}" in (
        command("audit", "log")
    )
    command("audit", "verify")


def test_an_epoch_that_was_copied_in_is_counted_by_no_run(command, statement, instance, quorum):
    folder = in_folder(instance()).parent
    folder.mkdir()
    in_folder(instance()).write_bytes(statement(120).read_bytes())
    for refused in (
        lambda: analysed(instance(), quorum),
        lambda: command("audit", "verify"),
        lambda: command("token", "list"),
    ):
        with pytest.raises(IntegrityError, match=f"{NAME}.json is not the epoch that the audit"):
            refused()


def test_an_older_epoch_or_other_signatures_put_back_are_told(command, statement, instance, quorum):
    command("token", "install", statement())
    older = in_folder(instance()).read_bytes()
    command("token", "install", statement(120))
    stated = in_folder(instance()).read_bytes()
    in_folder(instance()).write_bytes(older)
    with pytest.raises(IntegrityError, match="an older one"):
        analysed(instance(), quorum)
    other = statement(120, number=2)
    in_folder(instance()).write_bytes(other.read_bytes())
    with pytest.raises(IntegrityError, match="names last"):
        analysed(instance(), quorum)
    in_folder(instance()).write_bytes(stated)
    assert [one.issued for one in token_epochs.check(instance())] == [120]


def test_an_epoch_that_was_taken_away_is_named(command, statement, instance, founded):
    command("token", "install", statement())
    command("token", "install", statement(kind="official"))
    in_folder(instance()).unlink()
    with pytest.raises(IntegrityError, match=f"that is not there: {NAME}"):
        command("audit", "verify")
    [found] = [one for one in promises.examine(instance(), ()) if one.about == "tokens"]
    assert (found.level, NAME in found.says) == (Level.FAILURE, True)
    where = ["--instance", str(founded.instance.folder)]
    assert CliRunner().invoke(observatory, [*where, "doctor"]).exit_code == 5
    assert [one.name for one in token_epochs.installed(instance())] == ["official-2026-Q4"]


def test_the_doctor_names_a_stray_epoch_and_says_when_all_are_known(command, statement, instance):
    def found():
        return [one for one in promises.examine(instance(), ()) if one.about == "tokens"]

    assert found() == []
    command("token", "install", statement())
    assert [one.level for one in found()] == [Level.FINE]
    in_folder(instance(), "official-2026-Q4").write_bytes(statement(kind="official").read_bytes())
    [stray] = found()
    assert (stray.level, "official-2026-Q4" in stray.says) == (Level.FAILURE, True)


def test_a_file_taken_away_makes_no_room_for_another_key_or_a_lower_number(
    command, statement, instance
):
    command("token", "install", statement(120))
    in_folder(instance()).unlink()
    with pytest.raises(NotAllowedError, match="falls"):
        command("token", "install", statement(119))
    other = rsa.generate_private_key(65_537, 3072).public_key()
    with pytest.raises(NotAllowedError, match="has a key already"):
        command("token", "install", statement(120, key=other))
    assert not in_folder(instance()).exists()


def test_an_installation_that_stopped_before_the_log_is_finished_by_the_same_file(
    command, statement, instance, quorum, monkeypatch
):
    path = statement(120)

    def full(*_, **__):
        raise ResourceError("The audit log cannot be written.")

    with monkeypatch.context() as stopped:
        stopped.setattr(AuditLog, "append", full)
        with pytest.raises(ResourceError):
            command("token", "install", path)
    assert in_folder(instance()).exists()
    with pytest.raises(IntegrityError, match="install the same file once more"):
        analysed(instance(), quorum)
    command("token", "install", path)
    assert [one.issued for one in token_epochs.check(instance())] == [120]


def test_an_entry_that_was_edited_stops_a_run(command, statement, instance, quorum):
    command("token", "install", statement(120))
    engine = instance().vault.engine
    with engine.begin() as connection:
        number, entry = connection.execute(
            text("SELECT number, entry FROM audit_entry ORDER BY number DESC LIMIT 1")
        ).one()
        body = json.loads(bytes(entry))
        body["facts"]["issued"] = 121
        changed = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        connection.execute(
            text("UPDATE audit_entry SET entry = :entry WHERE number = :number"),
            {"entry": changed, "number": number},
        )
    with pytest.raises(IntegrityError, match=f"entry {number}"):
        analysed(instance(), quorum)


def test_after_a_signer_was_replaced_epochs_are_installed_again_one_by_one(
    command, statement, instance, sign, tmp_path
):
    for kind in ("trader", "official"):
        command("token", "install", statement(kind=kind))
    proposal = tmp_path / "policy.json"
    gone = instance().policy.signers["business"][0]
    said = command("key", "signer", "business", 3, "--to", tmp_path / "new")
    new = said.split("Give away only this: ")[1].strip()
    command("policy", "propose", "--add-signer", new, "--remove-signer", gone, proposal)
    sign(proposal)
    command("policy", "install", proposal)
    with pytest.raises(IntegrityError, match="signers in force"):
        token_epochs.installed(instance())
    for kind in ("trader", "official"):
        command("token", "install", statement(kind=kind, number=2))
    assert len(token_epochs.check(instance())) == 2
    assert [one["approved"] for one in logged(instance())][2:] == [["business-1", "customs-2"]] * 2
