"""An epoch of tokens, signed by both sides and installed, and tokens under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from crypto.signing import SigningKey
from observatory.complaint import periods
from observatory.decisions import token_epochs
from observatory.decisions.signed_file import SignedFile
from observatory.instance import Instance, today
from observatory.tokens import token
from observatory.tokens.epoch import Epoch, Kind
from observatory.tokens.token import Token


@cache
def key(_kind: Kind) -> RSAPrivateKey:
    """Return the issuer's key of a kind, one in all tests of a process."""
    return rsa.generate_private_key(65_537, 3072)


@dataclass(frozen=True)
class Issuing:
    """An installed epoch and its issuer."""

    epoch: Epoch
    private: RSAPrivateKey

    def token(self) -> Token:
        """Return a new token, by way of a blinded request."""
        wish, request = token.wish(self.epoch)
        return wish.fulfil(self.epoch, token.answer(self.private, request))


def install(
    instance: Instance,
    shares: Path,
    passphrase: Callable[[str], str] = lambda _: "an old passphrase of nine words",
    kind: Kind = "trader",
    issued: int = 100,
) -> Issuing:
    """Install an epoch of this quarter.

    Args:
        instance: whose.
        shares: the folder with the files of both sides' signers.
        passphrase: of a signer, by its file's stem; that of the ``founded`` fixture.
        kind: what its tokens prove.
        issued: how many the issuer states.
    """
    quarter = periods.quarter_name(periods.quarter_code(periods.week_of(today())))
    epoch = Epoch(instance.policy.root, kind, quarter, key(kind).public_key(), issued)
    file = SignedFile(epoch.to_json())
    for name in ("customs-signer-1", "business-signer-1"):
        file = file.with_signature(SigningKey.load(shares / f"{name}.json", passphrase(name)))
    token_epochs.install(instance, file)
    return Issuing(epoch, key(kind))
