"""The terms of a policy: what its rules may say, what may follow what, and both in plain words.

Both sides together may set the rules, but only within these bounds: neither carelessness nor
collusion should be able to make a policy under which a single report can be seen.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from crypto.envelope import PublicKey
from crypto.sides import SIDES
from observatory.disclosure.rules import Audience, Rules

SCHEMA = "joint-integrity-observatory/policy/1"
AUDIENCES: tuple[Audience, ...] = ("members", "public")

K = (3, 50)
WEEKS = (2, 12)
DOMINANCE = (0.3, 0.8)
BASE = (1, 20)
RETENTION_MONTHS = (3, 60)
SHARES = (2, 16)
SIGNERS = (2, 16)
MOST_PREVIOUS_KEYS = 4

DEFAULT_EMBEDDER = "use"

_HASH = re.compile(r"[0-9a-f]{64}")
_EMBEDDER = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_ALWAYS = {
    "schema", "version", "made_up", "key", "signers", "custody", "disclosure", "retention_months",
}  # fmt: skip

Body = Mapping[str, Any]


class TermsError(ValueError):
    """Rules that no policy may set; the sentence says which."""


def check(rules: Body) -> None:
    """Return only if rules are whole and within what a policy may set.

    Raises:
        TermsError: says which rule is not.
        KeyError: a rule is missing.
        TypeError: a rule is of another kind than it must be.
    """
    later = {"previous"} if rules["version"] != 1 else set()
    chosen = {"embedder"} & rules.keys()
    _names(rules, _ALWAYS | later | chosen, "the policy")
    if rules["schema"] != SCHEMA:
        raise TermsError("its schema is not that of a policy of this version")
    _whole(rules["version"], (1, 1_000_000), "version")
    if later and not _HASH.fullmatch(rules["previous"]):
        raise TermsError("'previous' is not the fingerprint of a policy")
    if type(rules["made_up"]) is not bool:
        raise TermsError("'made_up' is true or false")
    _check_keys(rules["key"], first=not later)
    _check_signers(rules["signers"])
    _names(rules["custody"], set(SIDES), "custody")
    for side in SIDES:
        _check_custody(rules["custody"][side], side)
    _check_disclosure(rules["disclosure"])
    _whole(rules["retention_months"], RETENTION_MONTHS, "months of retention")
    if chosen and not _is_embedder(rules["embedder"]):
        raise TermsError("'embedder' is the name of none")


def check_succession(before: Body, after: Body) -> None:
    """Return only if one policy's rules may follow the other's.

    Raises:
        TermsError: made-up and real reports would mix, or a key comes from nowhere.
    """
    if before["made_up"] != after["made_up"]:
        raise TermsError("a made-up observatory stays one, and a real one too")
    known = [_bare(before["key"]), *before["key"].get("previous_keys", [])]
    previous = after["key"].get("previous_keys", [])
    if any(key not in known for key in previous):
        raise TermsError("a previous key is none of the keys of the policy before")
    if _bare(after["key"]) == known[0]:
        if known[0] in previous:
            raise TermsError("the key in force is listed as a previous one")
    elif _bare(after["key"]) in known:
        raise TermsError("a key that was given up comes back")
    elif known[0] not in previous:
        raise TermsError("a new key drops the old one while reports are sealed to it")


def _is_embedder(name: Any) -> bool:
    return type(name) is str and _EMBEDDER.fullmatch(name) is not None


def _bare(key: Body) -> dict[str, str]:
    return {"id": key["id"], "public": key["public"]}


def _check_keys(key: Body, *, first: bool) -> None:
    previous = key.get("previous_keys", [])
    _names(key, {"id", "public"} | ({"previous_keys"} if "previous_keys" in key else set()), "key")
    if "previous_keys" in key and (first or not 1 <= len(previous) <= MOST_PREVIOUS_KEYS):
        raise TermsError(
            f"a policy lists none to {MOST_PREVIOUS_KEYS} previous keys, the first none"
        )
    for one in previous:
        _names(one, {"id", "public"}, "a previous key")
    for one in (key, *previous):
        raw = base64.b64decode(one["public"], validate=True)
        if base64.b64encode(raw).decode() != one["public"] or PublicKey(raw).id.hex() != one["id"]:
            raise TermsError("a key id is not its key's")
    if len({one["id"] for one in (key, *previous)}) != 1 + len(previous):
        raise TermsError("a key is listed twice")


def _check_signers(signers: Body) -> None:
    _names(signers, set(SIDES), "signers")
    low, high = SIGNERS
    for side in SIDES:
        if type(signers[side]) is not list or not low <= len(signers[side]) <= high:
            raise TermsError(f"{side} needs {low} to {high} signers")
    every = [key for side in SIDES for key in signers[side]]
    if not all(_HASH.fullmatch(key) for key in every) or len(set(every)) != len(every):
        raise TermsError("the signers' keys are not all different keys")


def _check_custody(custody: Body, side: str) -> None:
    _names(custody, {"needed", "of", "share_sha256"}, f"custody of {side}")
    _whole(custody["of"], SHARES, f"shares of {side}")
    _whole(custody["needed"], (SHARES[0], custody["of"]), f"shares needed of {side}")
    hashes = custody["share_sha256"]
    if type(hashes) is not list or not all(_HASH.fullmatch(one) for one in hashes):
        raise TermsError(f"the share hashes of {side} are none")
    if len(set(hashes)) != custody["of"] or len(hashes) != custody["of"]:
        raise TermsError(f"{side} has not one share hash a custodian")


def _check_disclosure(disclosure: Body) -> None:
    _names(disclosure, {"k", "weeks", "dominance", "base"}, "disclosure")
    for name, bounds in (("k", K), ("base", BASE)):
        _names(disclosure[name], set(AUDIENCES), name)
        for audience in AUDIENCES:
            _whole(disclosure[name][audience], bounds, f"{name} of {audience}")
        if disclosure[name]["public"] < disclosure[name]["members"]:
            raise TermsError(f"{name} in public is smaller than for members")
    _whole(disclosure["weeks"], WEEKS, "weeks")
    low, high = DOMINANCE
    if type(disclosure["dominance"]) not in (int, float):
        raise TermsError("dominance is not a number")
    if not low <= disclosure["dominance"] <= high:
        raise TermsError(f"dominance must lie between {low} and {high}")
    for audience in AUDIENCES:
        disclosure_of({"disclosure": disclosure}, audience)


def disclosure_of(rules: Body, audience: Audience) -> Rules:
    """Return the disclosure rules of a policy for an audience."""
    found = rules["disclosure"]
    return Rules(
        audience,
        k=found["k"][audience],
        weeks=found["weeks"],
        dominance=found["dominance"],
        base=found["base"][audience],
    )


def _names(body: Body, wanted: set[str], what: str) -> None:
    if type(body) is not dict:
        raise TermsError(f"{what} is no list of names and values")
    if body.keys() != wanted:
        odd = ", ".join(sorted(body.keys() ^ wanted))
        raise TermsError(f"{what} has other parts than this version knows: {odd}")


def _whole(value: Any, bounds: tuple[int, int], what: str) -> None:
    # `type`, not `isinstance`: True is an int, and 5.0 would have the signature of 5.
    if type(value) is not int or not bounds[0] <= value <= bounds[1]:
        raise TermsError(f"{what} must be a whole number from {bounds[0]} to {bounds[1]}")


def in_words(rules: Body) -> dict[str, str]:
    """Return the rules in plain words: what each is about, and what it says."""
    shown = rules["disclosure"]
    words = {
        "Version": str(rules["version"]),
        "Reports": "made up, all of them" if rules["made_up"] else "real",
        "Shown to members": f"what at least {shown['k']['members']} reports have in common",
        "Shown in public": f"what at least {shown['k']['public']} reports have in common",
        "Spread": f"from at least {shown['weeks']} weeks, none with more than "
        f"{shown['dominance']:.0%} of the reports",
        "Rounding": f"to {shown['base']['members']} for members, "
        f"to {shown['base']['public']} in public",
        "Kept": f"{rules['retention_months']} months",
        "Embedder": rules.get("embedder", DEFAULT_EMBEDDER),
        "Key": rules["key"]["id"],
        "Earlier keys": ", ".join(key["id"] for key in rules["key"].get("previous_keys", []))
        or "none",
    }
    for side in SIDES:
        custody = rules["custody"][side]
        words[f"Custodians of {side.capitalize()}"] = f"{custody['needed']} of {custody['of']}"
    for side in SIDES:
        words[f"Shares of {side.capitalize()}"] = _short(rules["custody"][side]["share_sha256"])
    for side in SIDES:
        words[f"Signers of {side.capitalize()}"] = _short(rules["signers"][side])
    return words


def _short(hashes: Sequence[str]) -> str:
    return ", ".join(f"{one[:16]}..." for one in hashes)


def changes(before: Body, after: Body) -> dict[str, str]:
    """Return what a policy changes in the one before it, in plain words."""
    old, new = in_words(before), in_words(after)
    return {name: f"{old[name]} -> {new[name]}" for name in new if old[name] != new[name]}
