"""Reads files of predictions, JSON lines or Parquet, row by row; a fault names its line or row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.serving import PredictionFileError

ROWS_AT_ONCE = 500
COLUMNS = ("item", "key", "marks", "confidence", "scores", "context", "predicted_at")


def prediction_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of a file as JSON values, each with where it stands, such as `line 3`.

    Args:
        path: ends in `.parquet` (columns named as in JSON, nested marks) or holds one JSON object a line.

    Raises:
        PredictionFileError: the file or a row of it cannot be read.
    """
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path)
    else:
        yield from _lines(path)


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for n, line in enumerate(file, 1):
                if line.strip():
                    yield f"line {n}", _object(path, f"line {n}", line)
    except (OSError, UnicodeDecodeError) as error:
        what = (error.strerror or "it cannot be read").lower() if isinstance(error, OSError) else "it is not UTF-8"
        raise PredictionFileError(path.name, "the file", what) from None


def _object(path: Path, where: str, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise PredictionFileError(path.name, where, f"not JSON ({error.msg}, column {error.colno})") from None
    if not isinstance(value, dict):
        raise PredictionFileError(path.name, where, "not a JSON object")
    return value


def _parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise PredictionFileError(path.name, "the file", f"not Parquet ({str(error)[:80]})") from None
    names = set(file.schema_arrow.names)
    unknown = sorted(names - set(COLUMNS))
    missing = sorted({"item", "key", "marks"} - names)
    if unknown or missing:
        what = f"it has no column {missing[0]!r}" if missing else f"the column {unknown[0]!r} is unknown"
        raise PredictionFileError(path.name, "the file", what)
    n = 0
    for batch in file.iter_batches(ROWS_AT_ONCE):
        for row in batch.to_pylist(maps_as_pydicts="strict"):
            n += 1
            yield f"row {n}", {name: value for name, value in _plain(row).items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any Arrow value
    """Values as JSON would have them: structs without their nulls, instants as text."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
