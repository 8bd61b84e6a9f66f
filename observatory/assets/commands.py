"""The commands ``assets``: list what reporters' browsers are given, and keep the signed list."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.assets.listing import AssetList
    from observatory.instance import Instance

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("assets")
def assets_group() -> None:
    """List by hash what reporters' browsers are given, for both sides to sign."""


def served(instance: Instance) -> AssetList:
    """Return the list of what this installation serves to reporters."""
    from observatory import languages
    from observatory.app import create_intake
    from observatory.assets import listing

    client, host = create_intake(instance).test_client(), instance.config.intake_host
    pages = {
        tag: client.get("/", headers={"Host": host, "Accept-Language": tag}).data
        for tag in (language.tag for language in languages.offered())
    }
    return listing.of(pages, instance.public_key)


@assets_group.command("list")
@click.argument("out", type=FILE)
@click.pass_obj
def list_command(folder: Path, out: Path) -> None:
    """Write to OUT the SHA-256 of every file and of the reporters' page, for both sides to sign."""
    from observatory.decisions import signed_file
    from observatory.instance import Instance

    instance = Instance.open(folder)
    instance.refuse_inside(out)
    found = served(instance)
    signed_file.propose(out, found.to_json())
    click.echo(
        f"Wrote {out}: {len(found.files)} files, the reporters' page in "
        f"{len(found.forms)} languages, key {found.key}."
    )
    click.echo(
        "Each side compares it with a list of its own, made where the released version is\n"
        "installed, and signs it (observatory sign FILE --key KEY). Then: observatory assets\n"
        f"install {out}"
    )


@assets_group.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.pass_obj
def install(folder: Path, file: Path) -> None:
    """Keep the signed list in FILE here, and serve it as /assets/hashes.json from the next start.

    Refused unless both sides signed it and it is what this installation serves.
    """
    from observatory import assets, durable
    from observatory.assets import listing
    from observatory.audit import Kind
    from observatory.decisions import signed_file
    from observatory.errors import IntegrityError, ResourceError
    from observatory.instance import Instance

    instance = Instance.open(folder)
    found = signed_file.read(file, listing.WHAT)
    wrong = list(listing.verified(found, instance.policy).differences(served(instance)))
    if wrong:
        raise IntegrityError(
            f"What is served here is not what {file} lists: {', '.join(wrong)}. Nothing was "
            "changed. Find out which is right; after an update, list and sign anew."
        )
    path = folder / assets.LIST
    try:
        durable.write(path, found.to_bytes())
    except OSError as error:
        raise ResourceError(f"{path} cannot be written: {error.strerror}.") from error
    instance.audit.record(
        Kind.ASSETS_LISTED, {"sha256": hashlib.sha256(found.to_bytes()).hexdigest()}
    )
    click.echo("Kept. Start `observatory serve` again: then it is served as /assets/hashes.json.")
