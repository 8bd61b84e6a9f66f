"""Keys left where they should not be: share and signers' files that this machine can use alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from crypto.errors import CryptoError
from crypto.sides import Side
from crypto.signing import SigningKey
from observatory.custody.recovery import recover
from observatory.custody.share_files import read_share_file
from observatory.custody.sheets import ShareSheet
from observatory.decisions.presence import FOLDER, passphrase_of
from observatory.errors import BadInputError
from observatory.policy import Custody


def readable_shares(places: Iterable[Path]) -> list[ShareSheet]:
    """Return every share in ``places`` that can be read without its custodian.

    A plain sheet can be, and a locked one whose passphrase lies where this program looks for it.
    """
    found = []
    for path in _files(places, "*-custodian-*.txt"):
        try:
            found.append(read_share_file(path, _written_down))
        except (CryptoError, BadInputError):
            continue
    return found


def open_key(sheets: Iterable[ShareSheet], custody: Custody) -> bool:
    """Tell whether these sheets give the private key."""
    fitting = [sheet for sheet in sheets if sheet.heading.key_id == custody.public.id.hex()]
    try:
        recover(fitting, custody.public, custody.share_hashes)
    except CryptoError:
        return False
    return True


def usable_signers(places: Iterable[Path]) -> set[Side]:
    """Return the sides for which a signer's file lies here with its passphrase."""
    sides: set[Side] = set()
    for path in _files(places, "*-signer-*.json"):
        try:
            sides.add(SigningKey.load(path, _written_down(path)).signer.side)
        except (CryptoError, BadInputError):
            continue
    return sides


def _files(places: Iterable[Path], pattern: str) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.glob(pattern))


def _written_down(path: Path) -> str:
    beside = path.parent / FOLDER / f"{path.stem}.txt"
    if not beside.is_file():
        raise BadInputError(f"{path}: its passphrase is not here.")
    return passphrase_of(path)
