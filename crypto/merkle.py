"""Merkle trees of RFC 9162: root, inclusion and consistency, and their verification.

A hash is 32 bytes of SHA-256; leaves and nodes are told apart by a first byte (RFC 9162, 2.1.1).
Proofs are lists of hashes in the order of the RFC. Verification returns a truth value; wrong
arguments when *making* a proof raise ``MerkleError``.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from crypto.errors import CryptoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256().digest()


class MerkleError(CryptoError):
    """A proof was asked for that the tree cannot give."""


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry into a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size`` (``size`` at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, level by level (linear time, no recursion).

    A level's odd last node moves up unchanged, which yields the RFC's recursive definition.
    """
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [node_hash(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def root(entries: Iterable[bytes]) -> bytes:
    """Return the tree hash of ``entries`` in order; of none, SHA-256 of nothing."""
    return _root_of_hashes([leaf_hash(entry) for entry in entries])


class GrowingTree:
    """A tree that entries are appended to; its root is known at each size.

    Keeps the roots of the complete subtrees only (at most one per power of two), so that appending
    and the root cost the logarithm of the size.
    """

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, entry: bytes) -> None:
        """Add an entry at the end."""
        size, node = 1, leaf_hash(entry)
        while self._peaks and self._peaks[-1][0] == size:
            node = node_hash(self._peaks.pop()[1], node)
            size *= 2
        self._peaks.append((size, node))

    @property
    def size(self) -> int:
        """The number of entries so far."""
        return sum(size for size, _ in self._peaks)

    @property
    def root(self) -> bytes:
        """The tree hash of all entries so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node


def sorted_root(entries: Iterable[bytes]) -> bytes:
    """Return the tree hash of ``entries`` sorted by their bytes: the root of a set's contents.

    For sets whose order must not matter or must not be told (a week's envelopes, a run's data
    hash). Repeated entries stay repeated.
    """
    return root(sorted(entries))


def inclusion_proof(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return the audit path of entry ``index`` (RFC 9162, 2.1.3.1).

    Raises:
        MerkleError: there is no such entry.
    """
    if not 0 <= index < len(entries):
        raise MerkleError(f"There is no entry {index} among {len(entries)}.")
    hashes = [leaf_hash(entry) for entry in entries]
    path: list[bytes] = []
    low, high = 0, len(hashes)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_root_of_hashes(hashes[middle:high]))
            high = middle
        else:
            path.append(_root_of_hashes(hashes[low:middle]))
            low = middle
    return path[::-1]


def verify_inclusion(
    entry: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> bool:
    """Tell whether ``proof`` shows ``entry`` at ``index`` in the tree of ``size`` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, result = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and hmac.compare_digest(result, tree_root)


def consistency_proof(first: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the tree of the ``first`` entries grew into this one (2.1.4.1).

    Raises:
        MerkleError: ``first`` is not between 1 and the number of entries.
    """
    if not 1 <= first <= len(entries):
        raise MerkleError(f"No consistency proof from {first} to {len(entries)} entries.")
    hashes = [leaf_hash(entry) for entry in entries]
    path: list[bytes] = []
    low, high, whole = 0, len(hashes), True
    while first - low < high - low:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(_root_of_hashes(hashes[middle:high]))
            high = middle
        else:
            path.append(_root_of_hashes(hashes[low:middle]))
            low, whole = middle, False
    if not whole:
        path.append(_root_of_hashes(hashes[low:high]))
    return path[::-1]


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Tell whether ``proof`` shows that the second tree extends the first (2.1.4.2)."""
    if not 1 <= first <= second:
        return False
    if first == second:
        return not proof and hmac.compare_digest(first_root, second_root)
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return (
        last == 0 and hmac.compare_digest(old, first_root) and hmac.compare_digest(new, second_root)
    )
