"""The commands ``key``: what custodians do with the key besides opening a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from observatory.decisions.options import of_one_side, quorum_options
from observatory.decisions.renewal_commands import replace, reshare, rotate
from observatory.errors import BadInputError

if TYPE_CHECKING:
    from crypto.sides import Side
    from observatory.instance import Instance

WRITABLE = click.Path(path_type=Path, dir_okay=False)


def _open(folder: Path) -> Instance:
    from observatory.instance import Instance

    return Instance.open(folder)


@click.group()
def key() -> None:
    """Show the key's custody, prove it, and renew shares or the key itself."""


@key.command()
@click.pass_obj
def show(folder: Path) -> None:
    """Show the key in force, who holds its shares and since when."""
    policy = _open(folder).policy
    for public in (policy.public_key, *policy.previous_keys):
        custody = policy.custody(public)
        first = next(x for x in policy.chain if x.rules["key"]["id"] == public.id.hex())
        state = "in force" if public == policy.public_key else "given up, still to be sealed again"
        click.echo(f"Key {public.id.hex()}: {state}, since policy {first.rules['version']}.")
        for side, (needed, of) in custody.thresholds.items():
            click.echo(f"  {side.capitalize()}: {needed} of {of} custodians are needed.")
    click.echo(f"Root: {policy.root}")


@key.command()
@quorum_options
@click.option("--side", type=click.Choice(["customs", "business"]), help="On a terminal: whose.")
@click.pass_obj
def drill(folder: Path, /, side: Side | None, **given: Any) -> None:
    """Prove once a year that a side's custodians are enough; nothing is opened.

    Each side does it alone. The other side's shares are refused, so the key is never put together.
    """
    from observatory.audit import Kind
    from observatory.custody.drill import prove
    from observatory.decisions.quorum import plainly, present

    instance = _open(folder)
    sheets, side = of_one_side(instance, side, **given)
    with plainly():
        proof = prove(sheets, instance.public_key, instance.policy.share_hashes[side], side)
    key_id = instance.public_key.id.hex()
    instance.audit.record(
        Kind.KEY_DRILLED, {"side": side, "custodians": present(sheets), "key": key_id}
    )
    needed = instance.policy.custody(instance.public_key).thresholds[side][0]
    click.echo(
        f"{side.capitalize()}: {len(proof.present)} sheets are here, {needed} are needed, and they "
        f"give the share of {side} in key {key_id}.\n"
        f"All {len(proof.listed)} shares that the policy lists are of the same set (numbers "
        f"{', '.join(map(str, proof.listed))}), also those whose custodians are not here.\n"
        "Nothing was opened. The drill is in the audit log."
    )


@key.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("out", type=WRITABLE)
@click.option("--passphrase-file", type=click.Path(path_type=Path, dir_okay=False))
def sheet(file: Path, out: Path, passphrase_file: Path | None) -> None:
    """Print a custodian's own FILE as a sheet of paper: OUT is a PDF that holds the words.

    No instance is needed: do it on a machine of your own that is on no network.
    """
    from observatory.custody.files import write_new
    from observatory.custody.share_files import read_share_file
    from observatory.decisions import presence, printed_sheet
    from observatory.decisions.quorum import plainly
    from observatory.errors import ResourceError

    with plainly():
        found = read_share_file(
            file, lambda path: presence.passphrase_of(path, given=passphrase_file)
        )
    try:
        write_new(out.parent, {out.name: printed_sheet.pdf(found)})
    except FileExistsError as error:
        raise BadInputError(f"{out} is there already. Name a new file.") from error
    except OSError as error:
        raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(
        f"{out} holds the words of {found.heading.name} in the clear. Print it on a printer\n"
        "without a memory or a network, lock the paper away, and destroy this file."
    )


@key.command()
@click.argument("side", type=click.Choice(["customs", "business"]))
@click.argument("number", type=click.IntRange(1, 99))
@click.option("--to", "place", type=click.Path(path_type=Path, file_okay=False), required=True)
def signer(side: Side, number: int, place: Path) -> None:
    """Make a new signer's file, on the signer's own machine.

    Only the public key is given away: `policy propose --add-signer SIDE:KEY`.
    """
    from crypto.errors import CryptoError
    from observatory.custody.signers import create_signer
    from observatory.decisions import presence

    try:
        made = create_signer(place, side, number, presence.new_passphrases(place))
    except CryptoError as error:
        raise BadInputError(str(error)) from error
    click.echo(f"{place / made.name}.json is the signer's own and leaves this machine never.")
    click.echo(f"Give away only this: {side}:{made.public_key}")


for command in (replace, reshare, rotate):
    key.add_command(command)
