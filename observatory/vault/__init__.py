"""Sealed things only: envelopes and the state that a run keeps for the next."""

from observatory.vault.store import VaultError
from observatory.vault.vault import Vault

__all__ = ["Vault", "VaultError"]
