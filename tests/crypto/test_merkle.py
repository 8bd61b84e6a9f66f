"""Merkle trees against Certificate Transparency's vectors and RFC 9162's own example."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import merkle
from crypto.merkle import MerkleError, leaf_hash, node_hash

# The entries and roots that Certificate Transparency's implementations share.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def recursive_root(entries):
    """RFC 9162, 2.1.1, as it is written."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return leaf_hash(entries[0])
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return node_hash(recursive_root(entries[:k]), recursive_root(entries[k:]))


@pytest.mark.parametrize("size", range(9))
def test_roots(size):
    assert merkle.root(ENTRIES[:size]).hex() == ROOTS[size]


def test_the_example_of_the_rfc():
    """RFC 9162, 2.1.5: the tree of seven, its paths and its consistency proofs."""
    d = ENTRIES[:7]
    a, b, c, dd, e, f, j = (leaf_hash(entry) for entry in d)
    g, h, i = node_hash(a, b), node_hash(c, dd), node_hash(e, f)
    k, el = node_hash(g, h), node_hash(i, j)
    assert merkle.root(d) == node_hash(k, el)
    assert merkle.inclusion_proof(0, d) == [b, h, el]
    assert merkle.inclusion_proof(3, d) == [c, g, el]
    assert merkle.inclusion_proof(4, d) == [f, j, k]
    assert merkle.inclusion_proof(6, d) == [i, k]
    assert merkle.consistency_proof(3, d) == [c, dd, g, el]
    assert merkle.consistency_proof(4, d) == [el]
    assert merkle.consistency_proof(6, d) == [i, j, k]


def test_a_growing_tree_has_the_root_of_each_size():
    tree = merkle.GrowingTree()
    for size, entry in enumerate(ENTRIES):
        assert (tree.size, tree.root.hex()) == (size, ROOTS[size])
        tree.append(entry)
    assert (tree.size, tree.root.hex()) == (8, ROOTS[8])
    for size, entry in enumerate(entries_of(70), start=9):
        tree.append(entry)
        assert (tree.size, tree.root) == (size, merkle.root([*ENTRIES, *entries_of(size - 8)]))


def entries_of(size):
    return [b"entry %d" % i for i in range(size)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.binary(max_size=8), max_size=70))
def test_root_is_the_recursive_definition(entries):
    assert merkle.root(entries) == recursive_root(entries)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_inclusion(size):
    entries = entries_of(size)
    root = merkle.root(entries)
    for index in range(size):
        proof = merkle.inclusion_proof(index, entries)
        assert merkle.verify_inclusion(entries[index], index, size, proof, root)
        for other in range(size):
            if other != index:
                assert not merkle.verify_inclusion(entries[index], other, size, proof, root)
                assert not merkle.verify_inclusion(entries[other], index, size, proof, root)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_consistency(size):
    entries = entries_of(size)
    root = merkle.root(entries)
    for first in range(1, size + 1):
        old = merkle.root(entries[:first])
        proof = merkle.consistency_proof(first, entries)
        assert merkle.verify_consistency(first, size, proof, old, root)
        if first < size:
            forged = merkle.root([*entries[: first - 1], b"another"])
            assert not merkle.verify_consistency(first, size, proof, forged, root)
            assert not merkle.verify_consistency(first, size, proof, old, old)
            assert not merkle.verify_consistency(first, size, proof[:-1], old, root)
            assert not merkle.verify_consistency(first, size, [*proof, root], old, root)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.data())
def test_a_changed_proof_is_refused(data):
    size = data.draw(st.integers(2, 200))
    entries = entries_of(size)
    root = merkle.root(entries)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, entries)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof]
    changed[place] = hashlib.sha256(proof[place]).digest()
    for wrong in (changed, proof[:place] + proof[place + 1 :], [*proof, proof[0]], proof[::-1]):
        if wrong != proof:
            assert not merkle.verify_inclusion(entries[index], index, size, wrong, root)


def test_a_node_is_no_entry():
    """Leaves and nodes are hashed apart, so an inner node cannot pass as an entry."""
    inner = leaf_hash(ENTRIES[0]) + leaf_hash(ENTRIES[1])
    assert merkle.root([inner]) != merkle.root(ENTRIES[:2])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.binary(min_size=1, max_size=4), max_size=20), st.randoms(use_true_random=False))
def test_sorted_root_has_no_order_but_counts_repeats(entries, random):
    shuffled = [*entries]
    random.shuffle(shuffled)
    assert merkle.sorted_root(shuffled) == merkle.sorted_root(entries)
    assert merkle.sorted_root([*entries, b"x", b"x"]) != merkle.sorted_root([*entries, b"x"])


def test_arguments_out_of_range():
    for index in (-1, 3):
        with pytest.raises(MerkleError, match=f"no entry {index} among 3"):
            merkle.inclusion_proof(index, ENTRIES[:3])
    for first in (0, 4):
        with pytest.raises(MerkleError, match=f"from {first} to 3 entries"):
            merkle.consistency_proof(first, ENTRIES[:3])
    root = merkle.root(ENTRIES[:3])
    assert not merkle.verify_inclusion(b"", -1, 3, [], root)
    assert not merkle.verify_inclusion(b"", 0, 0, [], root)
    assert not merkle.verify_inclusion(b"", 1, 1, [], merkle.root([b""]))
    assert not merkle.verify_consistency(0, 3, [], merkle.EMPTY_ROOT, root)
    assert not merkle.verify_consistency(3, 2, [], root, root)
    assert not merkle.verify_consistency(3, 3, [root], root, root)
    assert not merkle.verify_consistency(3, 5, [], root, root)
