"""The Merkle tree against the worked example of RFC 6962 section 2.1.3 and the published CT test roots."""

from __future__ import annotations

import pytest

from assay.kernel.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# Entries and roots of the reference tests of the Certificate Transparency project.
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

# The seven-leaf tree drawn in RFC 6962 section 2.1.3, with its letters.
LEAVES = [leaf_hash(bytes([i])) for i in range(7)]
A, B, C, D, E, F, J = LEAVES
G, H, I_ = node_hash(A, B), node_hash(C, D), node_hash(E, F)
K, L = node_hash(G, H), node_hash(I_, J)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_equal_the_published_ones(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in CT_ENTRIES[:size]]
    assert merkle_root(leaves).hex() == CT_ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle_root([]) == EMPTY_ROOT == Frontier().root()


@pytest.mark.parametrize(("index", "proof"), [(0, [B, H, L]), (3, [C, G, L]), (4, [F, J, K]), (6, [I_, K])])
def test_inclusion_proofs_equal_those_of_the_rfc(index: int, proof: list[bytes]) -> None:
    assert inclusion_proof(LEAVES, index) == proof
    assert verify_inclusion(LEAVES[index], index, 7, proof, merkle_root(LEAVES))


@pytest.mark.parametrize(("old_size", "proof"), [(3, [C, D, G, L]), (4, [L]), (6, [I_, J, K])])
def test_consistency_proofs_equal_those_of_the_rfc(old_size: int, proof: list[bytes]) -> None:
    assert consistency_proof(LEAVES, old_size) == proof
    assert verify_consistency(old_size, merkle_root(LEAVES[:old_size]), 7, merkle_root(LEAVES), proof)


def test_a_leaf_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 7)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 8)
    assert not verify_inclusion(LEAVES[0], 7, 7, [], merkle_root(LEAVES))


def test_an_inner_node_cannot_pose_as_a_leaf() -> None:
    assert merkle_root([leaf_hash(A + B)]) != merkle_root([A, B])


def test_a_tree_is_consistent_with_itself_and_with_nothing_but_takes_no_padding() -> None:
    root = merkle_root(LEAVES)
    assert verify_consistency(7, root, 7, root, [])
    assert verify_consistency(0, EMPTY_ROOT, 7, root, [])
    assert not verify_consistency(7, root, 7, root, [A])
    assert not verify_consistency(0, root, 7, root, [])
    assert not verify_consistency(8, root, 7, root, [])
    assert not verify_consistency(3, merkle_root(LEAVES[:3]), 7, root, [])


def test_a_stored_frontier_goes_on_where_it_stopped() -> None:
    frontier = Frontier()
    for leaf in LEAVES[:5]:
        frontier.append(leaf)
    again = Frontier.from_json(frontier.to_json())
    for leaf in LEAVES[5:]:
        again.append(leaf)
    assert again.root() == merkle_root(LEAVES)
    assert again.size == 7
