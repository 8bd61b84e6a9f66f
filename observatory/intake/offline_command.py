"""The command ``offline-page``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("offline-page")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--address", default="", help="Address of the form as reporters know it; shown.")
@click.pass_obj
def offline_page(folder: Path, out: Path, address: str) -> None:
    """Write to OUT one HTML file that seals reports on a device that is on no network.

    Beside it, OUT.manifest.json: its SHA-256, for both sides to sign (observatory sign).
    """
    from observatory import durable
    from observatory.decisions import signed_file
    from observatory.errors import ResourceError, UsageError
    from observatory.instance import Instance
    from observatory.intake import offline

    instance = Instance.open(folder)
    manifest = out.with_name(f"{out.name}.manifest.json")
    instance.refuse_inside(out)
    for path in (out, manifest):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} is there already. Name a new file.")
    page = offline.make(instance, address)
    body = offline.manifest(instance, page)
    try:
        durable.write(out, page)
    except OSError as error:
        raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
    signed_file.propose(manifest, body)
    click.echo(f"Wrote {out}, SHA-256 {body['sha256']}.")
    click.echo(
        "Each side makes it anew where the released version is installed, compares it, and signs\n"
        f"its manifest: observatory sign {manifest} --key KEY. Then both publish page and SHA-256."
    )
