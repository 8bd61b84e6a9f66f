"""Sealed things only: envelopes and the state that a run keeps for the next."""

from observatory.vault.store import Vault, VaultError

__all__ = ["Vault", "VaultError"]
