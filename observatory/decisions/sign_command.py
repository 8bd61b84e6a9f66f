"""The command ``sign``: a signer reads what it is and signs it, on any machine."""

from __future__ import annotations

from pathlib import Path

import click

from observatory.errors import BadInputError


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The signer's own file, such as customs-signer-1.json.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that holds the passphrase; otherwise it is asked for, or looked for in the "
    "folder 'passphrases' beside the key.",
)
def sign(file: Path, key_file: Path, passphrase_file: Path | None) -> None:
    """Sign FILE with a signer's key; what is signed is shown first.

    The signature is added to FILE. Neither an instance nor a network is needed.
    """
    from crypto.errors import CryptoError
    from crypto.signing import SigningKey
    from observatory.decisions import presence, signed_file

    found = signed_file.read(file)
    click.echo(f"{file} holds, to be signed:")
    for line in signed_file.in_words(found.signed):
        click.echo(f"  {line}")
    if presence.at_terminal() and not click.confirm("Do you want to sign exactly this?"):
        click.echo("Not signed; the file is unchanged.")
        return
    passphrase = presence.passphrase_of(key_file, given=passphrase_file)
    try:
        key = SigningKey.load(key_file, passphrase)
    except CryptoError as error:
        raise BadInputError(str(error)) from error
    signed = found.with_signature(key)
    signed.write(file)
    click.echo(f"Signed for {key.signer.side} by {key.signer.name}.")
    missing = [
        side
        for side in ("customs", "business")
        if not any(one["side"] == side for one in signed.signatures)
    ]
    if missing:
        click.echo(f"A signature of {missing[0]} is still missing.")
