"""The command ``register``: propose to both sides what goes into a register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from observatory.errors import BadInputError


@click.group()
def register() -> None:
    """What people know besides reports; both sides decide on each entry."""


@register.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.pass_obj
def measure(folder: Path, file: Path) -> None:
    """Propose that the measure in FILE (YAML) is registered, before its effect is looked at.

    FILE names id, title, instrument, begins, by and codes, and perhaps measure, ends, offices,
    parties and note. The same id once more replaces the entry; the audit log keeps both.
    """
    from observatory.acts.act import What
    from observatory.decisions import deciding, plain_words
    from observatory.instance import Instance
    from observatory.registers import measure as measures
    from observatory.registers.measure import MeasureError

    instance = Instance.open(folder)
    instance.refuse_on_intake_host("A decision")
    try:
        found = measures.read(
            _yaml(file),
            codes=instance.catalogue.modus_operandi.keys(),
            measures=instance.catalogue.measures.keys(),
            offices=[office.code for office in instance.offices],
        )
    except MeasureError as error:
        raise BadInputError(f"{file} cannot be registered: {error}.") from error
    act = deciding.propose(
        instance,
        What.MEASURE,
        {"measure": found.to_json()},
        by=plain_words.COMMAND,
        about={"offices": found.offices, "firms": found.parties},
    )
    click.echo(
        f"Proposed to both sides: {found.title}, from {plain_words.day(found.begins)}.\n"
        f"It counts when a member or signer of each side, without an interest in it, has approved "
        f"it until {plain_words.day(act.until)}:\n"
        f"observatory approve {act.digest[:12]} --key KEY, or on the members' pages."
    )


def _yaml(file: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInputError(f"{file} cannot be read as YAML.") from error
