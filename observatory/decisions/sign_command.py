"""The command ``sign``: a signer reads what it is and signs it, on any machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The signer's own file, such as customs-signer-1.json.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that holds the passphrase; otherwise it is asked for, or looked for in the "
    "folder 'passphrases' beside the key.",
)
@click.pass_obj
def sign(folder: Path, /, file: Path, key_file: Path, passphrase_file: Path | None) -> None:
    """Sign FILE with a signer's key; what is signed is shown first.

    The signature is added to FILE. Neither an instance nor a network is needed.
    """
    from observatory.decisions import presence, signed_file

    found = signed_file.read(file)
    if found.what == "policy":
        _say_rules(folder, found.signed)
    elif found.what == "act":
        _say_act(folder, found.signed)
    click.echo(f"{file} holds, to be signed:")
    for line in signed_file.in_words(found.signed):
        click.echo(f"  {line}")
    if presence.at_terminal() and not click.confirm("Do you want to sign exactly this?"):
        click.echo("Not signed; the file is unchanged.")
        return
    key = presence.signing_key(key_file, passphrase_file)
    signed = found.with_signature(key)
    signed.write(file)
    click.echo(f"Signed for {key.signer.side} by {key.signer.name}.")
    missing = [
        side
        for side in ("customs", "business")
        if not any(one["side"] == side for one in signed.signatures)
    ]
    if missing:
        click.echo(f"A signature of {missing[0]} is still missing.")


def _say_rules(folder: Path, rules: Mapping[str, Any]) -> None:
    """Say a proposed policy in plain words, and what it changes if the one before it is here."""
    from observatory import policy, terms
    from observatory.errors import IntegrityError

    try:
        terms.check(rules)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        click.secho(f"No policy may set this, whoever signs it: {error}.", fg="red")
        return
    click.echo("A policy. In plain words:")
    for name, text in terms.in_words(rules).items():
        click.echo(f"  {name}: {text}")
    try:
        before = policy.read(folder / policy.FILE_NAME)
        before.verify()
    except IntegrityError:
        before = None
    if before is None or rules.get("previous") != before.fingerprint:
        click.echo("The policy before it is not here: compare with your copy of it.")
        return
    click.echo("It changes:")
    for name, text in terms.changes(before.rules, rules).items():
        click.echo(f"  {name}: {text}")


def _say_act(folder: Path, signed: Mapping[str, Any]) -> None:
    """Say an act in plain words, and what it changes if the roll that it was made under is here."""
    from observatory import policy
    from observatory.acts import act, roll
    from observatory.acts.act import ActError
    from observatory.decisions import plain_words
    from observatory.errors import IntegrityError

    try:
        proposed = act.read(signed)
    except ActError as error:
        click.secho(f"Nothing is decided by this, whoever signs it: {error}.", fg="red")
        return
    try:
        rules = policy.read(folder / policy.FILE_NAME)
        rules.verify()
        listed = roll.read(folder / roll.FILE_NAME, rules)
        listed.verify()
        electorate = listed.electorate_of(proposed)
    except IntegrityError:
        electorate = None
    if electorate is None:
        click.echo("The roll that it was made under is not here: compare with your copy of it.")
    for line in plain_words.lines(proposed, electorate.people if electorate else None):
        click.echo(line)
