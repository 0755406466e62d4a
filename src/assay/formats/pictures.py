"""Finds the picture that a label file speaks of among the files that came along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from assay.formats.files import Files
from assay.formats.image_size import Size, upright_size
from assay.formats.paths import is_image, without_suffix


class Pictures:
    """The pictures among the files, by path, by name and by stem, whatever the case of their letters."""

    def __init__(self, files: Files, sizes: Mapping[str, Size]) -> None:
        self._files, self._sizes = files, sizes
        self.paths = [path for path in files.names() if is_image(path)]
        self._exact = frozenset(self.paths)
        self._folded: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in self.paths:
            self._folded.setdefault(path.casefold(), []).append(path)
            self._by_name.setdefault(PurePosixPath(path).name.casefold(), []).append(path)
            self._by_stem.setdefault(PurePosixPath(path).stem.casefold(), []).append(path)

    def find(self, candidates: Iterable[str]) -> str | None:
        """The first candidate that exists; else the only picture with the last candidate's file name, or its stem."""
        last = ""
        for candidate in candidates:
            last = candidate
            if candidate in self._exact:
                return candidate
            folded = self._folded.get(candidate.casefold(), [])
            if len(folded) == 1:
                return folded[0]
        for index, key in ((self._by_name, PurePosixPath(last).name), (self._by_stem, PurePosixPath(last).stem)):
            found = index.get(key.casefold(), [])
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def size(self, path: str | None) -> Size | None:
        """Upright size of a picture: the caller's, else from its header."""
        if path is None:
            return None
        return self._sizes.get(path) or upright_size(self._files, path)

    def under(self, folder: str) -> list[str]:
        """Pictures below a folder; all of them for the root."""
        return [path for path in self.paths if not folder or path.startswith(folder + "/")]

    def label_twins(self) -> dict[str, list[str]]:
        """Stem path, folded, to the pictures that share it."""
        twins: dict[str, list[str]] = {}
        for path in self.paths:
            twins.setdefault(without_suffix(path).casefold(), []).append(path)
        return twins
