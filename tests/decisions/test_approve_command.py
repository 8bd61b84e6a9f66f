"""The command ``approve``: nothing is done by one side, and both sides do it at once."""

import json

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from crypto.signing import SigningKey
from observatory.acts.act import What
from observatory.acts.people import Interests, Role
from observatory.audit import Kind
from observatory.cli import observatory
from observatory.decisions import deciding, desk, plain_words, signed_file
from observatory.decisions.deciding import State
from observatory.decisions.founding import found
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, UsageError
from observatory.instance import Instance
from tests.support import decided

PASSPHRASE = "an old passphrase of nine words"


@pytest.fixture
def key(founded):
    """The options by which a signer of a side signs."""
    (founded.shares / "words.txt").write_text(PASSPHRASE)

    def options(side, number=1):
        file = founded.shares / f"{side}-signer-{number}.json"
        return ("--key", file, "--passphrase-file", founded.shares / "words.txt")

    return options


def proposed(instance, body=None, **other):
    act = deciding.propose(
        instance, What.CATALOGUE, body or {"sha256": "ab" * 32}, by="command-line", **other
    )
    return act, act.digest[:12]


@pytest.mark.parametrize("first", ["customs", "business"])
def test_one_side_does_nothing_and_both_do_it_at_once(founded, command, key, first):
    instance = founded.instance
    act, name = proposed(instance)
    assert f"{name}  The catalogue" in command("approve")
    said = command("approve", name, *key(first))
    assert 'sha256: "abab' in said
    assert f"Approved for {first} by {first}-signer" in said
    assert "Not done yet: an approval of" in said
    assert deciding.matter(instance, name).state is State.OPEN
    again = command("approve", name, *key(first, 2))
    assert "Not done yet" in again
    assert "Not done yet" in command("approve", name)
    other = {"customs": "business", "business": "customs"}[first]
    assert "Both sides approved, and it is done." in command("approve", name, *key(other))
    last = instance.audit.entries()[-1]
    assert last.kind is Kind.ACT_DONE
    assert last.facts["act"] == act.digest
    assert {one.split("-")[0] for one in last.facts["approved"]} == {"customs", "business"}
    assert command("approve") == "Nothing waits.\n"
    with pytest.raises(NotAllowedError, match="this proposal is done"):
        command("approve", name, *key(other))


