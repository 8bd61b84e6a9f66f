"""The command ``import``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from observatory import progress
from observatory.errors import Exit

LISTED = 50


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--map",
    "mapping_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="How columns and values read; without it, columns are named as the facets are.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def import_register(folder: Path, file: Path, mapping_file: Path | None, as_json: bool) -> None:
    """Seal a register of complaints, CSV or XLSX; bad rows are listed, good ones sealed.

    Of a workbook, values are read: stored results of formulas, never macros or links.
    """
    from observatory.instance import Instance
    from observatory.intake.imports import mapping
    from observatory.intake.imports.sealing import seal_register

    instance = Instance.open(folder)
    instance.refuse_on_intake_host("A register")
    rules = mapping.read(mapping_file) if mapping_file else None
    with progress.shown() as report:
        done = seal_register(
            instance, file, rules, progress=lambda rows: report("sealing", rows, 0)
        )
    if as_json:
        click.echo(
            json.dumps(
                {
                    "sealed": done.sealed,
                    "offices_added": done.offices_added,
                    "refused": [
                        {
                            "row": refusal.place.row,
                            "column": refusal.column,
                            "reason": refusal.reason,
                            **({"sheet": refusal.place.sheet} if refusal.place.sheet else {}),
                        }
                        for refusal in done.refusals
                    ],
                },
                sort_keys=True,
            )
        )
    else:
        click.echo(f"Sealed {done.sealed} reports; repeats are dropped at analysis.")
        if done.offices_added:
            click.echo(f"Added {done.offices_added} offices to the register.")
        for refusal in done.refusals[:LISTED]:
            sheet = f" of sheet '{refusal.place.sheet}'" if refusal.place.sheet else ""
            column = f", column {refusal.column}" if refusal.column else ""
            click.echo(f"Row {refusal.place.row}{sheet}{column}: {refusal.reason}.", err=True)
        if len(done.refusals) > LISTED:
            rest = len(done.refusals) - LISTED
            click.echo(f"{rest} more rows were refused; --json lists them all.", err=True)
    if done.refusals:
        click.echo(
            f"{len(done.refusals)} rows were refused. Correct them and import the file again: "
            "rows that are already sealed count once.",
            err=True,
        )
        sys.exit(Exit.BAD_INPUT)
