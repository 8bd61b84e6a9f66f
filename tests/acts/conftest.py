"""A small electorate with real keys: a signer, a chair and a member of each side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from decided import Enrolled, enrolled_by, new_person
from passkeys import Passkey

from crypto.sides import SIDES
from crypto.signing import Signer, SigningKey
from observatory.acts import act as acts
from observatory.acts.act import Act, What
from observatory.acts.approval import Electorate
from observatory.acts.people import Person, Role
from observatory.instance import today

ROOT, POLICY, ROLL = "aa" * 32, "bb" * 32, "cc" * 32


def signing_key(side: str) -> SigningKey:
    """Return a signer's key that is in no file."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    return SigningKey(Signer(side, f"{side}-signer-1", public), b"", private)


@dataclass(frozen=True)
class World:
    """Who may approve, and what they approve with.

    Attributes:
        keys: side -> a signer's key, whom the policy names and the roll does not.
        passkeys: name such as ``customs-chair`` -> somebody on the roll who enrolled.
        secrets: the same names -> secret of the invitation.
        electorate: all of them.
    """

    keys: Mapping[str, SigningKey]
    passkeys: Mapping[str, Enrolled]
    secrets: Mapping[str, str]
    electorate: Electorate

    @property
    def day(self) -> date:
        return today()

    def person(self, name: str) -> Person:
        found = self.electorate.person(self.passkeys[name].person)
        assert found is not None
        return found

    def act(self, what: What = What.CATALOGUE, body: Any = None, **other: Any) -> Act:
        usual = {
            "observatory": self.electorate.observatory,
            "policy": self.electorate.policy,
            "roll": self.electorate.roll,
            "by": "customs-00000001",
            "today": self.day,
        }
        return acts.propose(what, {"sha256": "dd" * 32} if body is None else body, **usual | other)

    def changed(self, name: str, **fields: Any) -> Electorate:
        """Return the electorate with another entry of one person."""
        one = self.person(name)
        people = [replace(p, **fields) if p is one else p for p in self.electorate.people]
        return replace(self.electorate, people=people)

    def without(self, name: str) -> Electorate:
        people = [p for p in self.electorate.people if p.id != self.passkeys[name].person]
        return replace(self.electorate, people=people)


def _world() -> World:
    term = {
        "first": (today() - timedelta(60)).isoformat(),
        "last": (today() + timedelta(60)).isoformat(),
    }
    keys = {side: signing_key(side) for side in SIDES}
    people, passkeys, secrets = [], {}, {}
    for side, role in [
        *((side, role) for side in SIDES for role in (Role.CHAIR, Role.MEMBER, Role.CUSTODIAN)),
        ("neither", Role.AUDITOR),
    ]:
        person, secret = new_person(side, role, **term)
        passkey = Passkey()
        name = f"{side}-{role}"
        people.append(person)
        secrets[name] = secret
        evidence = enrolled_by(secret, ROOT, person.id, passkey)
        passkeys[name] = Enrolled(person.id, passkey, evidence)
    signers = {side: [key.signer.public_key] for side, key in keys.items()}
    return World(keys, passkeys, secrets, Electorate(ROOT, POLICY, signers, ROLL, people))


@pytest.fixture(scope="session")
def world() -> World:
    """A small electorate with real keys."""
    return _world()


@pytest.fixture(scope="session")
def another() -> World:
    """Another observatory's electorate."""
    return _world()
