"""The command ``offline-page``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.instance import Instance


@click.command("offline-page")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--address", default="", help="Address of the form as reporters know it; shown.")
@click.option("--check", is_flag=True, help="Write nothing: is OUT what both sides signed?")
@click.pass_obj
def offline_page(folder: Path, out: Path, address: str, *, check: bool) -> None:
    """Write to OUT one HTML file that seals reports on a device that is on no network.

    Beside it, OUT.manifest.json: its SHA-256, for both sides to sign (observatory sign).
    """
    from observatory.instance import Instance

    manifest = out.with_name(f"{out.name}.manifest.json")
    if check:
        _check(Instance.open(folder), out, manifest)
    else:
        _make(Instance.open(folder), out, manifest, address)


def _check(instance: Instance, out: Path, manifest: Path) -> None:
    from observatory.decisions import signed_file
    from observatory.errors import BadInputError, IntegrityError
    from observatory.intake import offline

    signed = signed_file.read(manifest, offline.WHAT)
    try:
        page = out.read_bytes()
    except OSError as error:
        raise BadInputError(f"{out} cannot be read: {error.strerror}.") from error
    signed.verify(instance.policy.signers)
    if signed.signed != offline.manifest(instance, page):
        raise IntegrityError(
            f"{out} is not the page that both sides signed, or it is of an earlier key or policy. "
            "Do not use it, and make a new one: observatory offline-page FILE"
        )
    click.echo(f"{out} is the page that both sides signed, SHA-256 {signed.signed['sha256']}.")


def _make(instance: Instance, out: Path, manifest: Path, address: str) -> None:
    from observatory import durable
    from observatory.decisions import signed_file
    from observatory.errors import ResourceError, UsageError
    from observatory.intake import offline

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
