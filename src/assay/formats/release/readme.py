"""The README.txt that lies in every release and tells how to check it with standard tools."""

README_TEXT = r"""This folder is a frozen release of image labels. It never changes; a new state is a new release.

What is here
  items.parquet         one row a picture: size, SHA-256, split, origin, physical object
  annotations.parquet   the accepted marks: class, shape, author (a pseudonym), guideline and schema version, evidence
  submissions.parquet   what each person handed in, when, in how long, with which verdict
  splits.parquet        train, val and test
  gold.parquet          items whose answer an expert signed (where the release holds gold)
  schema.json           the label schema          guideline.md, guideline.json   the written rules
  quality.json          the measured quality, each figure with its interval and counts
  release.json          name, counts and facts of this release
  images/               the pictures, named by their SHA-256 (only where they were exported)
  SHA256SUMS            the hash of every file above but the pictures, and of this text
  manifest.json         the same for programs, with sizes, facts and the digest
  signatures.json       who signed what, when and with which meaning, bound to the digest

Coordinates are pixels of the upright picture: origin top left, y down, pixel edges, so the first pixel is 0 to 1.
A picture without rows in annotations.parquet was looked at and has nothing to mark.

Read it:    pandas.read_parquet("annotations.parquet")     duckdb: SELECT * FROM 'annotations.parquet'

Check it without Assay
  1. Files:     sha256sum -c SHA256SUMS
  2. Pictures:  find images -type f | while read f; do n=${f##*/}; echo "${n%.*}  $f"; done | sha256sum -c
  3. Digest and signatures, with any Python:

import hashlib, json
def node(left, right): return hashlib.sha256(b"\x01" + left + right).digest()
def root(leaves):                       # the Merkle tree of RFC 6962
    if len(leaves) == 1: return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:k]), root(leaves[k:]))
lines = open("SHA256SUMS", "rb").read().splitlines(keepends=True)
digest = root([hashlib.sha256(b"\x00" + line).digest() for line in lines]).hex()
print("digest", digest)
print("manifest", "agrees" if json.load(open("manifest.json"))["digest"] == digest else "DIFFERS")
signed = json.load(open("signatures.json"))
seal = signed.pop("seal")
body = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
print("signatures", "sealed" if hashlib.sha256(body).hexdigest() == seal else "CHANGED")
for record in signed["signatures"]:
    word = "for this release" if record["digest"] == digest else "FOR ANOTHER RELEASE"
    print(record["name"], record["signed_at"], record["meaning"], word)

Compare the digest with the one you were told when the release was made: whoever can rewrite this whole folder can
rewrite every hash in it, but cannot make another folder with the same digest.
"""
