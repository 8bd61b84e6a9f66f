"""Whoever holds the machine edits what it holds: no run, no report, nothing published, exit 5.

The administrator has the disk and the database and knows how everything is made. What no edit can
make are signatures of both sides' signers and assertions of members' passkeys.
"""

import json
import sys
from dataclasses import replace

import pytest
from decided import new_person, vouched_by
from edited import contents, files_of, prepare, rewrite_log, undone
from lowest_costs import LOWEST_COSTS
from made_up_analysis import store
from passkeys import Passkey
from sqlalchemy import text

from crypto import signing
from crypto.signing import SigningKey
from observatory import cli
from observatory.access.enrolments import Enrolments
from observatory.acts.act import What
from observatory.acts.people import Role
from observatory.decisions import acting, deciding
from observatory.errors import Exit, IntegrityError, NotAllowedError, ObservatoryError

DONE, NOT_ALLOWED, INTEGRITY = Exit.DONE, Exit.NOT_ALLOWED, Exit.INTEGRITY


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """One observatory for all edits of files; each is undone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crypto.passphrase.KDF", LOWEST_COSTS)
        place = tmp_path_factory.mktemp("edited") / "place"
        place.mkdir()
        return prepare(place, "sqlite:///observatory.db")


@pytest.fixture
def machine(once):
    with undone(once):
        yield once


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command as ``observatory`` does; return its exit code and what it said is wrong."""

    def run(machine, *arguments):
        argv = ["observatory", "--instance", str(machine.folder), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", argv)
        code = cli._run()
        return code, capsys.readouterr().err

    return run


def analyse(machine):
    return ("analyse", "--shares", *machine.founded.custodians)


def publish(machine):
    return ("publish", machine.document)


def report(machine):
    return ("report", "systemic", machine.folder.parent / "another.json")


def refuses(machine, command, act, code, label=""):
    """Tell that a command ends with a code and writes no file."""
    arguments = act(machine)
    before = files_of(machine.folder.parent)
    found, said = command(machine, *arguments)
    assert found == code, (label, arguments[0], said)
    assert files_of(machine.folder.parent) == before, (label, arguments[0])


def edit_json(path, change):
    body = json.loads(path.read_text("utf-8"))
    change(body)
    path.write_text(json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


# ---------------------------------------------------------------- files


def lower_k(machine):
    def change(body):
        body["chain"][-1]["rules"]["disclosure"]["k"] = {"members": 3, "public": 3}

    edit_json(machine.folder / "policy.json", change)


def swap_signer(machine):
    own = SigningKey.create("business", 1, "an old passphrase of nine words").signer.public_key

    def change(body):
        body["chain"][-1]["rules"]["signers"]["business"] = [own, own[::-1]]

    edit_json(machine.folder / "policy.json", change)


def sign_alone(machine):
    """Put another policy in force that one side signed, twice."""
    rules = machine.instance.policy.proposal(retention_months=6)
    keys = [SigningKey.load(path, PASSPHRASE) for path in machine.founded.signers]
    mine = [key.sign(rules) for key in keys if key.signer.side == "customs"]
    machine.instance.policy.followed_by(rules, mine).write(machine.folder / "policy.json")


def cut_chain(name):
    def cut(machine):
        edit_json(machine.folder / name, lambda body: body["chain"].pop())

    return cut


def earlier(name):
    def put_back(machine):
        (machine.folder / name).write_bytes(machine.earlier[name])

    return put_back


def no_roll(machine):
    (machine.folder / "roll.json").unlink()


def on_roll(change):
    """Edit the people of the roll in force."""

    def edit(machine):
        edit_json(
            machine.folder / "roll.json",
            lambda body: change(body["chain"][-1]["act"]["body"]["people"]),
        )

    return edit


def add_chair(people):
    mallory, _ = new_person("business", Role.CHAIR, name="Mallory")
    people.append(mallory.to_json())


def swap_invitation(people):
    mallory, _ = new_person("business", Role.CHAIR)
    people[0]["invitation"] = mallory.invitation


def drop_interest(people):
    people[-1]["interests"] = {"offices": [], "firms": []}


def longer_term(people):
    people[0]["last"] = "2030-01-01"


def one_sided_roll(machine):
    """Put a roll in force that one side approved, with an approval of the last one beside it."""
    edit_json(machine.folder / "roll.json", lambda body: body["chain"][-1]["approvals"].pop())


def swap_approvals(machine):
    def change(body):
        first, last = body["chain"][0], body["chain"][-1]
        last["approvals"] = first["approvals"]

    edit_json(machine.folder / "roll.json", change)


PASSPHRASE = "an old passphrase of nine words"
FILES = {
    "a lower k": lower_k,
    "another signer": swap_signer,
    "a policy of one side": sign_alone,
    "the chain of policies cut": cut_chain("policy.json"),
    "an older policy": earlier("policy.json"),
    "no roll": no_roll,
    "the chain of rolls cut": cut_chain("roll.json"),
    "an older roll": earlier("roll.json"),
    "another chair": on_roll(add_chair),
    "another invitation": on_roll(swap_invitation),
    "an interest less": on_roll(drop_interest),
    "a longer term": on_roll(longer_term),
    "a roll of one side": one_sided_roll,
    "approvals of another roll": swap_approvals,
}


@pytest.mark.parametrize("edit", FILES.values(), ids=FILES)
def test_an_edited_file_stops_runs_reports_and_publishing(machine, command, edit):
    edit(machine)
    for act in (analyse, publish, report):
        refuses(machine, command, act, INTEGRITY)


def test_edited_products_are_neither_reported_nor_published(machine, command):
    for audience, act in (("members", report), ("public", publish)):
        path = machine.folder / "products/000001" / f"{audience}.json"
        whole = path.read_bytes()
        edit_json(path, lambda body: body["reports"].update(received=1))
        refuses(machine, command, act, INTEGRITY)
        path.write_bytes(whole)
    path.with_name("members.json").replace(path)  # what members see, shown to everybody
    refuses(machine, command, publish, INTEGRITY)


def test_an_edited_document_or_manifest_is_not_published(machine, command):
    whole = machine.document.read_bytes()
    machine.document.write_bytes(whole.replace(b"fewer than", b"more than", 1))
    refuses(machine, command, publish, INTEGRITY)
    machine.document.write_bytes(whole)
    edit_json(machine.manifest, lambda body: body["signed"]["document"].update(audience="members"))
    refuses(machine, command, publish, INTEGRITY)


def test_one_side_or_an_exchanged_side_publishes_nothing(machine, command):
    body = json.loads(machine.manifest.read_text("utf-8"))
    customs = next(one for one in body["signatures"] if one["side"] == "customs")
    for signatures, code in (
        ([customs], NOT_ALLOWED),
        ([customs, customs], NOT_ALLOWED),
        ([customs, {**customs, "side": "business"}], INTEGRITY),
        ([], NOT_ALLOWED),
    ):
        machine.manifest.write_text(json.dumps({**body, "signatures": signatures}), "utf-8")
        refuses(machine, command, publish, code)


# ---------------------------------------------------------------- the database


def altered_act(connection, machine):
    signed = {**machine.opens.signed, "until": "2099-01-01"}
    connection.execute(
        text("UPDATE proposed SET signed = :signed WHERE digest = :digest"),
        {"signed": signing.canonical(signed), "digest": machine.opens.digest},
    )


def altered_approval(connection, machine):
    """Let the one side's passkey stand for the other's."""
    mine = machine.chairs["customs"].approval(machine.opens)
    forged = {**mine, "person": machine.chairs["business"].person}
    _approve(connection, machine, forged)


def _approve(connection, machine, evidence):
    connection.execute(
        text("UPDATE approved SET evidence = :evidence WHERE digest = :digest AND who = :who"),
        {
            "evidence": signing.canonical(evidence),
            "digest": machine.opens.digest,
            "who": machine.chairs["business"].person,
        },
    )


def replayed_approval(connection, machine):
    """Let an approval of another act stand for this one."""
    other = replace(machine.opens, signed={**machine.opens.signed, "nonce": "00" * 16})
    _approve(connection, machine, machine.chairs["business"].approval(other))


def own_passkey(connection, machine):
    """Approve by a passkey that the server made up for the person."""
    business = machine.chairs["business"]
    passkey = Passkey()
    evidence = json.loads(json.dumps(business.evidence))
    evidence["record"]["credential"] = passkey.credential
    assertion = passkey.assertion(bytes.fromhex(machine.opens.digest))
    _approve(
        connection,
        machine,
        {"person": business.person, "enrolment": evidence, "assertion": assertion},
    )


def unverified_person(connection, machine):
    """Approve by a passkey that did not check who holds it."""
    business = machine.chairs["business"]
    _approve(connection, machine, business.approval(machine.opens, flags=0x01))


def never_enrolled(connection, machine):
    """Approve by a device that the log does not name, though the first one vouches for it."""
    business = machine.chairs["business"]
    passkey = Passkey()
    evidence = vouched_by(business.evidence, business.passkey, passkey)
    assertion = passkey.assertion(bytes.fromhex(machine.opens.digest))
    _approve(
        connection,
        machine,
        {"person": business.person, "enrolment": evidence, "assertion": assertion},
    )


def altered_entry(connection, _machine):
    row = connection.execute(text("SELECT entry FROM audit_entry WHERE number = 3")).scalar()
    connection.execute(
        text("UPDATE audit_entry SET entry = :entry WHERE number = 3"),
        {"entry": bytes(row).replace(b"20", b"19", 1)},
    )


def rewritten_log(connection, _machine):
    rewrite_log(connection, lambda entries: [*entries[:4], *entries[5:]])


def rolled_back_log(connection, _machine):
    rewrite_log(connection, lambda entries: entries[:-1])


def emptied_log(connection, _machine):
    connection.execute(text("DELETE FROM audit_entry"))
    connection.execute(text("DELETE FROM audit_head"))


def altered_head(connection, _machine):
    signed = json.loads(connection.execute(text("SELECT signed FROM audit_head")).scalar())
    signed["signatures"].pop()
    connection.execute(
        text("UPDATE audit_head SET signed = :signed"), {"signed": json.dumps(signed).encode()}
    )


EVERYTHING, RUNS = (analyse, publish), (analyse,)
ROWS = {
    "an act": (altered_act, EVERYTHING),
    "an approval": (altered_approval, EVERYTHING),
    "an approval of another act": (replayed_approval, EVERYTHING),
    "a passkey of the server's own": (own_passkey, EVERYTHING),
    "nobody verified": (unverified_person, EVERYTHING),
    "a passkey that was never enrolled": (never_enrolled, RUNS),
    "an entry": (altered_entry, EVERYTHING),
    "a log written anew": (rewritten_log, EVERYTHING),
    "a log rolled back": (rolled_back_log, EVERYTHING),
    "no log": (emptied_log, EVERYTHING),
    "a signed head": (altered_head, EVERYTHING),
}


def test_edited_rows_stop_runs_and_publishing(tmp_path, database_url, command, monkeypatch):
    monkeypatch.setattr("crypto.passphrase.KDF", LOWEST_COSTS)
    place = tmp_path / "place"
    place.mkdir()
    machine = prepare(place, database_url)
    engine = machine.instance.vault.engine
    for label, (edit, acts) in ROWS.items():
        with undone(machine):
            with engine.begin() as connection:
                edit(connection, machine)
            edited = contents(engine)
            for act in acts:
                refuses(machine, command, act, INTEGRITY, label)
            assert contents(engine) == edited, label
    code, said = command(machine, *publish(machine))
    assert code == DONE, said
    refuses(machine, command, publish, NOT_ALLOWED, "published twice")


def test_products_that_no_run_made_are_found_by_the_next(machine, command):
    """Who appends to the log can name products of their own; the private key made no such run."""
    instance = machine.instance
    shown = replace(instance.latest(), reports={"received": 9999, "usable": 9999})
    store(instance, {"members": shown})
    refuses(machine, command, analyse, INTEGRITY)


def test_without_edits_the_run_goes_through_and_uses_its_act_up(machine, command):
    code, said = command(machine, *analyse(machine))
    assert code == DONE, said
    assert deciding.matter(machine.instance, machine.opens.digest).state is deciding.State.DONE
    code, said = command(machine, *publish(machine))
    assert code == DONE, said


# ---------------------------------------------------------------- people


def test_an_edited_enrolment_lets_nobody_in(machine):
    instance, business = machine.instance, machine.chairs["business"]
    person = instance.roll.person(business.person)
    passkey = Passkey()
    evidence = json.loads(json.dumps(business.evidence))
    evidence["record"]["credential"] = passkey.credential
    row = {"evidence": signing.canonical(evidence), "person": business.person}
    enrolled = Enrolments(instance.audit)
    assert len(enrolled.of(person, instance.policy.root)) == 1
    with instance.vault.engine.begin() as connection:
        connection.execute(
            text("UPDATE enrolled SET evidence = :evidence WHERE person = :person"), row
        )
    try:
        found = enrolled.of(person, instance.policy.root)
    except IntegrityError:
        found = []
    assert not any(one.credential.id == passkey.credential["id"] for one in found)


def carried(instance, act):
    """Return the exit code of carrying an act out."""
    try:
        acting.carry_out(instance, act)
    except ObservatoryError as error:
        return error.exit_code
    return DONE


def test_approvals_of_one_side_out_of_time_or_for_another_act_carry_nothing_out(
    machine, monkeypatch
):
    instance, (customs, business) = machine.instance, machine.chairs.values()
    body = {"catalogue": "0" * 12}
    act = deciding.propose(instance, What.CATALOGUE, body, by=customs.person)
    deciding.approve(instance, act, customs.approval(act))
    assert carried(instance, act) == NOT_ALLOWED
    with pytest.raises(NotAllowedError, match="does not hold"):
        deciding.approve(instance, act, business.approval(machine.opens))
    deciding.approve(instance, act, business.approval(act))
    late = deciding.today().replace(year=deciding.today().year + 1)
    with monkeypatch.context() as then:
        then.setattr(deciding, "today", lambda: late)
        assert carried(instance, act) == NOT_ALLOWED
    assert carried(instance, act) == DONE
    assert carried(instance, act) == NOT_ALLOWED
