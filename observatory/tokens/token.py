"""A token, byte for byte, and how one comes to be without its issuer seeing it.

RSABSSA-SHA384-PSS-Randomized (RFC 9474) under the epoch's key, over a label and 32 random bytes.
"""

from __future__ import annotations

import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from crypto import blind
from crypto.blind import BlindError, Variant
from observatory.complaint.plaintext import TOKEN_BYTES
from observatory.errors import BadInputError
from observatory.tokens.epoch import KEY_BITS, KEY_ID_BYTES, Epoch

VARIANT = Variant.PSS_RANDOMIZED
LABEL = b"jio/token/v1\x00"
VALUE_BYTES = 32
SIGNATURE_BYTES = KEY_BITS // 8
TEXT_LENGTH = TOKEN_BYTES * 4 // 3


@dataclass(frozen=True)
class Token:
    """A token; whoever has these bytes can use it, so ``repr`` shows none but the key's id.

    Attributes:
        key_id: which epoch's key signed it.
        prefix: the message randomizer of RFC 9474.
        value: 32 random bytes: what is spent once.
        signature: the unblinded signature.
    """

    key_id: bytes
    prefix: bytes = field(repr=False)
    value: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def is_of(self, epoch: Epoch) -> bool:
        """Tell whether the epoch's issuer signed it."""
        if self.key_id != epoch.key_id:
            return False
        return blind.verify(epoch.public, self.prefix + LABEL + self.value, self.signature, VARIANT)

    def to_bytes(self) -> bytes:
        """Return the 456 bytes that travel in the seal."""
        return self.key_id + self.prefix + self.value + self.signature

    def to_text(self) -> str:
        """Return the 608 letters that a person pastes."""
        return urlsafe_b64encode(self.to_bytes()).decode()


def from_bytes(data: bytes) -> Token:
    """Cut a token's bytes apart; whether it is one, :meth:`Token.is_of` tells.

    Raises:
        BadInputError: they are not as many as a token has.
    """
    if len(data) != TOKEN_BYTES:
        raise BadInputError(f"A token has {TOKEN_BYTES} bytes.")
    prefix = KEY_ID_BYTES
    value = prefix + VARIANT.prefix_bytes
    signature = value + VALUE_BYTES
    return Token(data[:prefix], data[prefix:value], data[value:signature], data[signature:])


def packed(text: str) -> str:
    """Return what was pasted without white space and without what cannot be seen.

    Programs that carry messages add both: line breaks, marks of direction, a byte order mark.
    """
    return "".join(
        letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Cf"
    )


def from_text(text: str) -> Token:
    """Read a pasted token; line breaks and spaces do not matter.

    Raises:
        BadInputError: it is none. The message does not repeat it.
    """
    letters = packed(text)
    try:
        data = urlsafe_b64decode(letters) if len(letters) == TEXT_LENGTH else b""
    except ValueError:
        data = b""
    if len(data) != TOKEN_BYTES or urlsafe_b64encode(data).decode() != letters:
        raise BadInputError(
            f"This is no token: a token has {TEXT_LENGTH} letters, digits, - and _."
        )
    return from_bytes(data)


@dataclass(frozen=True)
class Wish:
    """What a person keeps between asking for a token and getting it; nobody else may see it."""

    prefix: bytes = field(repr=False)
    value: bytes = field(repr=False)
    inverse: int = field(repr=False)

    def fulfil(self, epoch: Epoch, answer: bytes) -> Token:
        """Return the token that the issuer's answer gives.

        Raises:
            BadInputError: the answer is to another request, or under another key.
        """
        message = self.prefix + LABEL + self.value
        try:
            signature = blind.finalize(epoch.public, message, answer, self.inverse, VARIANT)
        except BlindError as error:
            raise BadInputError(
                "This answer is not to this request, or was signed with another key."
            ) from error
        return Token(epoch.key_id, self.prefix, self.value, signature)


def wish(epoch: Epoch) -> tuple[Wish, bytes]:
    """Make a new value; return what to keep, and the blinded request for the issuer."""
    value = secrets.token_bytes(VALUE_BYTES)
    prepared = blind.prepare(LABEL + value, VARIANT)
    blinded = blind.blind(epoch.public, prepared, VARIANT)
    return Wish(prepared[: VARIANT.prefix_bytes], value, blinded.inverse), blinded.message


def answer(private: RSAPrivateKey, request: bytes) -> bytes:
    """Return the issuer's answer to a blinded request.

    Raises:
        BadInputError: it is no request under this key.
    """
    try:
        return blind.blind_sign(private, request)
    except BlindError as error:
        raise BadInputError(f"This is no request under this key: {error}") from error
