"""Bedrock values everyone shares: ids, time, errors, estimates, marks. Import its modules by name."""
