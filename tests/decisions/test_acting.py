"""Carrying out: what both sides approved is done once, and nothing else is done."""

from __future__ import annotations

from decided import decide, invite, signer

from observatory.acts.act import What
from observatory.acts.people import Role
from observatory.audit import Kind
from observatory.decisions import deciding
from observatory.decisions.deciding import State


def test_two_passkeys_change_the_roll_and_the_newcomer_decides_with_the_others(instance, chairs):
    member = invite(instance, list(chairs.values()), "business", Role.MEMBER)
    assert instance.roll.version == 2
    act = decide(instance, What.CATALOGUE, {"sha256": "ab" * 32}, [member, chairs["customs"]])
    assert deciding.matter(instance, act.digest).state is State.DONE
    assert [e.facts["act"] for e in instance.audit.entries() if e.kind is Kind.ACT_DONE][-1] == (
        act.digest
    )


def test_signers_keys_decide_as_passkeys_do(founded, chairs):
    both = [signer(founded, "customs"), chairs["business"]]
    act = decide(founded.instance, What.OFFICES, {"sha256": "cd" * 32}, both)
    assert deciding.matter(founded.instance, act.digest).state is State.DONE
