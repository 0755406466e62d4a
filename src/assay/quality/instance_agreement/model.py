"""What instance-level agreement is asked with and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from assay.kernel import native
from assay.kernel.estimate import Estimate
from assay.quality.tag_agreement import Level


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of marks on which agreement is measured.

    Attributes:
        values: author to (n_marks,) numbers, NaN where the mark has no value; categories as numbers.
        level: `nominal`, `ordinal` or `interval`.
    """

    values: Mapping[str, ArrayLike]
    level: Level = "nominal"


@dataclass(frozen=True, eq=False)
class InstanceAgreement:
    """Agreement beyond chance: 1 is full agreement, 0 what two sheets of different images agree on, below 0 worse.

    The value of a person on an image is the whole set of their marks; the image is the unit (Krippendorff's reading).

    Attributes:
        existence: do they draw the same things? Classes are not looked at.
        existence_and_class: the same, a pair counting only if both name the same class.
        total: the same, a pair counting by its IoU (the panoptic quality of two people, corrected for chance).
        label_class: given that two marks match, do they name the same class? Krippendorff's nominal alpha.
        geometry: given that two marks match, how closely do they agree? 0 is what marks matched by accident have.
        attributes: attribute to its alpha on matched pairs.
        lost_existence: share of what could agree that is lost because only one of two people drew it.
        lost_class: share lost because the classes differ.
        lost_geometry: share lost because the outlines differ; the three add up to the disagreement of `total`.
        by_chance: disagreement of two sheets taken at random, for existence, existence and class, and total.
        undefined: part to the reason why it has no value.
        threshold: smallest IoU that matches.
        n_pairs: pairs of people on an image that were compared.
        backend: `compiled` or `numpy`.
    """

    existence: Estimate
    existence_and_class: Estimate
    total: Estimate
    label_class: Estimate
    geometry: Estimate
    attributes: dict[str, Estimate]
    lost_existence: Estimate
    lost_class: Estimate
    lost_geometry: Estimate
    by_chance: tuple[float, float, float] | None
    undefined: dict[str, str] = field(default_factory=dict)
    threshold: float = 0.5
    n_pairs: int = 0
    backend: native.Backend = native.BACKEND
