"""What can go wrong when quality is measured."""

from __future__ import annotations

from assay.kernel.errors import CorruptError, InvalidInputError, LimitError, UndefinedError


class GoldAnswersError(InvalidInputError):
    """Counts of units and errors on gold that cannot be right."""

    code = "quality.gold_answers"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Count the marks again; errors can never exceed the units of their image.")


class CalibrationSettingError(InvalidInputError):
    """A setting of a chart, filter or acceptance plan outside its range."""

    code = "quality.calibration_setting"

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} is {value!r}.", hint=f"Give {name} {allowed}.")


class CalibrationStateError(CorruptError):
    """A stored filter or chart that cannot be read back."""

    code = "quality.calibration_state"

    def __init__(self, what: str) -> None:
        super().__init__(f"The stored state cannot be read: {what}.", hint="Fold the gold answers again from scratch.")


class MarksMisshapenError(InvalidInputError):
    """Offsets, geometry and classes do not fit together."""

    code = "quality.marks_misshapen"

    def __init__(self, message: str) -> None:
        hint = "Give offsets (n_items + 1,) from 0 to n, geometry of n marks and classes (n,)."
        super().__init__(message, hint=hint)


class MarkInvalidError(InvalidInputError):
    """One mark is none: not finite, without extent, or beyond its image.

    Attributes:
        item: position of the item it lies on.
        row: which mark of that item, from 0.
    """

    code = "quality.mark_invalid"

    def __init__(self, shape: str, value: object, *, item: int, row: int, need: str) -> None:
        super().__init__(f"{shape.capitalize()} {row} of item {item} is {value}.", hint=f"A {shape} needs {need}.")
        self.item, self.row = item, row


class ItemsDifferError(InvalidInputError):
    """Two sides that must cover the same items do not."""

    code = "quality.items_differ"

    def __init__(self, n_left: int, n_right: int) -> None:
        hint = "Give both sides the same items in the same order; an item left empty has no boxes."
        super().__init__(f"One side has {n_left} items, the other {n_right}.", hint=hint)


class ThresholdInvalidError(InvalidInputError):
    """A threshold outside its range."""

    code = "quality.threshold_invalid"

    def __init__(self, name: str, value: float, *, low: float = 0.0, high: float = 1.0) -> None:
        hint = f"Choose {name} above {low:g} and at most {high:g}."
        super().__init__(f"{name} is {value}.", hint=hint)


class TooManyOverlapsError(LimitError):
    """So many boxes of one item overlap each other that matching them would not end."""

    code = "quality.too_many_overlaps"

    def __init__(self, item: int, *, n_boxes: int) -> None:
        hint = "Look for copies of the same box on this item, or raise the threshold."
        super().__init__(f"Item {item} has {n_boxes} boxes, and too many of them overlap.", hint=hint)
        self.item = item


class UnknownNameError(InvalidInputError):
    """A mode, preset or author nobody knows."""

    code = "quality.unknown_name"

    def __init__(self, what: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no {what} {name!r}.", hint=f"Known: {', '.join(known)}.")


class TooFewAuthorsError(UndefinedError):
    """Agreement and consensus need several authors."""

    code = "quality.too_few_authors"

    def __init__(self, n_authors: int) -> None:
        super().__init__(
            f"{n_authors} author cannot agree with anybody.", hint="Give the marks of at least two authors."
        )


class ClassOutOfRangeError(InvalidInputError):
    """A class number beyond the table asked for."""

    code = "quality.class_out_of_range"

    def __init__(self, label_class: int, n_classes: int) -> None:
        hint = "Ask for a table with all classes of the label schema."
        super().__init__(f"Class {label_class} does not fit into a table of {n_classes} classes.", hint=hint)


class ShapesDifferError(InvalidInputError):
    """Two sides hold marks that cannot be compared."""

    code = "quality.shapes_differ"

    def __init__(self, left: str, right: str) -> None:
        hint = "Compare marks of one shape; areas of different shapes can be compared as masks of the same size."
        super().__init__(f"One side has {left}, the other {right}.", hint=hint)


class VotesInvalidError(InvalidInputError):
    """Votes that cannot be counted."""

    code = "quality.votes_invalid"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="Give one item, author and class number, all from 0, for each vote.")


class AlphaUndefinedError(UndefinedError):
    """Chance-corrected agreement does not exist: nobody could have disagreed."""

    code = "quality.alpha_undefined"

    def __init__(self, what: str, *, n_items: int) -> None:
        hint = "It needs items that two people judged and at least two different answers in all."
        super().__init__(f"{what} is undefined on {n_items} items.", hint=hint)


class PairedScoresError(InvalidInputError):
    """Scores of two models that cannot be compared item by item."""

    code = "quality.paired_scores"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The scores cannot be compared: {what}.", hint="Give both models' scores on the same items, each 0 to 1."
        )


class HeadDataError(InvalidInputError):
    """Features or labels that a linear head cannot be fitted on, or used with."""

    code = "quality.head_data"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"A linear head cannot work with this: {what}.", hint="Give one row of finite features an item."
        )


class CertificateSettingError(InvalidInputError):
    """A setting of a certificate or its audits outside its range."""

    code = "quality.certificate_setting"

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} is {value!r}.", hint=f"Give {name} {allowed}.")