def test_on_either_database_an_invitation_is_approved_and_used(database_url, tmp_path):
    made = found(
        tmp_path / "instance",
        tmp_path / "shares",
        {"customs": (2, 3), "business": (2, 3)},
        lambda _: PASSPHRASE,
        database_url=database_url,
        plain_sheets=True,
    )
    (tmp_path / "words.txt").write_text(PASSPHRASE)

    def run(*arguments):
        call = ["--instance", str(made.instance.folder), *map(str, arguments)]
        done = CliRunner().invoke(observatory, call, standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.output

    said = run(
        "member", "invite", "--side", "business", "--role", "member", "--name", "Amina Yusuf",
        "--until", "2030-01-01", "--mandate-title", "Letter of the Chamber",
    )  # fmt: skip
    act = deciding.matters(made.instance)[0].act
    link = next(line for line in said.splitlines() if "/enrol#" in line)
    for side in ("customs", "business"):
        assert made.instance.roll.version == 1
        file = made.shares / f"{side}-signer-1.json"
        run("approve", act.digest, "--key", file, "--passphrase-file", tmp_path / "words.txt")
    assert made.instance.roll.version == 2
    amina = decided.enrol(made.instance, *decided.secret_of(link))
    run_act = deciding.propose(made.instance, What.OPEN_RUN, {}, by=amina.person)
    approver = deciding.approve(made.instance, run_act, amina.approval(run_act))
    assert approver.side == "business"
    made.instance.vault.engine.dispose()


def test_an_act_goes_to_another_machine_and_comes_back_signed(founded, command, key, tmp_path):
    _, name = proposed(founded.instance)
    out = tmp_path / "act.json"
    command("approve", name, "--out", out)
    with pytest.raises(BadInputError, match="is there already"):
        command("approve", name, "--out", out)
    away = tmp_path / "nowhere"
    for side in ("customs", "business"):
        done = CliRunner().invoke(
            observatory, ["--instance", str(away), "sign", str(out), *map(str, key(side))]
        )
        assert "The catalogue of modus operandi and measures." in done.output
        assert "The roll that it was made under is not here" in done.output
    said = command("approve", out)
    assert "Taken over: the signature of customs-signer" in said
    assert "Both sides approved, and it is done." in said


def test_signing_an_act_says_what_it_changes_where_the_roll_is(founded, command, key, tmp_path):
    out = tmp_path / "act.json"
    command(
        "member", "invite", "--side", "customs", "--role", "member", "--name", "Amina Yusuf",
        "--until", "2030-01-01", "--mandate-title", "Order 7",
    )  # fmt: skip
    name = deciding.matters(founded.instance)[0].act.digest
    command("approve", name, "--out", out)
    said = command("sign", out, *key("customs"))
    assert "joins: Amina Yusuf" in said
    assert "Proposed by somebody at the machine itself" in said


def test_an_edited_file_takes_nothing_over(founded, command, key, tmp_path):
    _, name = proposed(founded.instance)
    out = tmp_path / "act.json"
    command("approve", name, "--out", out)
    command("sign", out, *key("customs"))
    body = json.loads(out.read_text())
    body["signed"]["body"]["sha256"] = "cd" * 32
    out.write_text(json.dumps(body))
    with pytest.raises(BadInputError, match="0 proposals on the docket"):
        command("approve", out)
    other, _ = proposed(founded.instance, {"sha256": "cd" * 32})
    body["signed"] = other.signed
    out.write_text(json.dumps(body))
    with pytest.raises(NotAllowedError, match="does not count"):
        command("approve", out)
    assert founded.instance.docket.approvals(other.digest) == []


def test_a_key_that_the_policy_does_not_name_approves_nothing(founded, command, tmp_path):
    _, name = proposed(founded.instance)
    stranger = SigningKey.create("customs", 1, PASSPHRASE)
    (tmp_path / "stranger.json").write_bytes(stranger.document)
    (tmp_path / "words.txt").write_text(PASSPHRASE)
    options = ("--key", tmp_path / "stranger.json", "--passphrase-file", tmp_path / "words.txt")
    with pytest.raises(NotAllowedError, match="not the signature of a signer"):
        command("approve", name, *options)
    with pytest.raises(NotAllowedError, match="Nothing was withdrawn"):
        command("approve", name, "--withdraw", *options)
    assert deciding.matter(founded.instance, name).state is State.OPEN


def test_what_is_withdrawn_or_stale_or_lapsed_is_not_approved(
    founded, command, key, chairs, monkeypatch
):
    instance = founded.instance
    _, name = proposed(instance)
    command("approve", name, *key("customs"))
    with pytest.raises(UsageError, match="--key"):
        command("approve", name, "--withdraw")
    assert "Withdrawn" in command("approve", name, "--withdraw", *key("business"))
    with pytest.raises(NotAllowedError, match="withdrawn"):
        command("approve", name, *key("business"))
    _, lapsed = proposed(instance, days=1)
    _, stale = proposed(instance, {"sha256": "cd" * 32})
    command("approve", stale, *key("customs"))
    person, _ = decided.new_person("customs", Role.MEMBER)
    decided.change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    with pytest.raises(NotAllowedError, match="stale"):
        command("approve", stale, *key("business"))
    assert "rules or roll changed" in command("approve", stale)
    _, lapsed = proposed(instance, days=1)
    from datetime import timedelta

    from observatory.instance import today

    later = today() + timedelta(days=3)
    monkeypatch.setattr(deciding, "today", lambda: later)
    with pytest.raises(NotAllowedError, match="expired"):
        command("approve", lapsed, *key("business"))
    assert "lapsed" in command("approve", lapsed)


def test_a_signer_with_an_interest_is_refused_with_a_sentence(founded, command, key, chairs):
    instance = founded.instance
    firm = Interests(frozenset(), frozenset({"Harbour Freight Limited"}))
    public = instance.policy.signers["business"][0]
    person, _ = decided.new_person("business", Role.SIGNER, interests=firm, signer=public)
    decided.change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    _, name = proposed(instance, about={"firms": ["Harbour Freight Limited"]})
    assert 'It concerns: "Harbour Freight Limited"' in command("approve", name)
    with pytest.raises(NotAllowedError, match="has declared an interest"):
        command("approve", name, *key("business"))
    with pytest.raises(NotAllowedError, match="declared no interests"):
        command("approve", name, *key("customs"))


def test_an_altered_act_or_approval_ends_in_an_integrity_failure(founded, command, key):
    instance = founded.instance
    act, name = proposed(instance)
    command("approve", name, *key("customs"))
    record = decided.signer(founded, "business").sign({"another": "thing"})
    instance.docket.approve(act.digest, "business-signer", record)
    with pytest.raises(NotAllowedError, match="missing") as refused:
        raise NotAllowedError(command("approve", name).split("It is open.")[1])
    assert "Does not count" in str(refused.value)
    with pytest.raises(IntegrityError, match="altered or forged"):
        command("approve", name, *key("business"))
    with instance.vault.engine.begin() as connection:
        connection.execute(text("UPDATE proposed SET kind = 'members', signed = :data"), {
            "data": act.canonical.replace(b"abab", b"cdcd"),
        })  # fmt: skip
    with pytest.raises(IntegrityError, match="was altered in the database"):
        command("approve")


def test_rules_are_signed_on_the_docket_and_in_force_with_the_second(
    founded, command, key, tmp_path
):
    out = tmp_path / "policy.json"
    said = command("policy", "propose", "--retention-months", 18, out)
    name = signed_file.read(out).digest[:12]
    assert f"observatory approve {name} --key KEY" in said
    assert f"{name}  Other rules: a policy: an approval of customs and of business" in command(
        "approve"
    )
    said = command("approve", name, *key("customs"))
    assert "Kept: 24 months -> 18 months" in said
    assert "Not done yet: an approval of business is missing." in said
    assert "Policy 2 is in force" in command("approve", name, *key("business"))
    now = Instance.open(founded.instance.folder)
    assert now.policy.rules["retention_months"] == 18
    assert "It is done" in command("approve", name)
    assert "in force already" in _installed(command, out, now)


def _installed(command, out, now):
    """Install the file with the signatures that the docket took; the policy is in force already."""
    signed_file.SignedFile(now.policy.rules, now.policy.signatures).write(out)
    return command("policy", "install", out)


def test_a_file_of_rules_that_was_signed_elsewhere_is_taken_over(command, sign, tmp_path):
    out = tmp_path / "policy.json"
    command("policy", "propose", "--weeks", 4, out)
    sign(out)
    said = command("approve", out)
    assert "Taken over: a signature of business." in said
    assert "Policy 2 is in force" in said


def test_rules_overtaken_by_others_cannot_be_signed_any_more(command, key, sign, tmp_path):
    late, soon = tmp_path / "late.json", tmp_path / "soon.json"
    command("policy", "propose", "--weeks", 4, late)
    command("policy", "propose", "--weeks", 5, soon)
    sign(soon)
    command("approve", soon)
    name = signed_file.read(late).digest[:12]
    assert "void" in command("approve", name)
    with pytest.raises(NotAllowedError, match="stale"):
        command("approve", name, *key("customs"))


def test_a_passkey_and_a_signature_approve_together(founded, command, key, chairs):
    act, name = proposed(founded.instance)
    decided.approve(founded.instance, act, chairs["customs"])
    said = command("approve", name)
    assert "Approved for Customs by Chair of Customs" in said
    assert "by passkey" in said
    assert "it is done" in command("approve", name, *key("business"))


def test_what_opens_a_run_waits_for_the_custodians(founded, command, key):
    act = deciding.propose(founded.instance, What.OPEN_RUN, {}, by=plain_words.COMMAND)
    for side in ("customs", "business"):
        said = command("approve", act.digest, *key(side))
    assert "observatory analyse" in said
    assert deciding.matter(founded.instance, act.digest).state is State.APPROVED


def test_the_desk_finishes_a_roll_that_was_written_and_not_logged(
    founded, command, key, monkeypatch
):
    from observatory.decisions import acting

    command("member", "change", founded.instance.roll.people[0].id, "--name", "First Chair")
    name = deciding.matters(founded.instance)[0].act.digest
    command("approve", name, *key("customs"))
    with monkeypatch.context() as patch:
        patch.setattr(acting, "log_done", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises((KeyboardInterrupt, click.Abort)):
            command("approve", name, *key("business"))
    assert founded.instance.roll.version == 2
    assert desk.find(founded.instance, name).waiting
    assert "it is done" in command("approve", name)
    assert founded.instance.audit.entries()[-1].kind is Kind.ACT_DONE


def test_a_document_is_signed_on_the_docket_and_not_by_whom_it_recuses(
    founded, command, key, chairs
):
    instance = founded.instance
    public = instance.policy.signers["business"][0]
    person, _ = decided.new_person("business", Role.SIGNER, signer=public)
    decided.change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    apart = [{"side": "business", "people": [{"id": person.id, "offices": []}]}]
    manifest = {
        "schema": "joint-integrity-observatory/document-manifest/1",
        "document": {"kind": "systemic", "audience": "public", "sha256": "ab" * 32},
        "policy": instance.policy.fingerprint,
        "recusals": {"sides": apart},
    }
    name = instance.docket.put("document-manifest", manifest).digest[:12]
    assert f"{name}  A document to be published" in command("approve")
    assert f'recused: ["{person.id}"]' in command("approve", name, *key("customs"))
    with pytest.raises(NotAllowedError, match="takes no part"):
        command("approve", name, *key("business"))
    assert "observatory publish" in command("approve", name, *key("business", 2))
