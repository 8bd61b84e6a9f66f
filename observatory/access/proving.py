"""Proving to be somebody on the roll: by a passkey, or by password and code.

Every refusal reads the same, whether there is such a person, passkey or password or not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from observatory.access.nonces import TOO_LATE, NonceError
from observatory.acts import assertion as assertions
from observatory.acts.assertion import AssertionRefusedError
from observatory.instance import today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observatory.access.gate import Gate
    from observatory.acts.enrolment import Enrolment
    from observatory.acts.people import Person

NOT_RECOGNISED = "That was not recognised. Nobody was signed in."


class ProofError(ValueError):
    """Nothing was proved; the sentence says so, and no more."""


def by_passkey(gate: Gate, form: Mapping[str, str]) -> tuple[Person, Enrolment]:
    """Return who signed a page's number, and by which enrolment.

    Args:
        gate: of the application.
        form: ``nonce``, and ``assertion`` as JSON.

    Raises:
        ProofError: nobody who may come in.
        ResourceError: the database cannot be read.
        IntegrityError: roll or log were altered.
    """
    try:
        nonce = gate.nonces.read(form.get("nonce", ""))
        given = json.loads(form.get("assertion", ""))
        found = gate.enrolments.find(str(given["id"]), gate.roll.people, gate.root)
        if found is None or not found[0].in_term(today().isoformat()):
            raise ProofError(NOT_RECOGNISED)
        person, enrolment = found
        credential = enrolment.credential
        if credential is None or credential.rp != gate.rp:
            raise ProofError(NOT_RECOGNISED)
        assertions.verify(given, credential, assertions.sign_in_challenge(nonce))
        gate.nonces.use(nonce)
    except NonceError as error:
        raise ProofError(TOO_LATE) from error
    except (AssertionRefusedError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProofError(NOT_RECOGNISED) from error
    except ValueError as error:
        raise error if isinstance(error, ProofError) else ProofError(NOT_RECOGNISED) from error
    return person, enrolment


def by_password(gate: Gate, form: Mapping[str, str]) -> tuple[Person, Enrolment]:
    """Return whose password and code these are, and the enrolment of the password.

    Args:
        gate: of the application.
        form: ``person``, ``password`` and ``code``.

    Raises:
        ProofError: nobody who may come in.
        BusyError: too many are tried at this moment.
        ResourceError: the database cannot be read.
        IntegrityError: roll or log were altered.
    """
    name = form.get("person", "").strip().lower()[:64]
    people = gate.roll.people
    person = gate.roll.person(name)
    if person is not None and not person.in_term(today().isoformat()):
        person = None
    # For a name that is nobody's somebody's is looked up, for whoever looks at the time.
    locked = gate.enrolments.locked(person or people[0], gate.root) if people else None
    locked = locked if person else None
    good = gate.passwords.check(name, locked, form.get("password", ""), form.get("code", ""))
    if person is None or not good:
        raise ProofError(NOT_RECOGNISED)
    for one in gate.enrolments.of(person, gate.root):
        if one.credential is None:
            return person, one
    raise ProofError(NOT_RECOGNISED)
