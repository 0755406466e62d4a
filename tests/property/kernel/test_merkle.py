"""Laws of the Merkle tree: the proofs hold, tampered ones do not, and an independent library finds the same roots."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from assay.kernel.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    verify_consistency,
    verify_inclusion,
)

entries = st.lists(st.binary(max_size=6), min_size=1, max_size=70)


@settings(max_examples=60, deadline=None)
@given(entries=entries, data=st.data())
def test_roots_and_paths_equal_those_of_pymerkle(entries: list[bytes], data: st.DataObject) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in entries]
    assert merkle_root(leaves) == tree.get_root()
    index = data.draw(st.integers(0, len(leaves) - 1))
    theirs = list(tree.prove_inclusion(index + 1).path)  # counts from 1
    assert sorted(theirs) == sorted([leaves[index], *inclusion_proof(leaves, index)])


@settings(max_examples=100, deadline=None)
@given(entries=entries, data=st.data())
def test_every_proof_holds_and_no_changed_one_does(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    root, size = merkle_root(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"another entry"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    if proof:
        spot = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:spot], bytes([proof[spot][0] ^ 1, *proof[spot][1:]]), *proof[spot + 1 :]]
        assert not verify_inclusion(leaves[index], index, size, bent, root)
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)


@settings(max_examples=100, deadline=None)
@given(entries=entries, data=st.data())
def test_an_appended_tree_is_consistent_and_a_rewritten_one_is_not(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    old_size = data.draw(st.integers(0, len(leaves)))
    old_root, root = merkle_root(leaves[:old_size]), merkle_root(leaves)
    proof = consistency_proof(leaves, old_size)
    assert verify_consistency(old_size, old_root, len(leaves), root, proof)
    assert not verify_consistency(old_size, leaf_hash(b"rewritten"), len(leaves), root, proof)
    if old_size:  # nothing is the beginning of every tree
        assert not verify_consistency(old_size, old_root, len(leaves), leaf_hash(b"rewritten"), proof)
    assert not verify_consistency(old_size, old_root, len(leaves), root, [*proof, root])
