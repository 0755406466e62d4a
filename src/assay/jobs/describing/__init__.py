"""Describes items: eleven statistics and embeddings for each, kept as Parquet in the lake."""

from assay.jobs.describing.encoders import Encoder, OnnxEncoder, PlainEncoder, dataset_of, read_encoder
from assay.jobs.describing.features import read_features
from assay.jobs.describing.parquet import embeddings_table, matrix, read_parquet, statistics_table, write_parquet
from assay.jobs.describing.samples import Sample, sample, statistics_of
from assay.jobs.describing.worker import Describer

__all__ = [
    "Describer",
    "Encoder",
    "OnnxEncoder",
    "PlainEncoder",
    "Sample",
    "dataset_of",
    "embeddings_table",
    "matrix",
    "read_encoder",
    "read_features",
    "read_parquet",
    "sample",
    "statistics_of",
    "statistics_table",
    "write_parquet",
]
