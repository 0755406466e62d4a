"""Starts a worker."""
