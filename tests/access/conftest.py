"""An observatory whose members enrolled, and their browsers."""

import pytest
from decided import change_roll, enrol, new_person
from member import Member

from observatory.acts.people import Role
from observatory.app import create_members

SIDES_OF = {Role.AUDITOR: "neither", Role.ADMINISTRATOR: "neither", Role.AGENCY: "neither"}


@pytest.fixture
def app(instance):
    return create_members(instance)


@pytest.fixture
def member(app):
    return Member(app)


@pytest.fixture
def chair(member, chairs):
    """The browser in which the chair of Customs is signed in."""
    assert member.sign_in(chairs["customs"].passkey).status_code == 303
    return member


@pytest.fixture
def by_role(founded, chairs):
    """Role -> somebody who has that role alone, enrolled; the chair of Customs is a member too."""
    instance = founded.instance
    keys = instance.policy.signers
    made = {}
    for role in Role:
        if role is not Role.CHAIR:
            signer = {"signer": keys["business"][1]} if role is Role.SIGNER else {}
            made[role] = new_person(SIDES_OF.get(role, "business"), role, **signer)
    added = [person for person, _ in made.values()]
    change_roll(instance, list(chairs.values()), lambda people: [*people, *added])
    found = {role: enrol(instance, person.id, secret) for role, (person, secret) in made.items()}
    return {**found, Role.CHAIR: chairs["customs"]}
