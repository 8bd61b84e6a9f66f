"""What a run needs that both sides decided: an act that opens it, and the catalogue it reads by."""

import json
import shutil
from importlib.resources import files

import pytest
from decided import approve, decide
from sqlalchemy import text

from observatory.acts.act import What
from observatory.audit import Kind
from observatory.decisions import agreement, deciding
from observatory.decisions.deciding import State
from observatory.errors import IntegrityError, NotAllowedError
from observatory.instance import CATALOGUE, Instance

FACTS = {"custodians": ["business-1", "customs-1"], "policy": "ab" * 32, "data_hash": "cd" * 32}


def opened(instance):
    """Open a run as far as decisions go."""
    agreement.check_docket(instance)
    agreement.record_opening(instance, agreement.opening(instance), FACTS)


def state(instance, act):
    return deciding.matter(instance, act.digest).state


def own_catalogue(instance):
    """Give an observatory a catalogue of its own; return it opened, with the act that decides."""
    folder = instance.folder / CATALOGUE
    shutil.copytree(str(files("observatory.catalogue")), folder)
    with (folder / "measures.yaml").open("a") as end:
        end.write("# checked\n")
    return Instance.open(instance.folder)


def test_an_act_opens_one_run_and_no_more(instance, chairs):
    act = decide(instance, What.OPEN_RUN, {}, list(chairs.values()))
    opened(instance)
    assert state(instance, act) is State.DONE
    done = [e for e in instance.audit.entries() if e.kind is Kind.ACT_DONE]
    assert done[-1].facts["act"] == act.digest
    assert sorted(done[-1].facts["approved"]) == sorted(one.person for one in chairs.values())
    opened(instance)  # by the custodians alone, as if there had never been an act
    assert [e for e in instance.audit.entries() if e.kind is Kind.ACT_DONE] == done


def test_an_act_that_one_side_approved_or_that_is_over_opens_nothing(instance, chairs):
    half = deciding.propose(instance, What.OPEN_RUN, {}, by="customs-signer-1")
    approve(instance, half, chairs["customs"])
    opened(instance)
    assert state(instance, half) is State.OPEN
    over = decide(instance, What.OPEN_RUN, {}, list(chairs.values()))
    deciding.withdraw(instance, over, instance.roll.person(chairs["customs"].person))
    opened(instance)
    assert state(instance, over) is State.WITHDRAWN


@pytest.mark.parametrize("what", [What.OPEN_RUN, What.MEMBERS])
def test_an_approval_that_was_altered_stops_every_run(instance, chairs, what):
    people = [one.to_json() for one in instance.roll.people]
    body = {"people": people} if what is What.MEMBERS else {}
    act = deciding.propose(instance, what, body, by="customs-signer-1")
    approve(instance, act, chairs["customs"])
    forged = {**chairs["customs"].approval(act), "person": chairs["business"].person}
    with instance.vault.engine.begin() as connection:
        connection.execute(
            text("UPDATE approved SET evidence = :evidence"),
            {"evidence": json.dumps(forged).encode()},
        )
    with pytest.raises(IntegrityError, match="altered or forged"):
        opened(instance)


def test_a_catalogue_needs_the_act_that_decided_it_with_every_proof(instance, chairs):
    instance = own_catalogue(instance)
    with pytest.raises(NotAllowedError, match="observatory catalogue propose"):
        agreement.check_catalogue(instance)
    body = {"catalogue": instance.catalogue.version}
    act = decide(instance, What.CATALOGUE, body, list(chairs.values()))
    agreement.check_catalogue(instance)
    with instance.vault.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM approved WHERE who = :who"), {"who": chairs["business"].person}
        )
    with pytest.raises(IntegrityError, match="not what both sides approved"):
        agreement.check_catalogue(instance)
    with instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM proposed"))
    with pytest.raises(IntegrityError, match="no longer on the docket"):
        agreement.check_catalogue(instance)
    assert act.body == body


def test_the_catalogue_that_was_decided_last_counts(instance, chairs):
    instance = own_catalogue(instance)
    mine = {"catalogue": instance.catalogue.version}
    decide(instance, What.CATALOGUE, mine, list(chairs.values()))
    decide(instance, What.CATALOGUE, {"catalogue": "0" * 12}, list(chairs.values()))
    with pytest.raises(NotAllowedError, match="have not decided"):
        agreement.check_catalogue(instance)


def test_an_entry_that_is_appended_brings_no_earlier_decision_back(instance, chairs):
    instance = own_catalogue(instance)
    mine = {"catalogue": instance.catalogue.version}
    old = decide(instance, What.CATALOGUE, mine, list(chairs.values()))
    decide(instance, What.CATALOGUE, {"catalogue": "0" * 12}, list(chairs.values()))
    gone = deciding.propose(instance, What.CATALOGUE, mine, by="customs-signer-1")
    approve(instance, gone, *chairs.values())
    deciding.withdraw(instance, gone, instance.roll.person(chairs["customs"].person))
    for act in (old, gone):
        facts = {"act": act.digest, "what": "catalogue", "approved": []}
        instance.audit.record(Kind.ACT_DONE, facts)
        with pytest.raises(NotAllowedError, match="have not decided"):
            agreement.check_catalogue(instance)


def test_an_entry_without_an_act_decides_nothing(instance):
    instance = own_catalogue(instance)
    facts = {"act": "ab" * 32, "what": "catalogue", "approved": ["customs-1", "business-1"]}
    instance.audit.record(Kind.ACT_DONE, facts)
    with pytest.raises(IntegrityError, match="no longer on the docket"):
        agreement.check_catalogue(instance)


def test_the_command_proposes_what_the_folder_holds(instance, command, chairs):
    with pytest.raises(Exception, match="needs no decision"):
        command("catalogue", "propose")
    version = own_catalogue(instance).catalogue.version
    assert version in command("catalogue", "propose")
    [found] = deciding.matters(instance)
    assert found.act.body == {"catalogue": version}
    approve(instance, found.act, *chairs.values())
    assert "it is done" in command("approve", found.act.digest[:12])
    agreement.check_catalogue(Instance.open(instance.folder))
