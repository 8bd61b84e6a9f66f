"""Rules change only with both sides' signatures, in order, and the log has it."""

import json
import shutil

import click
import pytest

from observatory.audit import Kind
from observatory.decisions import signed_file, succession
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, UsageError
from observatory.instance import Instance

PASSPHRASE = "an old passphrase of nine words"
FOUNDING = [Kind.FOUNDED, Kind.ROLL_INSTALLED]


def logged(instance):
    return [entry for entry in instance.audit.entries() if entry.kind != Kind.SET_CLOSED]


def test_a_change_from_proposal_to_force(founded, command, sign, tmp_path):
    out = tmp_path / "proposal.json"
    said = command("policy", "propose", "--k-members", 7, "--retention-months", 18, out)
    assert "Kept:" in said
    assert "24 months -> 18 months" in said
    assert "what at least 5 reports have in common -> what at least 7" in said
    beside = founded.shares / "passphrases"
    beside.mkdir()
    (beside / "customs-signer-2.json").with_suffix(".txt").write_text(PASSPHRASE)
    said = command("sign", out, "--key", founded.shares / "customs-signer-2.json")
    assert "Shown to members: what at least 7 reports have in common" in said
    assert "  Kept: 24 months -> 18 months" in said
    assert "retention_months: 18" in said
    sign(out, "business")
    said = command("policy", "install", out)
    assert "Policy 2 is in force" in said
    now = Instance.open(founded.instance.folder)
    assert now.policy.disclosure("members").k == 7
    assert now.policy.disclosure("public").k == 10
    assert now.policy.rules["retention_months"] == 18
    assert now.policy.root == founded.instance.policy.root
    assert [entry.kind for entry in logged(now)] == [*FOUNDING, Kind.POLICY_INSTALLED]
    assert logged(now)[-1].facts == {"policy": now.policy.fingerprint, "version": 2}
    said = command("policy", "show")
    for words in (
        now.policy.root,
        now.policy.fingerprint,
        "18 months",
        "2 of 3",
        "shown to members, kept",
    ):
        assert words in said
    assert "in force already" in command("policy", "install", out)
    assert len(logged(now)) == len(FOUNDING) + 1


@pytest.mark.parametrize("sides", [(), ("customs",), ("business",)])
def test_without_both_sides_nothing_changes(founded, command, sign, tmp_path, sides):
    before = (founded.instance.folder / "policy.json").read_bytes()
    out = tmp_path / "proposal.json"
    command("policy", "propose", "--weeks", 4, out)
    if sides:
        sign(out, *sides)
    with pytest.raises(NotAllowedError, match=r"signature of .* is missing"):
        command("policy", "install", out)
    assert (founded.instance.folder / "policy.json").read_bytes() == before


def test_an_edited_proposal_is_not_what_was_signed(command, sign, tmp_path):
    out = tmp_path / "proposal.json"
    command("policy", "propose", "--weeks", 4, out)
    sign(out)
    out.write_text(out.read_text().replace('"weeks": 4', '"weeks": 2'))
    with pytest.raises(NotAllowedError, match="signature of business and of customs is missing"):
        command("policy", "install", out)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--k-members", 2), "k of members"),
        (("--k-public", 51), "k of public"),
        (("--weeks", 1), "weeks"),
        (("--dominance", 0.9), "dominance"),
        (("--base-members", 0), "base of members"),
        (("--base-public", 30), "base of public"),
        (("--retention-months", 999), "months of retention"),
        (("--add-signer", "customs:zz"), "all different keys"),
    ],
)
def test_what_no_policy_may_set_is_not_even_proposed(command, tmp_path, options, reason):
    with pytest.raises(NotAllowedError, match=reason):
        command("policy", "propose", *options, tmp_path / "proposal.json")
    assert list(tmp_path.glob("*.json")) == []


def test_nothing_is_proposed_and_nothing_overwritten(command, tmp_path):
    with pytest.raises(UsageError, match="changes nothing"):
        command("policy", "propose", tmp_path / "proposal.json")
    (tmp_path / "mine.json").write_text("mine")
    with pytest.raises(BadInputError, match="there already"):
        command("policy", "propose", "--weeks", 4, tmp_path / "mine.json")
    with pytest.raises(click.UsageError):
        command("policy", "propose", "--weeks", "four", tmp_path / "proposal.json")


