"""One side's shares taken together: proof that they fit, and a new share in a lost one's place.

SLIP-39 splits the seed in two levels. A side's shares are points of one polynomial a byte over
GF(256); its value at 255 is the side's group share, that at 254 holds a digest of it. Here a side
finds that its shares give a group share whose digest is right. The group share of one side says
nothing about the seed, and nothing here ever takes both sides' shares.

Source: SLIP-39, "Shamir's secret-sharing scheme" and "Splitting and recovering".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shamir_mnemonic.share import Share as Slip39

from crypto.shares import MAX_SHARES, Share, ShareError, needed, parse, same_ceremony, unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECRET_PLACE, DIGEST_PLACE = 255, 254
DIGEST_BYTES = 4
_POLYNOMIAL = 0x11B  # x^8 + x^4 + x^3 + x + 1
_ORDER = 255


def _tables() -> tuple[list[int], list[int]]:
    """Return powers of the generator x + 1, and their logarithms."""
    powers, logs = [0] * _ORDER, [0] * (_ORDER + 1)
    value = 1
    for exponent in range(_ORDER):
        powers[exponent] = value
        logs[value] = exponent
        value ^= value << 1
        if value > _ORDER:
            value ^= _POLYNOMIAL
    return powers, logs


_POWERS, _LOGS = _tables()


def interpolate(points: Mapping[int, bytes], place: int) -> bytes:
    """Return the value at ``place`` of the polynomial through ``points``, byte by byte.

    Args:
        points: place (0 to 255) -> bytes, all of one length; as many as the degree plus one.
        place: where to evaluate (Lagrange's formula in GF(256)).
    """
    if place in points:
        return points[place]
    result = bytes(len(next(iter(points.values()))))
    for own, value in points.items():
        weight = sum(_LOGS[other ^ place] - _LOGS[other ^ own] for other in points if other != own)
        result = bytes(
            total ^ (_POWERS[(_LOGS[byte] + weight) % _ORDER] if byte else 0)
            for total, byte in zip(result, value, strict=True)
        )
    return result


@dataclass(frozen=True)
class Group:
    """One side's polynomial, known from enough of its shares. It opens nothing alone.

    Attributes:
        pattern: one of the shares it is known from.
        points: member index -> value, as many as are needed.
    """

    pattern: Share = field(repr=False)
    points: Mapping[int, bytes] = field(repr=False)

    def share(self, number: int) -> Share:
        """Return the side's share of a number, whether it was ever handed out or not.

        Args:
            number: from 1 to 16.
        """
        if not 1 <= number <= MAX_SHARES:
            raise ShareError(f"Shares are numbered from 1 to {MAX_SHARES}.")
        value = interpolate(self.points, number - 1)
        words = replace(_read(self.pattern), index=number - 1, value=value).mnemonic()
        return parse(words, f"share {number} of {self.pattern.side}")

    def numbers(self, hashes: Sequence[str]) -> dict[int, str]:
        """Return which numbers have shares with these hashes: number -> hash."""
        every = {number: self.share(number).hash for number in range(1, MAX_SHARES + 1)}
        return {number: found for number, found in every.items() if found in hashes}


def group_of(shares: Sequence[Share]) -> Group:
    """Return a side's group from its shares; more than enough is welcome.

    Raises:
        MissingShareError: none, or too few (a doubled share counts once).
        ShareError: shares of both sides or of different ceremonies, or that do not fit together.
    """
    same_ceremony(shares)
    if len({share.side for share in shares}) > 1:
        raise ShareError("Shares of both sides were given. Each side does this without the other.")
    distinct, doubled = unique(shares)
    need = needed(distinct[0].side, distinct, doubled)
    read = [_read(share) for share in distinct]
    group = Group(distinct[0], {share.index: share.value for share in read[:need]})
    fits = all(interpolate(group.points, share.index) == share.value for share in read)
    if not (fits and _digest_holds(group.points)):
        raise ShareError(
            f"These shares of {distinct[0].side} pass their own checksums but do not fit together:"
            " one is not what was handed out."
        )
    return group


def _read(share: Share) -> Slip39:
    return Slip39.from_mnemonic(share.mnemonic)


def _digest_holds(points: Mapping[int, bytes]) -> bool:
    """Tell whether the value at 254 is the digest of the value at 255, the group share."""
    digest = interpolate(points, DIGEST_PLACE)
    secret = interpolate(points, SECRET_PLACE)
    mac = hmac.new(digest[DIGEST_BYTES:], secret, hashlib.sha256).digest()
    return hmac.compare_digest(mac[:DIGEST_BYTES], digest[:DIGEST_BYTES])
