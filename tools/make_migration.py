"""Writes the next revision of the tables: what the rooms declare, minus what the revisions so far make.

python tools/make_migration.py "what changes and why"
python tools/make_migration.py --check          # fails when a revision is missing
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from assay.bootstrap import load_tables
from assay.storage.schema import FOLDER, alembic_config, newest_revision, walk
from assay.storage.sqlite import SqliteDatabase
from assay.storage.tables import metadata


def missing(connection: sa.Connection) -> list[object]:
    """What the declared tables have and the database has not, and the other way round."""
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def write_revision(message: str, folder: Path = FOLDER) -> Path:
    """Write the next revision into `folder`; returns its file."""
    newest = newest_revision(folder)
    number = f"{int(newest or 0) + 1:04}"
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:40].strip("_")
    with tempfile.TemporaryDirectory() as scratch:
        database = SqliteDatabase(Path(scratch) / "scratch.db")
        with database.migrating() as connection:
            if newest is not None:
                walk(connection, folder)
            config = alembic_config(connection, folder)
            config.set_main_option("file_template", f"r{number}_{slug}")
            command.revision(config, message, autogenerate=True, rev_id=number)
        database.close()
    file = folder / "versions" / f"r{number}_{slug}.py"
    file.write_text(re.sub(r" *# ### .* ###\n", "", file.read_text()))
    for step in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(file)], check=False)  # noqa: S603 - our own tool
    return file


def check() -> list[object]:
    """Differences between the newest revision and the declared tables."""
    with tempfile.TemporaryDirectory() as scratch:
        database = SqliteDatabase(Path(scratch) / "scratch.db")
        with database.migrating() as connection:
            walk(connection)
            found = missing(connection)
        database.close()
    return found


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("message", nargs="?", help="what changes and why")
    parser.add_argument("--check", action="store_true", help="only say whether a revision is missing")
    arguments = parser.parse_args()
    load_tables()
    if arguments.check:
        found = check()
        for difference in found:
            print(difference)
        return 1 if found else 0
    if not arguments.message:
        parser.error("say what changes")
    print(write_revision(arguments.message))
    return 0


if __name__ == "__main__":
    sys.exit(main())
