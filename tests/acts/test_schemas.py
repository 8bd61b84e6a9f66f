"""The published schemas of roll, act and enrolment: real ones fit, altered ones do not."""

from __future__ import annotations

import copy
import json

import pytest
from decided import approve, invite, vouched_by
from document_schemas import SCHEMAS, validator
from passkeys import Passkey

from observatory.acts.act import What
from observatory.acts.people import Role
from observatory.decisions import deciding


@pytest.fixture
def real(instance, chairs):
    """A roll, an act and enrolments as the observatory writes them."""
    invite(instance, list(chairs.values()), "business", Role.MEMBER)
    invite(instance, list(chairs.values()), "neither", Role.AUDITOR)
    act = deciding.propose(
        instance, What.CATALOGUE, {"catalogue": "ab" * 6}, by=chairs["customs"].person,
        about={"firms": ["Acme"]},
    )  # fmt: skip
    approve(instance, act, chairs["customs"])
    [proposal] = [one for one in instance.docket.proposals() if one.digest == act.digest]
    own = chairs["customs"]
    return {
        "roll": [json.loads((instance.folder / "roll.json").read_text("utf-8"))],
        "act": [proposal.signed, *(link.act.signed for link in instance.roll.chain)],
        "enrolment": [own.evidence, vouched_by(own.evidence, own.passkey, Passkey())],
    }


def test_real_ones_fit(real):
    vectors = json.loads((SCHEMAS.parent / "vectors/decisions-v1.json").read_text("utf-8"))
    real["roll"].append(vectors["roll"])
    real["act"].append(vectors["act"]["signed"])
    real["enrolment"] += [one["enrolment"] for one in vectors["enrolments"]]
    for name, objects in real.items():
        for one in objects:
            validator(name).validate(one)


def test_altered_ones_do_not_fit(real):
    def broken(name, *path, value=None):
        one = copy.deepcopy(real[name][0])
        place = one
        for key in path[:-1]:
            place = place[key]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return name, one

    first = ("chain", 0, "act", "body", "people", 0)
    for name, one in (
        broken("roll", "chain", value=[]),
        broken("roll", "chain", 0, "approvals", 1),
        broken("roll", *first, "invitation"),
        broken("roll", *first, "roles", value=["king"]),
        broken("roll", *first, "password", value="x"),
        broken("roll", "chain", 1, "approvals", 0, "assertion", "id"),
        broken("act", "until", value="20261124"),
        broken("act", "policy", value="AB" * 32),
        broken("act", "kind", value="policy"),
        broken("act", "kind", value="members"),
        broken("act", "about", "people", value=[]),
        broken("enrolment", "record", "credential"),
        broken("enrolment", "record", "password", value="ab" * 32),
        broken("enrolment", "record", "rp", value="Example.org"),
        broken("enrolment", "signature", value="00"),
    ):
        assert not validator(name).is_valid(one), (name, one)
