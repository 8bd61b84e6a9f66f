"""Options that several commands share: thresholds, and the shares that custodians bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from observatory.errors import NotAllowedError, UsageError

if TYPE_CHECKING:
    from crypto.envelope import PublicKey
    from crypto.sides import Side
    from observatory.custody.sheets import ShareSheet
    from observatory.instance import Instance

Command = TypeVar("Command", bound=Callable[..., Any])
SIDES = ("customs", "business")


class Threshold(click.ParamType[tuple[int, int]]):
    """A threshold as ``NEEDED/OF``."""

    name = "needed/of"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return (shares needed, shares made)."""
        if isinstance(value, tuple):
            return value
        needed, slash, of = str(value).partition("/")
        if not (slash and needed.isdecimal() and of.isdecimal()):
            self.fail("write it as NEEDED/OF, such as 2/3", param, ctx)
        return int(needed), int(of)


THRESHOLD = Threshold()


def quorum_options(command: Command) -> Command:
    """Give a command the shares that custodians bring: ``sheets``, ``more``, ``passphrases``."""
    for option in (
        click.argument("more", nargs=-1, type=click.Path(path_type=Path)),
        click.option(
            "--passphrases",
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of passphrases under the names of the share files; by default "
            "'passphrases' beside each file. On a terminal they are asked for.",
        ),
        click.option(
            "--shares",
            "sheets",
            type=click.Path(path_type=Path),
            multiple=True,
            help="A custodian's share file; repeat for each. Several may follow one --shares. "
            "On a terminal custodians are asked in turn if none is given.",
        ),
    ):
        command = option(command)
    return command


def brought(
    instance: Instance,
    public: PublicKey,
    sides: Sequence[Side] = SIDES,  # type: ignore[assignment]
    *,
    sheets: Sequence[Path],
    more: Sequence[Path],
    passphrases: Path | None,
) -> list[ShareSheet]:
    """Return the sheets that custodians bring: from their files, or asked for on a terminal.

    Args:
        instance: whose.
        public: the key they are of.
        sides: whose are asked for.
        sheets: files, from :func:`quorum_options`.
        more: further files.
        passphrases: where their passphrases lie.

    Raises:
        UsageError: no file was given and nobody can be asked.
        NotAllowedError: this is an intake host, where no share belongs.
        BadInputError: a file cannot be used.
        IntegrityError: the sheets carry another root than the policy, or the log was altered: this
            is known before anybody gives anything.
    """
    from observatory.custody.recovery import check_headings
    from observatory.decisions import gathering, presence, quorum, upkeep

    instance.refuse_on_intake_host("What needs shares")
    files = (*sheets, *more)
    upkeep.check_log(instance)
    if not files:
        if presence.at_terminal():
            return gathering.gather(instance.policy, public, sides)
        raise UsageError("Give custodians' share files: --shares FILE ...")
    with quorum.plainly():
        check_headings(quorum.headings(files), public, instance.policy.root)
        return quorum.read_sheets(files, partial(presence.passphrase_of, folder=passphrases))


def of_one_side(
    instance: Instance, side: Side | None, *, sheets: Sequence[Path], more: Sequence[Path],
    passphrases: Path | None,
) -> tuple[list[ShareSheet], Side]:  # fmt: skip
    """Return the sheets of one side; those of two are refused before any is unlocked.

    Raises:
        NotAllowedError: sheets of both sides.
        UsageError: nothing tells whose it is.
    """
    from observatory.decisions import quorum

    with quorum.plainly():
        sides = {found.side for found in quorum.headings((*sheets, *more)).values()}
    if len(sides) > 1:
        raise NotAllowedError(
            "Shares of both sides were given. Each side does this alone, at its own time, so that "
            "nobody ever has both."
        )
    whose = next(iter(sides), side)
    if whose is None or whose != (side or whose):
        raise UsageError("Say whose it is, customs or business, and give no other side's shares.")
    found = brought(
        instance, instance.public_key, (whose,), sheets=sheets, more=more, passphrases=passphrases
    )
    return found, whose
