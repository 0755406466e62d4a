"""What can go wrong when the engine looks at files."""

from __future__ import annotations

from collections.abc import Sequence

from assay.kernel.errors import AssayError, ConflictError, InvalidInputError, NotFoundError, UndefinedError


class SourceMissingError(NotFoundError):
    """A path given to the engine leads nowhere."""

    code = "reports.source_missing"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no file or folder {path}.", hint="Name a folder, an archive or a label file.")


class NoLabelsError(InvalidInputError):
    """Nothing in a folder, archive or file is understood as labels."""

    code = "reports.no_labels"

    def __init__(self, path: str) -> None:
        hint = "Read are COCO, Pascal VOC, YOLO, CVAT, Label Studio, LabelMe, CSV, JSON Lines, Parquet and releases."
        super().__init__(f"{path} holds no labels that are understood.", hint=hint)


class NothingInCommonError(UndefinedError):
    """Two sets of labels speak of different pictures."""

    code = "reports.nothing_in_common"

    def __init__(self, one: str, other: str) -> None:
        hint = "Pictures are matched by path, then by file name, then by file name without its ending."
        super().__init__(f"{one} and {other} have no picture in common.", hint=hint)


class OnePersonOnlyError(UndefinedError):
    """A comparison of people where the labels name one."""

    code = "reports.one_person_only"

    def __init__(self, author: str) -> None:
        hint = "Give the others with --who NAME=PATH, once for each."
        super().__init__(f"All labels are by {author}; there is nobody to compare with.", hint=hint)


class NoAreasError(UndefinedError):
    """Labels without boxes, rotated boxes, polygons or masks."""

    code = "reports.no_areas"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} has no boxes, polygons or masks.", hint="Tags are compared by `assay agree`.")


class NameTakenError(InvalidInputError):
    """The same name given to two sets of labels, or a name without a path."""

    code = "reports.name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} cannot be a name here.", hint="Write --who NAME=PATH, each name once.")


class UnknownClassError(NotFoundError):
    """A class asked for that the labels do not have."""

    code = "reports.unknown_class"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no class {name!r}.", hint=f"The labels have: {', '.join(known[:20])}.")


class TableInvalidError(InvalidInputError):
    """A table or data frame that is no table of marks."""

    code = "reports.table_invalid"

    def __init__(self, reason: str) -> None:
        hint = "It needs item, label_class and x_min_px, y_min_px, x_max_px, y_max_px in pixels."
        super().__init__(f"The table cannot be read as marks: {reason}.", hint=hint)


class RulesInvalidError(InvalidInputError):
    """A file of rules that cannot be understood."""

    code = "reports.rules_invalid"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}.", hint="docs/engine.md shows what a file of rules looks like.")


class TargetExistsError(ConflictError):
    """A file or folder to be written is there already."""

    code = "reports.target_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} already exists.", hint="Name another; nothing is ever overwritten.")


class SheetInvalidError(InvalidInputError):
    """A filled-in audit sheet that cannot be read.

    Attributes:
        line: in the sheet, counted from 1; 0 for the sheet as a whole.
    """

    code = "reports.sheet_invalid"

    def __init__(self, name: str, line: int, reason: str) -> None:
        where = f"{name}, line {line}" if line else name
        super().__init__(f"{where}: {reason}.", hint="Mend that line; answers of the other lines are kept.")
        self.line = line


class RowsRefusedError(InvalidInputError):
    """A file of rows holds something that cannot be measured."""

    code = "reports.rows_refused"

    def __init__(self, file: str, error: AssayError) -> None:
        super().__init__(f"{file}: {error.message}", hint=error.hint)


class StateMismatchError(ConflictError):
    """What was kept of an interrupted run does not belong to this one."""

    code = "reports.state_mismatch"

    def __init__(self, state: str, why: str) -> None:
        hint = "Name another file with --state, or delete this one to begin again."
        super().__init__(f"{state} cannot be taken up: {why}.", hint=hint)


class FeaturesFileError(InvalidInputError):
    """A file of descriptions, labels or answers that cannot be read."""

    code = "reports.features_file"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} cannot be read: {reason}.", hint="`assay embed FOLDER --out FILE` writes such a file."
        )


class ScoresUnreadableError(InvalidInputError):
    """A file of scores that cannot be read; names the line."""

    code = "reports.scores_unreadable"

    def __init__(self, file: str, line: int, what: str) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{file}: {where}{what}.", hint="A row is item,synthetic,<score with 14 labels>,...")
