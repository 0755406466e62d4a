"""Assay: image-annotation infrastructure with figures that can be trusted."""

__version__ = "0.1.0"
