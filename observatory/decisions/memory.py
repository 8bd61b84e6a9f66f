"""What one run remembers for the next, so that nobody else can write it.

The state is sealed to the public key, which anyone may hold. So each run adds a part that only the
private key can make: the hash of every other part and of the products, and how far the log and the
policies went. A state that was planted, a log that was rewritten, products that no run made and a
policy that was cut short are then found by the next run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from crypto import signing
from observatory.audit import Kind
from observatory.custody.recovery import PrivateKey
from observatory.decisions import register
from observatory.decisions.upkeep import first_kept
from observatory.errors import IntegrityError
from observatory.instance import Instance, today
from observatory.vault import keeping

PART = "memory"
"""Name of the part among those of the state."""

MAC_BYTES = 32


def made(
    instance: Instance,
    private: PrivateKey,
    parts: Mapping[str, bytes],
    products: Mapping[str, str],
) -> bytes:
    """Return the part that vouches for the others.

    Args:
        instance: whose log and policy are remembered.
        private: the key of the run.
        parts: the run's state, opened.
        products: hash of what the run shows, by audience.
    """
    head = instance.audit.head()
    body = signing.canonical(
        {
            "parts": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
            "products": dict(products),
            "offices": dict(register.known(instance)),
            "log": {"size": head.size, "root": head.root.hex()},
            "policy": instance.policy.version,
            "key": private.public.id.hex(),
        }
    )
    return private.authenticate(body) + body


def checked(
    instance: Instance, private: PrivateKey, parts: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the state without the part that vouches for it, once it is known to be a run's own.

    Raises:
        IntegrityError: the state is not the one that the last run left, or the log or the policy
            went back behind it.
        NotAllowedError: an office that it counted by is gone or altered.
    """
    others = {name: data for name, data in parts.items() if name != PART}
    runs = [e for e in instance.audit.entries() if e.kind is Kind.RUN_CLOSED]
    if not parts and not runs:
        return {}
    body = _body(instance, private, parts.get(PART, b""), again=bool(runs))
    if body is None:
        raise _refused("the state of the last run is gone or is not what a run left")
    first = first_kept(instance, today())
    for name, digest in body["parts"].items():
        if name not in others:
            if (keeping.month_of(name) or first) >= first:
                raise _refused(f"a part of the last run's state is gone ({name})")
        elif hashlib.sha256(others[name]).hexdigest() != digest:
            raise _refused(f"a part of the last run's state was exchanged ({name})")
    if others.keys() - body["parts"].keys():
        raise _refused("something was put into the last run's state")
    if not instance.audit.extends(body["log"]["size"], bytes.fromhex(body["log"]["root"])):
        raise _refused("the audit log is not the one that the last run knew")
    _check_products(instance, body)
    register.check(instance, body.get("offices", {}))  # none is remembered by earlier versions
    if instance.policy.version < body["policy"]:
        raise _refused("policy.json is older than the one that the last run knew")
    return others


def _check_products(instance: Instance, body: Mapping[str, Any]) -> None:
    """Return only if the log has one closing since, with the products that the run left.

    Whoever can write to the database can append one that names products of their own.
    """
    if "products" not in body:
        return  # left by an earlier version
    since = instance.audit.entries()[body["log"]["size"] :]
    closed = [
        {name: entry.facts[name] for name in ("members", "public")}
        for entry in since
        if entry.kind is Kind.RUN_CLOSED
    ]
    if closed != [body["products"]]:
        raise _refused("the audit log names products that no run made")


def _body(
    instance: Instance, private: PrivateKey, part: bytes, *, again: bool
) -> dict[str, Any] | None:
    """Return what the last run remembered, or None if no run left this."""
    mac, data = part[:MAC_BYTES], part[MAC_BYTES:]
    try:
        body: dict[str, Any] = json.loads(data)
        key = body["key"]
    except (ValueError, KeyError, TypeError):
        return None
    if private.authenticates(data, mac):
        return body
    # After a rotation the first run has another key than the last one had. What it is given was
    # sealed again in a joint run, and no run has closed under the new key yet.
    earlier = {link.rules["key"]["id"] for link in instance.policy.chain[:-1]}
    own = private.public.id.hex()
    closed = {e.facts["key"] for e in instance.audit.entries() if e.kind is Kind.RUN_CLOSED}
    return body if again and key in earlier and key != own and own not in closed else None


def _refused(what: str) -> IntegrityError:
    return IntegrityError(
        f"Nothing was analysed: {what}. Put back the last good backup, and record what happened."
    )
