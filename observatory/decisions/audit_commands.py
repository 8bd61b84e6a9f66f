"""The commands ``audit``: read the log, check it, have its heads signed, prove parts of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory.decisions import heads, token_epochs, upkeep
from observatory.errors import BadInputError, IntegrityError, ResourceError, UsageError

if TYPE_CHECKING:
    from observatory.audit.signed_heads import SignedHead
    from observatory.instance import Instance

READABLE = click.Path(path_type=Path, dir_okay=False, exists=True)
WRITABLE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def audit() -> None:
    """Read and check the log of what was done, and have both sides sign its heads."""


@audit.command("log")
@click.argument("out", type=WRITABLE, required=False)
@click.pass_obj
def show(folder: Path, out: Path | None) -> None:
    """List the log; with OUT, write a copy to keep (one entry a line), to compare with later."""
    from observatory import durable

    instance = _open(folder)
    log = instance.audit
    if out is not None:
        instance.refuse_inside(out)
        try:
            durable.write(out, b"".join(entry + b"\n" for entry in log.encoded()))
        except OSError as error:
            raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
        click.echo(f"Wrote {log.head().size} entries to {out}. Keep it away from this machine.")
        return
    for number, entry in enumerate(log.entries(), start=1):
        facts = ", ".join(f"{name} {_said(value)}" for name, value in sorted(entry.facts.items()))
        click.echo(f"{number:>5}  {entry.day}  {entry.kind}  {facts}")


def _said(value: str | int | Sequence[str]) -> str:
    return str(value) if isinstance(value, str | int) else " ".join(value)


@audit.command()
@click.option("--head", "kept", type=READABLE, multiple=True, help="A signed head that was kept.")
@click.option("--copy", type=READABLE, help="A copy that `audit log OUT` wrote.")
@click.option("--proof", type=READABLE, help="A proof that `audit prove` wrote.")
@click.pass_obj
def verify(folder: Path, kept: Sequence[Path], copy: Path | None, proof: Path | None) -> None:
    """Check that the log only grew since both sides signed its heads; name the first bad entry."""
    instance = _open(folder)
    if proof is not None:
        click.echo(_proven(instance, proof, kept))
        return
    log = instance.audit
    log.check([_read_head(path) for path in kept], heads.signers_of(instance))
    if copy is not None:
        log.compare(copy.read_bytes().splitlines())
    upkeep.check_log(instance)
    token_epochs.check(instance)
    instance.vault.sets()
    click.echo(f"The audit log is whole: {heads.in_words(instance)}")


def _proven(instance: Instance, path: Path, kept: Iterable[Path]) -> str:
    from observatory.audit import proofs
    from observatory.audit.signed_heads import Signers, check_signatures

    try:
        head = proofs.check(json.loads(path.read_bytes()))
    except ValueError as error:
        raise IntegrityError(f"{path}: {error}") from error
    signed = [_read_head(one) for one in kept]
    if signed:  # whoever brings a head needs policy.json and no database
        check_signatures(signed, [Signers(link.signers) for link in instance.policy.chain])
    else:
        signed = instance.audit.signed_heads()
        check_signatures(signed, heads.signers_of(instance))
    if head not in [one.head for one in signed]:
        raise IntegrityError(
            f"{path} proves something of a head of {head.size} entries that both sides did not "
            "sign, as far as is known here. Give the signed head with --head."
        )
    return f"{path} proves what it says, under the head of {head.size} entries that both signed."


@audit.command()
@click.argument("out", type=WRITABLE)
@click.pass_obj
def head(folder: Path, out: Path) -> None:
    """Write the head of the log to OUT, for a signer of each side to sign."""
    from observatory.decisions import signed_file

    instance = _open(folder)
    instance.refuse_inside(out)
    signed_file.propose(out, instance.audit.head().to_json())
    click.echo(f"Wrote {out}. Have both sides sign it (observatory sign {out} --key KEY), then")
    click.echo(f"`observatory audit install {out}`. Each side keeps a copy of its own.")


@audit.command()
@click.argument("file", type=READABLE)
@click.pass_obj
def install(folder: Path, file: Path) -> None:
    """Keep a head that both sides signed."""
    instance = _open(folder)
    instance.audit.install(_read_head(file), heads.signers_of(instance))
    click.echo(f"Kept: {heads.in_words(instance)}")


@audit.command()
@click.argument("out", type=WRITABLE)
@click.option("--entry", type=int, help="Prove that this entry stands in the log.")
@click.option("--since", type=READABLE, help="Prove that the log only grew since this head.")
@click.pass_obj
def prove(folder: Path, out: Path, entry: int | None, since: Path | None) -> None:
    """Write to OUT a proof that can be checked against the last signed head alone."""
    from observatory import durable
    from observatory.audit import proofs

    if (entry is None) == (since is None):
        raise UsageError("Say what to prove: --entry NUMBER, or --since HEAD.")
    instance = _open(folder)
    instance.refuse_inside(out)
    log = instance.audit
    signed = log.signed_heads()
    if not signed:
        raise BadInputError("Both sides have signed no head yet: `observatory audit head FILE`.")
    try:
        proof = (
            proofs.of_entry(log.encoded(), entry, signed[-1].head)
            if since is None and entry is not None
            else proofs.of_growth(log.encoded(), _read_head(since or out).head, signed[-1].head)
        )
    except proofs.ProofError as error:
        raise BadInputError(str(error)) from error
    try:
        durable.write(out, json.dumps(proof, indent=2, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {out}.")


def _open(folder: Path) -> Instance:
    from observatory.instance import Instance

    return Instance.open(folder)


def _read_head(path: Path) -> SignedHead:
    from observatory.audit.signed_heads import SignedHead

    return SignedHead.from_bytes(path.read_bytes())
