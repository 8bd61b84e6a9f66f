"""The command ``retention``: what is past the time that the policy keeps it."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def retention() -> None:
    """Remove what the policy keeps no longer."""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_obj
def run(folder: Path, dry_run: bool) -> None:
    """Close the weeks that are over, and remove what is past its retention.

    `analyse`, `backup` and `serve` do the same on their own.
    """
    from observatory.decisions import upkeep
    from observatory.instance import Instance, today

    instance = Instance.open(folder)
    first = upkeep.first_kept(instance, today())
    past = [one for one in instance.vault.sets() if one.month < first]
    months = instance.policy.rules["retention_months"]
    click.echo(f"The policy keeps {months} months: what was received from {first} on.")
    for kept in past:
        click.echo(f"Past retention: the set of {kept.week} ({kept.source}).")
    if dry_run:
        click.echo(f"{len(past)} sets would be removed, with all that runs kept of them.")
        return
    done = upkeep.keep_up(instance)
    click.echo(f"Closed {len(done.closed)} weeks, removed {done.removed} sets.")
    if done.removed:
        click.echo("Older backups open with older key files: make a backup now, and destroy the")
        click.echo("key files before it (docs/operations.md).")
