"""Drift: monitors on arriving items, their checks, and diagnoses."""
