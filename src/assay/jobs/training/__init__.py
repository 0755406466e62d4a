"""Trains models from releases, as durable runs: template difference for boards, linear heads for tags."""
