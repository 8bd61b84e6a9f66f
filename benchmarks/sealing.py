"""Sealing and opening beside bare baselines, as ratios: python benchmarks/sealing.py [ROUNDS].

Every round times each way once, one after the other, on the same bytes; a ratio is the median over
the rounds of the ratios within a round, so that other work on the machine weighs on both alike.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.envelope import BUCKETS, SUITE, seal
from crypto.xwing import PrivateKey, new_seed, open_envelope

QUARTER = 2026 * 4
INFO = b"benchmark"
SECONDS = 0.15
"""For how long each way is timed in a round."""

ENVELOPE, BARE = "envelope", "bare HPKE, X-Wing"
CURVE, CIPHER = "HPKE, X25519", "AES-256-GCM alone"


@dataclass(frozen=True)
class Way:
    """A way to keep bytes secret: both directions, each call doing one message."""

    seal: Callable[[], object]
    open: Callable[[], object]


def ways(size: int) -> dict[str, Way]:
    """Return the ways to be compared, over the same ``size`` random bytes."""
    message = secrets.token_bytes(size)
    private = PrivateKey.from_seed(new_seed())
    envelope = seal(message, private.public, QUARTER)
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    curve = X25519PrivateKey.generate()
    curve_public = curve.public_key()
    hybrid = hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    )
    hybrid_public = hybrid.public_key()
    by_hybrid = SUITE.encrypt(message, hybrid_public, info=INFO)
    by_curve = suite.encrypt(message, curve_public, info=INFO)
    cipher = AESGCM(secrets.token_bytes(32))
    nonce = secrets.token_bytes(12)
    by_cipher = cipher.encrypt(nonce, message, None)
    found = {
        ENVELOPE: Way(
            lambda: seal(message, private.public, QUARTER),
            lambda: open_envelope(envelope, private),
        ),
        BARE: Way(
            lambda: SUITE.encrypt(message, hybrid_public, info=INFO),
            lambda: SUITE.decrypt(by_hybrid, hybrid, info=INFO),
        ),
        CURVE: Way(
            lambda: suite.encrypt(message, curve_public, info=INFO),
            lambda: suite.decrypt(by_curve, curve, info=INFO),
        ),
        CIPHER: Way(
            lambda: cipher.encrypt(secrets.token_bytes(12), message, None),
            lambda: cipher.decrypt(nonce, by_cipher, None),
        ),
    }
    for name, way in found.items():
        if way.open() != message:
            raise SystemExit(f"{name} does not give back what was sealed.")
    return found


def rate(call: Callable[[], object]) -> float:
    """Return how often ``call`` ran a second."""
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < SECONDS:
        for _ in range(20):
            call()
        done += 20
    return done / spent


def main(rounds: int) -> None:
    """Print rates of the envelope and its ratios to the baselines."""
    print(f"| plaintext | act | envelope, a second | to {BARE} | to {CURVE} | to {CIPHER} |")
    print("|---|---|--:|--:|--:|--:|")
    for size in BUCKETS.values():
        compared = ways(size)
        for act in ("seal", "open"):
            seen = [
                {name: rate(getattr(way, act)) for name, way in compared.items()}
                for _ in range(rounds)
            ]
            own = statistics.median(one[ENVELOPE] for one in seen)
            cells = [f"{size // 1024} KiB", act, f"{own:,.0f}"]
            for other in (BARE, CURVE, CIPHER):
                ratios = [one[ENVELOPE] / one[other] for one in seen]
                cells.append(
                    f"{statistics.median(ratios):.2g} ({min(ratios):.2g} to {max(ratios):.2g})"
                )
            print(f"| {' | '.join(cells)} |")
    print(f"\nMedian and range over {rounds} rounds; one core.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
