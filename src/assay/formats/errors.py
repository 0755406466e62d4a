"""What can go wrong between files and tables of marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.kernel.errors import ConflictError, CorruptError, InvalidInputError, LimitError, UnavailableError

if TYPE_CHECKING:
    from assay.formats.model import ReadReport


class UnsafePathError(InvalidInputError):
    """A name inside an annotation file leads out of the folder it came in."""

    code = "formats.unsafe_path"

    def __init__(self, named: str, reason: str) -> None:
        super().__init__(
            f"The path {shown(named)} {reason}.", hint="Paths must be relative and stay inside the imported folder."
        )
        self.reason = f"path {shown(named)} {reason}"


class FileRefusedError(InvalidInputError):
    """A whole file cannot be read as what it claims to be.

    Attributes:
        file: path inside the imported folder.
        place: line or path inside the file; empty for the file as a whole.
        reason: what is wrong, in plain words.
    """

    code = "formats.file_refused"

    def __init__(self, file: str, reason: str, *, place: str = "") -> None:
        where = f"{file}, {place}" if place else file
        super().__init__(f"{where}: {reason}.", hint="Mend or remove the file and import again; nothing was kept.")
        self.file = file
        self.place = place
        self.reason = reason


class RowsRefusedError(InvalidInputError):
    """Some rows are wrong and the strict mode takes all or nothing.

    Attributes:
        report: everything that was read and refused, each with its place.
    """

    code = "formats.rows_refused"

    def __init__(self, report: ReadReport) -> None:
        first = [*report.refused_files, *report.refused][0]
        count = report.n_refused + report.n_refused_files
        super().__init__(
            f"{count} of the rows or files cannot be taken; the first is {first.file}, {first.place}: {first.reason}."
            if first.place
            else f"{count} of the rows or files cannot be taken; the first is {first.file}: {first.reason}.",
            hint="Mend them, or import in the mode `skip_rows`, which leaves them out and lists them.",
        )
        self.report = report


class TooLargeError(LimitError):
    """A file, or something in it, is over a stated limit."""

    code = "formats.too_large"

    def __init__(self, what: str, *, limit: str) -> None:
        super().__init__(f"{what} is over the limit of {limit}.", hint="Split it into smaller files.")
        self.reason = f"over the limit of {limit}"


class UnknownFormatError(InvalidInputError):
    """No codec by that name, or none that knows the folder."""

    code = "formats.unknown_format"


class UnwritableError(InvalidInputError):
    """The labels cannot be written in the asked format at all."""

    code = "formats.unwritable"


class FolderExistsError(ConflictError):
    """The place to write to is taken; releases and exports never overwrite."""

    code = "formats.folder_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} already exists.", hint="Choose a new name; nothing is ever overwritten.")


class PackageMissingError(UnavailableError):
    """A small package that one format needs is not installed."""

    code = "formats.package_missing"

    def __init__(self, package: str, format_name: str) -> None:
        super().__init__(f"Reading {format_name} needs the package {package}.", hint="Run: pip install 'assay[server]'")


class BrokenReleaseError(CorruptError):
    """A release folder is not what was frozen.

    Attributes:
        faults: each broken file with its reason, as `verify_release` names them.
    """

    code = "formats.broken_release"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(
            f"The release folder has {len(faults)} faults; the first is {faults[0]}.",
            hint="Get the release again from where it was made; do not train on this copy.",
        )
        self.faults = faults


def shown(text: str, *, most: int = 80) -> str:
    """A stranger's text for a message: quoted, escaped, cut to `most` characters."""
    cut = text if len(text) <= most else text[:most] + "…"
    return "'" + cut.encode("unicode_escape").decode("ascii") + "'" if not cut.isprintable() else f"'{cut}'"
