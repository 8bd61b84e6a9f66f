"""The command ``offices``: propose the register as it stands in the folder."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def offices() -> None:
    """The register of offices that runs count by."""


@offices.command()
@click.pass_obj
def propose(folder: Path) -> None:
    """Propose to both sides that runs count by offices.csv as it stands now.

    Only to change or to remove an office that a run has counted by; imports add offices, and so
    does whoever edits the file.
    """
    from observatory.acts.act import What
    from observatory.decisions import deciding, plain_words, register
    from observatory.instance import Instance

    instance = Instance.open(folder)
    instance.refuse_on_intake_host("A decision")
    codes = [office.code for office in instance.offices]  # what cannot be read is not proposed
    digest = register.digest_of(instance)
    act = deciding.propose(instance, What.OFFICES, {"offices": digest}, by=plain_words.COMMAND)
    click.echo(
        f"Proposed to both sides: the register with {len(codes)} in it, SHA-256 {digest}.\n"
        f"It counts when a member or signer of each side has approved it until "
        f"{plain_words.day(act.until)}:\n"
        f"observatory approve {act.digest[:12]} --key KEY, or on the members' pages."
    )
