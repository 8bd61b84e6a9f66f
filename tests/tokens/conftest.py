"""An issuer's key, made once, and epochs under it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from observatory.tokens.epoch import Epoch


@pytest.fixture(scope="session")
def issuer_key():
    return rsa.generate_private_key(65_537, 3072)


@pytest.fixture(scope="session")
def epoch(issuer_key):
    return Epoch("ab" * 32, "trader", "2026-Q4", issuer_key.public_key(), 100)
