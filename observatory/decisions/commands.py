"""The commands ``init`` and ``analyse``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from observatory import durable, progress
from observatory.decisions.options import THRESHOLD, brought, quorum_options
from observatory.errors import ResourceError, UsageError

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis
    from observatory.instance import Instance


@click.command()
@click.option("--customs", default="2/3", type=THRESHOLD, help="Shares of Customs, needed/of.")
@click.option("--business", default="2/3", type=THRESHOLD, help="Shares of Business, needed/of.")
@click.option(
    "--shares-to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where custodians' and signers' files go; default: beside the observatory's folder.",
)
@click.option(
    "--offices",
    "register",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A CSV of offices: code, name, region, customs_population, business_population.",
)
@click.option(
    "--database",
    "database_url",
    default="sqlite:///observatory.db",
    show_default=True,
    help="SQLAlchemy URL of an empty database; PostgreSQL needs the extra 'postgres'.",
)
@click.pass_obj
def init(
    folder: Path,
    *,
    customs: tuple[int, int],
    business: tuple[int, int],
    shares_to: Path | None,
    register: Path | None,
    database_url: str,
) -> None:
    """Create an observatory: folder, key, share and signer files.

    The private key is kept nowhere: only the shares of both sides together give it back. On a
    terminal everybody chooses a passphrase and takes the own file along; elsewhere passphrases are
    made and left in the folder 'passphrases' beside the files.
    """
    from observatory.complaint import offices
    from observatory.decisions import presence
    from observatory.decisions.founding import found

    shares = shares_to or folder.with_name(f"{folder.name}-shares")
    if presence.at_terminal():
        presence.open_creation(customs[1], business[1])
    made = found(
        folder,
        shares,
        {"customs": customs, "business": business},
        presence.new_passphrases(shares),
        register=offices.read(register) if register else (),
        database_url=database_url,
    )
    click.echo(f"Created the observatory in {folder}, key {made.instance.public_key.id.hex()}.")
    click.echo(f"Root: {made.instance.policy.root}")
    click.echo(
        "Everybody writes the root down; it stands in every share file, and nobody changes it."
    )
    click.echo(f"In {shares}, one file a person:")
    for path in (*made.custodians, *made.signers, *made.links):
        click.echo(f"  {path.name}")
    click.echo(
        "Hand each to its person now and delete it here. Whoever holds enough share files of both\n"
        "sides can read every report; nobody else can, and lost shares cannot be made again.\n"
        "Each side's chair enrols by the link of the side, once `observatory serve` runs."
    )
    if presence.at_terminal():
        presence.hand_over((*made.custodians, *made.signers, *made.links))


@click.command()
@quorum_options
@click.option(
    "--json",
    "output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the products for members as JSON; '-' is standard output.",
)
@click.option(
    "--refit",
    is_flag=True,
    help="Find topics anew. Those that are still there keep their numbers; the rest is told.",
)
@click.pass_obj
def analyse(folder: Path, /, output: Path | None, *, refit: bool, **given: Any) -> None:
    """Open a run with the shares of both sides and analyse all closed weeks."""
    from observatory.decisions import upkeep
    from observatory.instance import Instance

    instance = Instance.open(folder)
    to_file = None if output is None or str(output) == "-" else output
    if to_file is not None:
        _check_output(instance, to_file, (*given["sheets"], *given["more"]))
    instance.refuse_on_intake_host("A run")
    upkeep.check_resealed(instance)
    sheets = brought(instance, instance.public_key, **given)
    # Only now what takes seconds to load: nobody waits for it before saying who is missing.
    from observatory.decisions import heads, joint_run, reader
    from observatory.disclosure.storage import canonical

    embedder = reader.of(instance.policy)
    with progress.shown() as report:
        done = joint_run.analyse(instance, sheets, embedder, report, refit=refit)
    products = done.products["members"]
    text = canonical(products).encode()
    if to_file is not None:
        try:
            durable.write(to_file, text)
        except OSError as error:
            raise ResourceError(
                f"{to_file} cannot be written: {error.strerror}. The run itself is done; its "
                f"products are in {done.folder}."
            ) from error
    elif output is not None:
        click.echo(text, nl=False)
        return
    _summary(products, done.folder, heads.in_words(instance), waiting=done.waiting)


def _check_output(instance: Instance, output: Path, sheets: Sequence[Path]) -> None:
    """Refuse what cannot be written before a run that takes long, not after it."""
    instance.refuse_inside(output)
    if output.resolve() in [sheet.resolve() for sheet in sheets]:
        raise UsageError(f"{output} is a share file, which --json would overwrite. Name another.")
    if not output.resolve().parent.is_dir():
        raise UsageError(f"{output.parent} is no folder, so nothing can be written there.")


def _summary(products: SafeAnalysis, folder: Path, log: str, *, waiting: bool) -> None:
    def shown(name: str) -> str:
        return str(products.reports.get(name, f"fewer than {products.k}"))

    click.echo(
        f"Received {shown('received')}: usable {shown('usable')}, "
        f"duplicate {shown('duplicate')}, junk {shown('junk')}."
    )
    if waiting:
        click.echo("Reports of weeks that are not over wait for a later run.")
    click.echo(f"{len(products.topics)} topics, {len(products.signals)} signals. Largest topics:")
    for topic in products.topics[:10]:
        click.echo(f"  {topic.id}  {topic.reports:>6}  {topic.label}")
    click.echo(f"Products: {folder}")
    click.echo(f"Audit log: {log}")
