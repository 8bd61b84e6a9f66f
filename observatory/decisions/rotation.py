"""Rotation: a new key, and everything sealed to the old one sealed to the new, set by set.

A crash at any moment leaves each set sealed to the old key or to the new, whole; a second run goes
on where the first one stopped. Until it is done, the policy lists the old key as a previous one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crypto.envelope import Envelope, PublicKey
from observatory.custody.ceremony import NewKey
from observatory.custody.recovery import PrivateKey
from observatory.custody.resealing import resealed, resealed_state
from observatory.policy import Policy, custody_entry, key_entry
from observatory.vault.closing import SetRecord

Progress = Callable[[str, int, int], None]


class Resealable(Protocol):
    """What a rotation needs of the vault."""

    def sets(self) -> Sequence[SetRecord]:
        """Return the closed sets."""

    def envelopes_of(self, kept: SetRecord, /) -> Iterable[Envelope]:
        """Yield a set's envelopes, and raise at the end if they are not those of its root."""

    def replace_set(self, kept: SetRecord, envelopes: Iterable[Envelope], /) -> object:
        """Put envelopes in place of a set's, in one transaction."""

    def state(self) -> Mapping[str, bytes]:
        """Return the sealed run state by name."""

    def replace_state(self, parts: Mapping[str, bytes], /) -> None:
        """Replace the run state in one transaction."""

    def open_keys(self) -> set[bytes]:
        """Return the ids of the keys that reports of weeks not closed are sealed to."""


@dataclass(frozen=True)
class Resealed:
    """How far sealing again has come.

    Attributes:
        sets: how many sets this run sealed again.
        done: whether nothing that is kept is sealed to the old key any more.
    """

    sets: int
    done: bool


def new_key_rules(policy: Policy, key: NewKey) -> dict[str, Any]:
    """Return the rules of a policy whose key is a new one, for both sides to sign."""
    before = [key_entry(one) for one in (policy.public_key, *policy.previous_keys)]
    return policy.proposal(
        key={**key_entry(key.public), "previous_keys": before},
        custody=custody_entry(key.thresholds, key.share_hashes),
    )


def retired_key_rules(policy: Policy, old: PublicKey) -> dict[str, Any]:
    """Return the rules of a policy that knows a previous key no more, for both sides to sign."""
    left = [key_entry(one) for one in policy.previous_keys if one != old]
    entry = key_entry(policy.public_key)
    return policy.proposal(key={**entry, "previous_keys": left} if left else entry)


def reseal(vault: Resealable, old: PrivateKey, public: PublicKey, progress: Progress) -> Resealed:
    """Seal everything that is kept under the old key to the one in force.

    Args:
        vault: whose closed weeks were closed already.
        old: the key that is given up, from its custodians of both sides.
        public: the key in force.
        progress: told how far the work is.

    Raises:
        IntegrityError: a set is not that of its root, or a part of the state does not open. Sets
            done before stay done.
    """
    # Before the sets as well: a week that closes meanwhile would be in neither.
    waiting = old.public.id in vault.open_keys()
    todo = vault.sets()
    count = 0
    for place, kept in enumerate(todo):
        progress("sealing again", place, len(todo))
        if not _is_of(vault.envelopes_of(kept), old.public):
            continue
        fresh = resealed(vault.envelopes_of(kept), old, public, week=kept.week)
        vault.replace_set(kept, fresh)
        count += 1
    state = vault.state()
    fresh_state = resealed_state(state, old, public)
    if fresh_state != state:
        vault.replace_state(fresh_state)
    return Resealed(count, done=not waiting and old.public.id not in vault.open_keys())


def _is_of(envelopes: Iterable[Envelope], key: PublicKey) -> bool:
    """Tell whether one of a set's envelopes is sealed to a key."""
    return any(envelope.key_id == key.id for envelope in envelopes)
