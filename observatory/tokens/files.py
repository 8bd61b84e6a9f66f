"""The files of issuing: an issuer's locked key, a reporter's wallet, a request and its answer.

All are JSON. A request and an answer may be seen by anybody; a wallet is its owner's alone.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from crypto import passphrase as passphrases
from crypto.errors import CryptoError
from observatory.errors import BadInputError
from observatory.tokens import epoch as epochs
from observatory.tokens.epoch import EXPONENT, KEY_BITS, Epoch, Kind
from observatory.tokens.token import Token, Wish

ISSUER, WALLET = "jio-token-issuer/v1", "jio-token-wallet/v1"
REQUEST, ANSWER = "jio-token-request/v1", "jio-token-answer/v1"
MAX_BYTES = 65_536


@dataclass(frozen=True)
class Issuer:
    """An issuer's key, unlocked in memory."""

    epoch: Epoch
    private: RSAPrivateKey


def new_issuer(observatory: str, kind: Kind, quarter: str, passphrase: str) -> tuple[Epoch, bytes]:
    """Make an issuer's key; return its epoch, none issued yet, and the bytes of its locked file.

    Raises:
        BadInputError: the quarter is none, or the passphrase is too short.
    """
    private = rsa.generate_private_key(EXPONENT, KEY_BITS)
    epoch = epochs.read(Epoch(observatory, kind, quarter, private.public_key()).to_json())
    secret = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    try:
        locked = passphrases.lock(secret, passphrase, {"format": ISSUER, "epoch": epoch.to_json()})
    except CryptoError as error:
        raise BadInputError(str(error)) from error
    return epoch, _bytes(locked)


def unlock_issuer(path: Path, passphrase: str) -> Issuer:
    """Unlock an issuer's file.

    Raises:
        BadInputError: it is none, was altered, or the passphrase is wrong.
    """
    body = _read(path, ISSUER)
    try:
        private = load_der_private_key(passphrases.unlock(body, passphrase), None)
        epoch = epochs.read(body["epoch"])
    except (CryptoError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path} cannot be unlocked: wrong passphrase, or altered.") from error
    if not isinstance(private, RSAPrivateKey):
        raise BadInputError(f"{path} holds no RSA key.")
    return Issuer(epoch, private)


def wallet(epoch: Epoch, wish: Wish) -> bytes:
    """Return the bytes of a wallet."""
    return _bytes(
        {
            "format": WALLET,
            "epoch": epoch.to_json(),
            "prefix": wish.prefix.hex(),
            "value": wish.value.hex(),
            "inverse": f"{wish.inverse:x}",
        }
    )


def request(epoch: Epoch, blinded: bytes) -> bytes:
    """Return the bytes of a request."""
    return _bytes(
        {
            "format": REQUEST,
            "epoch": epoch.name,
            "key": epoch.key_id.hex(),
            "blinded": b64encode(blinded).decode(),
        }
    )


def answer(epoch: Epoch, signature: bytes) -> bytes:
    """Return the bytes of an answer."""
    return _bytes(
        {
            "format": ANSWER,
            "epoch": epoch.name,
            "key": epoch.key_id.hex(),
            "signature": b64encode(signature).decode(),
        }
    )


def blinded_in(path: Path, epoch: Epoch) -> bytes:
    """Return what a request of this epoch asks to be signed.

    Raises:
        BadInputError: it is no request, or one for another key.
    """
    return _part(path, REQUEST, "blinded", epoch)


def token_in(wallet_file: Path, answer_file: Path) -> Token:
    """Return the token that an answer to a wallet's request gives.

    Raises:
        BadInputError: one of the files is not what it should be, or they do not belong together.
    """
    body = _read(wallet_file, WALLET)
    try:
        epoch = epochs.read(body["epoch"])
        wish = Wish(
            bytes.fromhex(body["prefix"]), bytes.fromhex(body["value"]), int(body["inverse"], 16)
        )
    except (ValueError, KeyError, TypeError):
        raise BadInputError(f"{wallet_file} is no wallet, or was altered.") from None
    return wish.fulfil(epoch, _part(answer_file, ANSWER, "signature", epoch))


def _part(path: Path, kind: str, name: str, epoch: Epoch) -> bytes:
    body = _read(path, kind)
    try:
        if body["key"] != epoch.key_id.hex():
            raise BadInputError(f"{path} is for another key than that of {epoch.name}.")
        return b64decode(body[name], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path} is no file of tokens, or was altered.") from error


def _read(path: Path, kind: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        body = json.loads(data) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        body = None
    # Raised outside the handler: an error of decoding carries the text, and a wallet is secret.
    if not isinstance(body, dict) or body.get("format") != kind:
        raise BadInputError(f"{path} is not a file of the kind that is needed here ({kind}).")
    return body


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, indent=2, sort_keys=True).encode() + b"\n"
