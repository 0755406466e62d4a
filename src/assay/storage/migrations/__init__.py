"""The history of the tables, one revision a file in `versions/`; made by `tools/make_migration.py`."""
