"""The commands ``token``: for an issuer, for a reporter, and for the observatory.

An issuer and a reporter need no instance: the observatory's ``policy.json`` is enough, and no
network. Nothing here says who asked for a token.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory.errors import BadInputError, ResourceError, UsageError

if TYPE_CHECKING:
    from observatory.policy import Policy
    from observatory.tokens.epoch import Kind

FILE = click.Path(path_type=Path, dir_okay=False)
POLICY = click.option(
    "--policy", "policy_file", type=FILE, help="The observatory's policy.json; else the instance's."
)
PASSPHRASE = click.option(
    "--passphrase-file", type=FILE, help="Holds the passphrase; otherwise it is asked for."
)


@click.group()
def token() -> None:
    """One-time tokens that prove "a trader" or "an official" and nothing more (off by default)."""


@token.command("epoch")
@click.argument("kind", type=click.Choice(["trader", "official"]))
@click.argument("quarter")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@POLICY
@click.pass_obj
def make_epoch(
    folder: Path, /, kind: Kind, quarter: str, out: Path, policy_file: Path | None
) -> None:
    """For an issuer: make the key of KIND for QUARTER (such as 2026-Q4) in the folder OUT.

    Beside the locked key lies what both sides sign (observatory sign).
    """
    from observatory.decisions import presence, signed_file
    from observatory.tokens import files

    rules = _policy(folder, policy_file)
    name = f"{kind}-{quarter}"
    epoch, locked = files.new_issuer(
        rules.root, kind, quarter, presence.new_passphrases(out)(f"{name}-issuer")
    )
    _write_new(out / f"{name}-issuer.json", locked)
    statement = out / f"{name}.json"
    signed_file.propose(statement, epoch.to_json())
    click.echo(
        f"Made {name}, key {epoch.key_id.hex()}. A signer of each side signs {statement}:\n"
        f"observatory sign {statement} --key KEY\n"
        "Then give it to everybody who may ask for a token, and to the observatory."
    )


@token.command()
@click.argument("issuer", type=FILE)
@click.argument("requests", type=FILE, nargs=-1, required=True)
@PASSPHRASE
def issue(issuer: Path, requests: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """For an issuer: sign REQUESTS, blindly; an answer is written beside each.

    Check first that whoever brings one may have it, and give each person one only.
    """
    from observatory import durable
    from observatory.decisions import presence
    from observatory.tokens import files
    from observatory.tokens import token as tokens

    key = files.unlock_issuer(issuer, presence.passphrase_of(issuer, given=passphrase_file))
    for path in requests:
        made = tokens.answer(key.private, files.blinded_in(path, key.epoch))
        _write_new(path.with_name(f"{path.stem}.answer.json"), files.answer(key.epoch, made))
        # Counted after the answer lies there: a crash between the two states one too few.
        try:
            durable.write(_tally(issuer), f"{_issued(issuer) + 1}\n".encode())
        except OSError as error:
            raise ResourceError(f"{_tally(issuer)} cannot be written: {error.strerror}.") from error
    click.echo(f"Signed {len(requests)}; {_issued(issuer)} of {key.epoch.name} in all.")


@token.command()
@click.argument("issuer", type=FILE)
@click.argument("out", type=FILE)
@PASSPHRASE
def state(issuer: Path, out: Path, passphrase_file: Path | None) -> None:
    """For an issuer: state in OUT how many were issued, for both sides to sign."""
    from dataclasses import replace

    from observatory.decisions import presence, signed_file
    from observatory.tokens import files

    key = files.unlock_issuer(issuer, presence.passphrase_of(issuer, given=passphrase_file))
    signed_file.propose(out, replace(key.epoch, issued=_issued(issuer)).to_json())
    click.echo(f"{out} states {_issued(issuer)} tokens of {key.epoch.name}; both sides sign it.")


@token.command()
@click.argument("statement", type=FILE)
@click.argument("wallet", type=FILE)
@click.argument("out", type=FILE)
@POLICY
@click.pass_obj
def request(
    folder: Path, /, statement: Path, wallet: Path, out: Path, policy_file: Path | None
) -> None:
    """For a reporter: ask for a token of STATEMENT. Keep WALLET secret; give OUT to the issuer."""
    from observatory.decisions import signed_file, token_epochs
    from observatory.tokens import epoch as epochs
    from observatory.tokens import files
    from observatory.tokens import token as tokens

    # A key that both sides did not sign could be one's own, and every token of it known.
    epoch = token_epochs.signed_by_both(
        signed_file.read(statement, epochs.WHAT), _policy(folder, policy_file)
    )
    wish, blinded = tokens.wish(epoch)
    _write_new(wallet, files.wallet(epoch, wish))
    _write_new(out, files.request(epoch, blinded))
    click.echo(
        f"Key {epoch.key_id.hex()}: compare it with somebody else's before you send {out}.\n"
        f"Keep {wallet} to yourself."
    )


@token.command()
@click.argument("wallet", type=FILE)
@click.argument("answer", type=FILE)
def unblind(wallet: Path, answer: Path) -> None:
    """For a reporter: print the token that ANSWER gives; the issuer has never seen it."""
    from observatory.tokens import files

    click.echo(files.token_in(wallet, answer).to_text())


@token.command()
@click.argument("out", type=FILE)
@click.option("--token", "token_file", type=FILE, required=True, help="Holds the token.")
@click.option("--say", multiple=True, metavar="CODE=VALUE", help="An answer of the form.")
@POLICY
@click.pass_obj
def seal(
    folder: Path,
    /,
    out: Path,
    token_file: Path,
    say: tuple[str, ...],
    policy_file: Path | None,
) -> None:
    """For a reporter: seal the words typed on standard input, with a token, into OUT (.jio).

    Send OUT by the form, in the same week: "I have a sealed report".
    """
    from crypto.envelope import seal as seal_padded
    from observatory.complaint import periods, plaintext
    from observatory.complaint.plaintext import Complaint, PlaintextError, Seal
    from observatory.instance import today
    from observatory.tokens import token as tokens

    public = _policy(folder, policy_file).public_key
    try:
        pasted = token_file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise BadInputError(f"{token_file} cannot be read as a token.") from None
    made = tokens.from_text(pasted)
    if any("=" not in one for one in say):
        raise UsageError("Write an answer as CODE=VALUE, such as stage=release.")
    facets = dict(one.split("=", 1) for one in say)
    week = periods.week_of(today())
    try:
        words = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        words = None
    if words is None:
        raise BadInputError("The words are not UTF-8; nothing was sealed.")
    try:
        padded = plaintext.encode(Complaint(words, facets), Seal(week, token=made.to_bytes()))
    except PlaintextError as error:
        raise BadInputError(f"{error} Nothing was sealed.") from None
    _write_new(out, seal_padded(padded, public, periods.quarter_code(week)).to_bytes())
    click.echo(f"Sealed for {week}. Send {out} before the end of next week.")


@token.command()
@click.argument("statement", type=FILE)
@click.pass_obj
def install(folder: Path, statement: Path) -> None:
    """For the observatory: put an epoch, or the number issued, in force as both sides signed it."""
    from observatory.decisions import signed_file, token_epochs
    from observatory.instance import Instance
    from observatory.tokens import epoch as epochs

    instance = Instance.open(folder)
    first = token_epochs.none_yet(instance)
    found = token_epochs.install(instance, signed_file.read(statement, epochs.WHAT))
    click.echo(_said(found.name, found.key_id.hex(), found.issued))
    if first:
        click.echo(
            "The form now has a box for a token. Install this on the intake host too, start the "
            "form again, list and sign its files anew (`assets list`), and make the offline page "
            "anew."
        )


@token.command("list")
@click.pass_obj
def list_epochs(folder: Path) -> None:
    """For the observatory: which epochs are in force, and whether their tokens count."""
    from observatory.decisions import token_epochs
    from observatory.instance import Instance

    found = token_epochs.installed(Instance.open(folder))
    for one in found:
        click.echo(_said(one.name, one.key_id.hex(), one.issued))
    if not found:
        click.echo("No tokens: none are asked for, and none count.")


def _said(name: str, key: str, issued: int) -> str:
    from observatory.tokens.epoch import FEWEST_ISSUED

    counts = "they count" if issued >= FEWEST_ISSUED else f"none counts below {FEWEST_ISSUED}"
    return f"{name}, key {key}: {issued} stated to be issued; {counts}."


def _policy(folder: Path, given: Path | None) -> Policy:
    from observatory import policy

    rules = policy.read(given or folder / policy.FILE_NAME)
    rules.verify()
    return rules


def _tally(issuer: Path) -> Path:
    return issuer.with_suffix(".issued")


def _issued(issuer: Path) -> int:
    path = _tally(issuer)
    try:
        return int(path.read_text("ascii")) if path.exists() else 0
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path} does not say how many were issued.") from error


def _write_new(path: Path, data: bytes) -> None:
    from observatory.custody.files import write_new

    try:
        write_new(path.parent, {path.name: data})
    except FileExistsError as error:
        raise UsageError(f"{path} is there already. Name a new file.") from error
    except OSError as error:
        raise ResourceError(f"{path} cannot be written: {error.strerror}.") from error
