"""Opens what a person points at: a folder, an archive or one label file, and reads the labels in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

from assay.formats import DictFiles, Files, FolderFiles, PackageMissingError, ReadOptions, ReadReport, codec, detect
from assay.formats.paths import is_image
from assay.kernel.marks import LabelSet
from assay.reports.errors import NoLabelsError, SourceMissingError

ARCHIVES: Final = (".zip", ".tar", ".tgz", ".gz")
MOST_ARCHIVE_BYTES: Final = 2 << 30  # an archive is held in memory; a larger one without its pictures
MOST_MEMBER_BYTES: Final = 512 << 20


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of one folder, archive or file.

    Attributes:
        path: what was asked for.
        format: name of the codec.
        label_set: the labels.
        read: what was refused, repaired and not kept.
        files: the files they came from, pictures included where there are any.
    """

    path: Path
    format: str
    label_set: LabelSet
    read: ReadReport
    files: Files

    @property
    def name(self) -> str:
        """The last part of the path, for people."""
        return self.path.name or str(self.path)


def read_labels(path: Path | str, *, format_name: str = "", author: str = "imported") -> Labels:
    """Read all labels below a path; wrong rows are left out and named in the report, never silently.

    Args:
        path: a folder, an archive (.zip, .tar, .tar.gz) or one label file, whose pictures may lie beside it.
        format_name: format; found out by looking when empty.
        author: who made marks for which the files name nobody.

    Raises:
        SourceMissingError: there is nothing.
        NoLabelsError: nothing in it is understood.
    """
    place = Path(path)
    files = open_files(place)
    name = format_name or detect(files)
    if name is None:
        raise NoLabelsError(place.name or str(place))
    label_set, report = codec(name).read(files, mode="skip_rows", options=ReadOptions(author=author))
    return Labels(place, name, label_set, report, files)


def open_files(path: Path) -> Files:
    """The files of a folder, an archive, or one label file together with the pictures beside it."""
    if path.is_dir():
        return FolderFiles(path)
    if not path.is_file():
        raise SourceMissingError(path.name or str(path))
    if path.name.lower().endswith(ARCHIVES):
        return _archive(path)
    return _OneFile(path)


class _OneFile:
    """One label file, and the pictures of its folder."""

    def __init__(self, path: Path) -> None:
        self._folder = FolderFiles(path.parent)
        self._alone = {} if path.name in self._folder.names() else {path.name: path.read_bytes()}  # a link, say
        self._names = tuple(sorted({path.name, *(name for name in self._folder.names() if is_image(name))}))

    def names(self) -> Sequence[str]:
        return self._names

    def size_bytes(self, name: str) -> int:
        return len(self._alone[name]) if name in self._alone else self._folder.size_bytes(name)

    def read(self, name: str, *, cap_bytes: int) -> bytes:
        if name in self._alone:
            return DictFiles(self._alone).read(name, cap_bytes=cap_bytes)
        return self._folder.read(name, cap_bytes=cap_bytes)

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self._alone[name]) if name in self._alone else self._folder.open(name)


def intake() -> Any:  # noqa: ANN401 - a module that needs more packages than the engine does
    """The safe intake of archives and pictures.

    Raises:
        PackageMissingError: its packages are not installed.
    """
    try:
        return import_module("assay.jobs.intake")
    except ImportError as error:
        raise PackageMissingError(error.name or "assay[server]", "archives and pictures") from None


def _archive(path: Path) -> Files:
    """The members of an archive, judged as a whole first; pictures only while they fit into memory."""
    module = intake()
    with module.open_path(path, module.Limits()) as source:
        contents: dict[str, bytes] = {}
        room = MOST_ARCHIVE_BYTES
        wanted: Callable[[str], bool] = lambda name: not is_image(name)
        texts, _ = module.read_texts(source, wanted, MOST_MEMBER_BYTES)
        contents |= texts
        room -= sum(map(len, texts.values()))
        for entry in source.entries(lambda name: not is_image(name)):
            if room <= 0 or isinstance(entry, module.Refusal):
                continue
            try:
                contents[entry.name] = entry.read(min(room, module.Limits().max_file_bytes))
            except module.PictureError:
                continue
            room -= len(contents[entry.name])
    return DictFiles(contents)
