"""Locking a small secret under a passphrase: Argon2id, then AES-256-GCM.

What stands beside the secret in the clear (whose it is, the costs of the stretching) is
authenticated with it: an edited file does not open. Sources: RFC 9106; NIST SP 800-38D.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from crypto.errors import CryptoError

if TYPE_CHECKING:
    from collections.abc import Mapping

MINIMUM = 8
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
# RFC 9106's second recommended setting (64 MiB, three passes, four lanes).
KDF = {"iterations": 3, "lanes": 4, "memory_kib": 65_536}
# A file may ask for other costs, but not for a machine's whole memory.
_LIMITS = {"iterations": (1, 32), "lanes": (1, 16), "memory_kib": (1024, 1_048_576)}
_KDF_NAME, _CIPHER_NAME = "argon2id", "aes-256-gcm"


class PassphraseError(CryptoError):
    """The passphrase is wrong, or what stands beside the secret was altered."""


class LockError(CryptoError):
    """This is nothing that was locked under a passphrase by this version."""


def lock(secret: bytes, passphrase: str, clear: Mapping[str, Any]) -> dict[str, Any]:
    """Lock a secret under a passphrase.

    Args:
        secret: the bytes to lock; their length is not hidden.
        passphrase: at least eight characters.
        clear: JSON object that will stand beside it, bound to it.

    Returns:
        ``clear`` with two more members, ``kdf`` and ``cipher``.

    Raises:
        PassphraseError: the passphrase is too short.
    """
    if len(passphrase) < MINIMUM:
        raise PassphraseError(f"A passphrase has at least {MINIMUM} characters.")
    kdf = {"name": _KDF_NAME, **KDF, "salt": secrets.token_hex(SALT_BYTES)}
    bound = {**clear, "kdf": kdf}
    nonce = secrets.token_bytes(NONCE_BYTES)
    locked = AESGCM(_stretch(passphrase, kdf)).encrypt(nonce, secret, rfc8785.dumps(bound))
    cipher = {"name": _CIPHER_NAME, "nonce": nonce.hex(), "ciphertext": locked.hex()}
    return {**bound, "cipher": cipher}


def unlock(locked: Mapping[str, Any], passphrase: str) -> bytes:
    """Return the secret that :func:`lock` locked.

    Raises:
        PassphraseError: a wrong passphrase, or altered.
        LockError: not what :func:`lock` makes, or costs out of bounds.
    """
    try:
        bound = {name: value for name, value in locked.items() if name != "cipher"}
        cipher, kdf = locked["cipher"], locked["kdf"]
        nonce, text = bytes.fromhex(cipher["nonce"]), bytes.fromhex(cipher["ciphertext"])
        if (kdf["name"], cipher["name"]) != (_KDF_NAME, _CIPHER_NAME):
            raise LockError("locked in another way than this version knows")
        key = _stretch(passphrase, kdf)
        aad = rfc8785.dumps(bound)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LockError("nothing that was locked under a passphrase") from error
    try:
        return AESGCM(key).decrypt(nonce, text, aad)
    except (InvalidTag, ValueError):
        raise PassphraseError("the passphrase is wrong, or the file was altered") from None


def _stretch(passphrase: str, kdf: Mapping[str, Any]) -> bytes:
    for name, (low, high) in _LIMITS.items():
        if type(kdf[name]) is not int or not low <= kdf[name] <= high:
            raise ValueError(name)
    # NFKC: the same keys on another keyboard or system give the same passphrase.
    words = unicodedata.normalize("NFKC", passphrase).encode()
    return Argon2id(
        salt=bytes.fromhex(kdf["salt"]),
        length=KEY_BYTES,
        iterations=kdf["iterations"],
        lanes=kdf["lanes"],
        memory_cost=kdf["memory_kib"],
    ).derive(words)
