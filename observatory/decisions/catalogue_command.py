"""The command ``catalogue``: propose the one that an observatory has of its own."""

from __future__ import annotations

from pathlib import Path

import click

from observatory.errors import BadInputError


@click.group()
def catalogue() -> None:
    """What runs read by: modus operandi and measures."""


@catalogue.command()
@click.pass_obj
def propose(folder: Path) -> None:
    """Propose to both sides that runs read by the catalogue in the observatory's folder.

    Until both have approved it, no run reads by it. Each change of it is another catalogue.
    """
    from observatory.acts.act import What
    from observatory.decisions import deciding, plain_words
    from observatory.instance import CATALOGUE, Instance

    instance = Instance.open(folder)
    instance.refuse_on_intake_host("A decision")
    if not (instance.folder / CATALOGUE).is_dir():
        raise BadInputError(
            f"There is no {instance.folder / CATALOGUE}: runs read by the shipped catalogue, which "
            "needs no decision. Put one there first."
        )
    found = instance.catalogue
    body = {"catalogue": found.version}
    act = deciding.propose(instance, What.CATALOGUE, body, by=plain_words.COMMAND)
    click.echo(
        f"Proposed to both sides: catalogue {found.version}, with "
        f"{len(found.modus_operandi)} modus operandi and {len(found.measures)} measures.\n"
        f"It counts when a member or signer of each side has approved it until "
        f"{plain_words.day(act.until)}:\n"
        f"observatory approve {act.digest[:12]} --key KEY, or on the members' pages."
    )
