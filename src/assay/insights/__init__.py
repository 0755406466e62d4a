"""Read-only questions across rooms: the overview, a person's page, one's own figures, practice that differs."""

from assay.insights.actions import dismiss_finding, publish_finding
from assay.insights.browse import Found, Shown, Wanted, find_items, shown_on
from assay.insights.class_page import ClassPage, Spread, read_class
from assay.insights.doubts import Doubt, decide_doubt, decisions, find_doubts
from assay.insights.errors import (
    ClassNotFoundError,
    DoubtNotFoundError,
    FindingNotFoundError,
    PersonNotFoundError,
    PlaceNotFoundError,
)
from assay.insights.findings import surroundings
from assay.insights.model import (
    AlarmView,
    ChartPoint,
    Crop,
    CropMark,
    Finding,
    Overview,
    PersonPage,
    PersonRow,
    Point,
    Progress,
    Series,
    StandingWord,
)
from assay.insights.pairs import PairF1, pairs_of, read_pairs
from assay.insights.queries import OwnFigures, read_crops, read_own_figures, read_person
from assay.insights.snapshots import Snapshot, Snapshots

__all__ = [
    "AlarmView",
    "ChartPoint",
    "ClassNotFoundError",
    "ClassPage",
    "Crop",
    "CropMark",
    "Doubt",
    "DoubtNotFoundError",
    "Finding",
    "FindingNotFoundError",
    "Found",
    "Overview",
    "OwnFigures",
    "PairF1",
    "PersonNotFoundError",
    "PersonPage",
    "PersonRow",
    "PlaceNotFoundError",
    "Point",
    "Progress",
    "Series",
    "Shown",
    "Snapshot",
    "Snapshots",
    "Spread",
    "StandingWord",
    "Wanted",
    "decide_doubt",
    "decisions",
    "dismiss_finding",
    "find_doubts",
    "find_items",
    "pairs_of",
    "publish_finding",
    "read_class",
    "read_crops",
    "read_own_figures",
    "read_pairs",
    "read_person",
    "shown_on",
    "surroundings",
]