def test_even_both_sides_cannot_sign_away_the_bounds(founded, sign, tmp_path):
    rules = founded.instance.policy.proposal()
    rules["disclosure"]["k"]["members"] = 2
    out = tmp_path / "proposal.json"
    signed_file.propose(out, rules)
    sign(out)
    with pytest.raises(NotAllowedError, match="k of members"):
        succession.install(founded.instance, signed_file.read(out))


def test_of_two_proposals_the_second_to_come_has_to_be_made_anew(command, sign, tmp_path):
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    command("policy", "propose", "--weeks", 4, one)
    command("policy", "propose", "--weeks", 5, two)
    sign(one)
    sign(two)
    command("policy", "install", one)
    with pytest.raises(BadInputError, match="Propose it anew"):
        command("policy", "install", two)


def test_the_first_policy_is_no_proposal(founded, sign, tmp_path):
    rules = {**json.loads(json.dumps(founded.instance.policy.rules)), "retention_months": 12}
    signed_file.propose(tmp_path / "first.json", rules)
    sign(tmp_path / "first.json")
    with pytest.raises(BadInputError, match="another policy"):
        succession.install(founded.instance, signed_file.read(tmp_path / "first.json"))
    with pytest.raises(NotAllowedError, match="No policy may set this"):
        succession.install(founded.instance, SignedFile({"schema": rules["schema"]}))


def test_new_signers_sign_from_the_next_policy_on(founded, command, sign, tmp_path):
    said = command("key", "signer", "customs", 3, "--to", tmp_path / "new")
    entry = said.split("Give away only this: ")[1].strip()
    old = founded.instance.policy.signers["customs"][0]
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    command("policy", "propose", "--add-signer", entry, "--remove-signer", old[:16], one)
    sign(one)
    command("policy", "install", one)
    assert Instance.open(founded.instance.folder).policy.signers["customs"][-1] == entry[8:]
    command("policy", "propose", "--weeks", 4, two)
    sign(two)  # by the signer who was removed, and one of business
    with pytest.raises(NotAllowedError, match="signature of customs is missing"):
        command("policy", "install", two)
    command("sign", two, "--key", tmp_path / "new/customs-signer-3.json")
    assert "Policy 3 is in force" in command("policy", "install", two)
    with pytest.raises(BadInputError, match="0 signers' keys begin so"):
        command("policy", "propose", "--remove-signer", "zz", tmp_path / "three.json")
    with pytest.raises(BadInputError, match="write it as customs:KEY"):
        command("policy", "propose", "--add-signer", "press:ab", tmp_path / "three.json")


def test_an_older_policy_in_its_place_is_refused_everywhere(
    founded, command, sign, quorum, tmp_path
):
    path, out = founded.instance.folder / "policy.json", tmp_path / "proposal.json"
    shutil.copy(path, tmp_path / "older.json")
    command("policy", "propose", "--k-members", 7, out)
    sign(out)
    command("policy", "install", out)
    shutil.copy(tmp_path / "older.json", path)
    with pytest.raises(IntegrityError, match="names last"):
        command("analyse", "--shares", *quorum)
    with pytest.raises(IntegrityError, match="names last"):
        command("key", "drill", "--shares", *quorum[:2])
    other = tmp_path / "other.json"
    command("policy", "propose", "--k-members", 3, other)
    sign(other)
    with pytest.raises(IntegrityError, match="names last"):
        command("policy", "install", other)
    first = SignedFile(founded.instance.policy.rules, founded.instance.policy.signatures)
    with pytest.raises(IntegrityError, match="names last"):
        succession.install(Instance.open(founded.instance.folder), first)
    with pytest.raises(IntegrityError, match="names last"):  # the right way is to put the file back
        command("policy", "install", out)


def test_an_installation_that_was_stopped_is_finished_by_installing_again(
    founded, command, sign, quorum, tmp_path, monkeypatch
):
    out = tmp_path / "proposal.json"
    command("policy", "propose", "--k-members", 7, out)
    sign(out)
    monkeypatch.setattr(succession, "_log", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises((KeyboardInterrupt, click.Abort)):
        command("policy", "install", out)
    monkeypatch.undo()
    with pytest.raises(IntegrityError, match="install the same proposal once more"):
        command("key", "drill", "--shares", *quorum[:2])
    command("policy", "install", out)
    now = Instance.open(founded.instance.folder)
    assert [entry.kind for entry in logged(now)] == [*FOUNDING, Kind.POLICY_INSTALLED]
    assert "Nothing was opened" in command("key", "drill", "--shares", *quorum[:2])
