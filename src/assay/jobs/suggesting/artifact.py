"""The file of Assay's own models: a line of JSON, then plain arrays; never a pickle, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.jobs.suggesting.errors import ArtifactBrokenError
from assay.kernel.canonical import canonical_json

MAGIC: Final = b"ASSAY-MODEL-1\n"
TYPES: Final = {"<f4", "<f8", "<i4", "<i8"}
MAX_HEAD_BYTES: Final = 1 << 20
MAX_ARRAYS: Final = 200


def pack_arrays(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write named arrays and what they are for."""
    listed, body = [], []
    for name, array in sorted(arrays.items()):
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        assert plain.dtype.str in TYPES, f"{name} is {plain.dtype}"
        listed.append({"name": name, "type": plain.dtype.str, "shape": list(plain.shape)})
        body.append(plain.tobytes())
    head = canonical_json({"meta": dict(meta), "arrays": listed})
    return b"".join([MAGIC, head, b"\n", *body])


def unpack_arrays(data: bytes, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What `pack_arrays` wrote: the meta data and the arrays; every length is checked before it is believed.

    Args:
        kind: what `meta.kind` must say.

    Raises:
        ArtifactBrokenError: it is something else, cut off, or longer than it says.
    """
    if not data.startswith(MAGIC):
        raise ArtifactBrokenError(f"it does not begin like a model of Assay's own (it begins with {data[:8]!r})")
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEAD_BYTES)
    try:
        head: dict[str, Any] = json.loads(data[len(MAGIC) : end]) if end > 0 else {}
        meta, listed = dict(head["meta"]), list(head["arrays"])
        arrays, place = {}, end + 1
        for entry in listed[: MAX_ARRAYS + 1]:
            kind_of, shape = entry["type"], tuple(int(n) for n in entry["shape"])
            if kind_of not in TYPES or any(n < 0 for n in shape):
                raise ArtifactBrokenError(f"its array {entry['name']!r} is {kind_of} of shape {shape}")
            size = np.dtype(kind_of).itemsize * int(np.prod([1, *shape], dtype=object))
            if place + size > len(data):
                raise ArtifactBrokenError(f"it is cut off in the array {entry['name']!r}")
            arrays[str(entry["name"])] = np.frombuffer(
                data, kind_of, size // np.dtype(kind_of).itemsize, place
            ).reshape(shape)
            place += size
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactBrokenError("its first line is not the description of a model") from error
    if place != len(data) or len(listed) > MAX_ARRAYS:
        raise ArtifactBrokenError(f"it has {len(data) - place} bytes more than it says")
    if meta.get("kind") != kind:
        raise ArtifactBrokenError(f"it is a model of the kind {meta.get('kind')!r}, not {kind!r}")
    return meta, arrays
