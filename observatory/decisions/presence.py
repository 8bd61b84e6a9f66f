"""Who is at the keyboard: passphrases asked of one person at a time, or found beside the file.

On a terminal each person types a passphrase that nobody else sees. Without one (scripts, tests,
rehearsals) passphrases are made, and lie in a folder ``passphrases`` beside the files they unlock.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from crypto.errors import CryptoError
from crypto.signing import MIN_PASSPHRASE, SigningKey
from observatory.custody.files import write_new
from observatory.errors import BadInputError

FOLDER = "passphrases"
MAX_BYTES = 4096
RANDOM_BYTES = 18


def at_terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def person(name: str) -> str:
    """Return a file's name as one speaks of its holder: ``customs-signer-1``, Customs signer 1."""
    return name.removesuffix("-link").replace("-", " ").capitalize()


def call(name: str) -> None:
    """Ask one person to the keyboard and everyone else to look away."""
    click.echo()
    click.secho(f"{person(name)}, come to the keyboard; the others look away.", bold=True)


def open_creation(customs: int, business: int) -> None:
    """Say how a key is made, and begin when everybody is there.

    Raises:
        click.Abort: somebody is missing.
    """
    click.secho("A new observatory", bold=True)
    click.echo(
        f"Here must be: {customs} custodians of Customs, {business} of Business, two signers of\n"
        "each side, and nobody else. The machine is on no network. Each person brings a medium of\n"
        "the own, comes to the keyboard once, chooses a passphrase, and takes a file along.\n"
        "The ceremony is described in docs/ceremony.md; keep its record while you go on."
    )
    click.confirm("Is everybody here?", abort=True)


def hand_over(paths: Sequence[Path]) -> None:
    """Let each person move the own file to a medium of the own, one after the other."""
    for path in paths:
        call(path.stem)
        while True:
            place = click.prompt(
                "Folder on your medium (Enter leaves the file here)", default="", show_default=False
            )
            if not place:
                break
            try:
                write_new(Path(place).expanduser(), {path.name: path.read_bytes()})
            except OSError as error:
                click.secho(f"{place}: {error.strerror}. Try again.", fg="yellow")
                continue
            path.unlink()
            click.echo(f"{path.name} is on your medium and no longer here. Step back, please.")
            break


def new_passphrases(folder: Path) -> Callable[[str], str]:
    """Return how a new passphrase is got: typed twice on a terminal, else made and written down.

    Args:
        folder: where the locked files go; made passphrases go into ``passphrases`` in it.
    """

    def typed(name: str) -> str:
        call(name)
        click.echo("Choose a passphrase of several words. Without it the file is worth nothing.")
        while True:
            entered: str = click.prompt(
                f"Passphrase of {name}", hide_input=True, confirmation_prompt=True
            )
            if len(entered) >= MIN_PASSPHRASE:
                return entered
            click.echo(f"A passphrase has at least {MIN_PASSPHRASE} characters.")

    def made(name: str) -> str:
        passphrase = secrets.token_urlsafe(RANDOM_BYTES)
        path = folder / FOLDER / f"{name}.txt"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(f"{passphrase}\n", "utf-8")
        return passphrase

    return typed if at_terminal() else made


def typed_passphrase(path: Path) -> str:
    """Return the passphrase of a locked file as its holder types it."""
    entered: str = click.prompt(f"Passphrase of {path.name}", hide_input=True)
    return entered


def passphrase_of(path: Path, *, given: Path | None = None, folder: Path | None = None) -> str:
    """Return the passphrase that unlocks a file.

    Args:
        path: the locked file.
        given: a file that holds its passphrase.
        folder: where passphrases lie under the names of their files; ``passphrases`` beside the
            locked file by default. Looked into when ``given`` is not set.

    Raises:
        BadInputError: nobody is there to be asked, and it is not written down either.
    """
    beside = (folder or path.parent / FOLDER) / f"{path.stem}.txt"
    if given is None and not beside.exists():
        if at_terminal():
            call(path.stem)
            return typed_passphrase(path)
        raise BadInputError(
            f"{path} is locked and its passphrase is not in {beside}. Run this on a terminal, "
            "where its holder can type it, or say where passphrases lie."
        )
    source = given or beside
    try:
        with source.open(encoding="utf-8") as file:
            return file.read(MAX_BYTES).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{source} cannot be read as a passphrase.") from error


def signing_key(path: Path, passphrase_file: Path | None = None) -> SigningKey:
    """Return a signer's key, unlocked by the passphrase that its holder types or keeps beside it.

    Raises:
        BadInputError: it is no signer's file, or the passphrase is wrong or not there.
    """
    try:
        return SigningKey.load(path, passphrase_of(path, given=passphrase_file))
    except CryptoError as error:
        raise BadInputError(str(error)) from error
