"""Wires the parts together; the only place that picks database, blobs, clock and keys."""
