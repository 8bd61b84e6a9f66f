"""The command ``approve``: read what waits, approve it with a signer's key, carry it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from observatory.decisions.at_hand import AtHand
    from observatory.instance import Instance


@click.command()
@click.argument("act", required=False)
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The signer's own file, such as customs-signer-1.json. Without it nothing is signed.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that holds its passphrase; see `observatory sign --help`.",
)
@click.option("--withdraw", is_flag=True, help="Take the proposal off instead, for ever.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to a file instead, for `observatory sign` on another machine.",
)
@click.pass_obj
def approve(
    folder: Path,
    /,
    act: str | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    *,
    withdraw: bool,
    out: Path | None,
) -> None:
    """Approve what both sides decide, and carry it out when both have approved.

    Without ACT, lists what waits. ACT is the beginning of a digest from that list, or a file that
    signers signed elsewhere: its signatures are taken over. What would be done is shown first.
    """
    from observatory.decisions import desk, presence, signed_file
    from observatory.instance import Instance

    instance = Instance.open(folder)
    if act is None:
        if key_file or withdraw or out:
            raise UsageError("Say what: observatory approve ACT. Alone it lists what waits.")
        _say(desk.waiting(instance))
        return
    at_hand = desk.find(instance, act) if not Path(act).is_file() else _taken(instance, Path(act))
    _say(at_hand.lines)
    if out is not None:
        instance.refuse_inside(out)
        signed_file.propose(out, at_hand.file.signed)
        click.echo(f"Written to {out}, for: observatory sign {out} --key KEY")
    elif key_file is None and withdraw:
        raise UsageError("Only a signer withdraws here: --key FILE. Chairs do so on their page.")
    elif key_file is None:
        _carry_out(at_hand)
    elif _sure("Do you want to withdraw this?" if withdraw else "Do you approve exactly this?"):
        key = presence.signing_key(key_file, passphrase_file)
        if withdraw:
            _say(at_hand.withdraw(key))
            return
        _say(at_hand.approve(key))
        _say(desk.find(instance, at_hand.digest).carry_out())


def _taken(instance: Instance, path: Path) -> AtHand:
    from observatory.decisions import desk

    at_hand, said = desk.open_file(instance, path)
    _say(said)
    return at_hand


def _carry_out(at_hand: AtHand) -> None:
    if not at_hand.waiting or (at_hand.complete and not _sure("Carry it out now?")):
        return
    _say(at_hand.carry_out())


def _sure(question: str) -> bool:
    """Ask on a terminal; where nobody can be asked, the command itself is the answer."""
    from observatory.decisions import presence

    if not presence.at_terminal() or click.confirm(question):
        return True
    click.echo("Nothing was done.")
    return False


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
