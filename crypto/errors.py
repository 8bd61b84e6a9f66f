"""The root of every error that sealing, custody and signing raise on purpose."""

from __future__ import annotations


class CryptoError(Exception):
    """Something cryptographic was refused; the message is for the person at the keyboard.

    No message ever holds a plaintext, a key, a passphrase or a whole share.
    """
