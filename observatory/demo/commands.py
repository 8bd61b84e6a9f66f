"""The command ``demo``: a made-up observatory from founding to published report, and served."""

from __future__ import annotations

from pathlib import Path

import click

from observatory import progress
from observatory.errors import BadInputError


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--no-serve", is_flag=True, help="Make everything, but do not serve it.")
@click.option("--port", type=click.IntRange(1, 65534), help="Port of the form; members: the next.")
def demo(folder: Path | None, no_serve: bool, port: int | None) -> None:
    """Make a made-up observatory in DIR (default ./demo), analyse it, and serve it.

    Every report in it is invented. An observatory that stands in DIR already is served again.
    """
    from observatory import serving
    from observatory.access import sign_in
    from observatory.demo import story
    from observatory.instance import Instance

    where = folder or Path("demo")
    if not (where / "instance").exists():
        with progress.shown() as report:
            for line in story.tell(where, report):
                click.echo(line)
    instance = Instance.open(where / "instance")
    if instance.latest() is None:
        raise BadInputError(
            f"{where} holds a demo that was stopped before it was done. Remove the folder, then "
            "run this again."
        )
    if no_serve:
        return
    serving.serve(instance, "all", port, members_path=sign_in.one_time_path(instance))
