"""`assay embed`: statistics and embeddings of every picture, as one Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import AsJson, make_app, show

app = make_app()
_SHOWN = 5


@app.command()
def embed(
    pictures: Annotated[Path, typer.Argument(help="Folder or archive of pictures.")],
    *,
    out: Annotated[Path, typer.Option(help="Parquet file to write; it must not be there.")],
    encoder: Annotated[
        Path | None, typer.Option(help="ONNX file; `FILE.json` beside it may hold mean, scale, layout, colours.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Describe every picture: eleven statistics, and an embedding that needs no model unless you bring one."""
    import pyarrow.parquet as pq

    from assay.jobs.describing import OnnxEncoder, read_encoder
    from assay.jobs.describing.files import describe_pictures
    from assay.reports.errors import FeaturesFileError, SourceMissingError, TargetExistsError
    from assay.reports.features import features_table

    if out.exists():
        raise TargetExistsError(out.name)
    if encoder is not None and not encoder.is_file():
        raise SourceMissingError(encoder.name)
    made = None if encoder is None else OnnxEncoder(*read_encoder(encoder), encoder.name)
    found = describe_pictures(pictures, made)
    if not found.items:
        raise FeaturesFileError(pictures.name, "there is no picture in it that can be described")
    out.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(features_table(found.items, found.statistics, found.embeddings), out, compression="zstd")
    width = found.embeddings.shape[1]
    lines = [f"{len(found.items)} pictures, 11 statistics and {width} numbers each: {out}"]
    lines += [f"refused: {name}: {why}" for name, why in found.refused[:_SHOWN]]
    refused = [{"name": name, "reason": why} for name, why in found.refused]
    value = {"n": len(found.items), "width": width, "out": str(out), "refused": refused}
    show(value, lines, as_json=as_json)
