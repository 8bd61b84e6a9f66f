"""Gathering a quorum at a terminal: each custodian in turn gives a file or types the words.

Words are typed on the terminal's other screen, which leaves nothing to scroll back to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from crypto.envelope import PublicKey
from crypto.sides import SIDES, Side
from observatory.custody.recovery import ShareError, check_headings, check_sheets
from observatory.custody.share_files import read_file_heading, read_share_file
from observatory.custody.sheets import WORDS_ON_SHEET, ShareSheet, typed_sheet, typed_words
from observatory.decisions import presence
from observatory.errors import BadInputError, IntegrityError
from observatory.policy import Custody, Policy

Found = TypeVar("Found")
TYPED = "words"


def gather(policy: Policy, public: PublicKey, sides: Sequence[Side] = SIDES) -> list[ShareSheet]:
    """Ask as many custodians of each side as are needed, one after the other, for their shares.

    Args:
        policy: the policy in force.
        public: the key whose shares are wanted.
        sides: whose; one side alone for what it does without the other.

    Raises:
        IntegrityError: the custodians' sheets carry another root.
        click.Abort: somebody stopped it.
    """
    custody = policy.custody(public)
    _compare_roots(policy.root, public)
    sheets: list[ShareSheet] = []
    for side in sides:
        needed = custody.thresholds[side][0]
        for place in range(1, needed + 1):
            presence.call(f"{side}-custodian ({place} of {needed})")
            sheets.append(_until_good(partial(_bring, policy, custody, side, sheets)))
            click.echo(f"Thank you, {presence.person(sheets[-1].heading.name)}. Step back, please.")
    return sheets


def _compare_roots(root: str, public: PublicKey) -> None:
    click.echo("Before anybody gives anything, every custodian compares with the own sheet:")
    click.echo(f"  Key:   {public.id.hex()}")
    click.echo(f"  Root:  {root}")
    if not click.confirm("Do all of you read this root on your sheets?"):
        raise IntegrityError(
            "The root on a sheet is not that of policy.json: the rules or the signers were "
            "exchanged. Nobody gives anything. Compare policy.json with the copy that the signers "
            "kept, and record what happened."
        )


def _until_good(bring: Callable[[], Found]) -> Found:
    """Ask again until what was given can be used; whoever wants to stop presses Ctrl-C."""
    while True:
        try:
            return bring()
        except (ShareError, BadInputError) as error:
            click.secho(str(error), fg="yellow")
            click.echo("Try again, or stop with Ctrl-C.")


def _bring(policy: Policy, custody: Custody, side: Side, given: Sequence[ShareSheet]) -> ShareSheet:
    entered = click.prompt(f"File of the share, or {TYPED!r} to type the words of a paper sheet")
    if entered.strip().lower() == TYPED:
        sheet = _typed(policy, custody)
    else:
        path = Path(entered.strip()).expanduser()
        check_headings({str(path): read_file_heading(path)}, custody.public, policy.root)
        sheet = read_share_file(path, presence.typed_passphrase)
    if sheet.heading.side != side:
        raise ShareError(f"{sheet.label}: a share of {sheet.heading.side}; {side} is asked now.")
    check_sheets([sheet], custody.public, custody.share_hashes)
    if any(sheet.share.hash == other.share.hash for other in given):
        raise ShareError(f"{sheet.label}: this share was given already. Another is needed.")
    return sheet


def _typed(policy: Policy, custody: Custody) -> ShareSheet:
    with _other_screen():
        click.echo("Type the words in their order, as many on a line as you like.")
        click.echo("The numbers may be left out. Nobody else looks at this screen.")
        words: list[str] = []
        while len(words) < WORDS_ON_SHEET:
            line = click.prompt(f"From word {len(words) + 1}", prompt_suffix="> ")
            try:
                words += typed_words(line, len(words) + 1)
            except ShareError as error:
                click.secho(str(error), fg="yellow")
    return typed_sheet(words, custody.public.id.hex(), policy.root, custody.thresholds)


@contextmanager
def _other_screen() -> Iterator[None]:
    click.echo("\x1b[?1049h\x1b[H", nl=False)
    try:
        yield
    finally:
        click.echo("\x1b[2J\x1b[?1049l", nl=False)
