"""Read-only questions across rooms: the overview, a person's page, classes, items, doubtful labels, practices."""

from assay.insights.actions import dismiss_finding, draft_clause, publish_finding
from assay.insights.browse import Found, FoundPage, Shown, Wanted, find_items, find_page, shown_on
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
    Care,
    ChartPoint,
    Crop,
    CropMark,
    Finding,
    FindingSide,
    Look,
    Looked,
    Overview,
    PersonPage,
    PersonRow,
    Point,
    Progress,
    Reach,
    Series,
    StandingWord,
)
from assay.insights.pace import Pace, Paced, pace_of, read_pace
from assay.insights.pairs import PairF1, pairs_of, read_pairs
from assay.insights.practices import Practices, findings_in, last_look
from assay.insights.queries import OwnFigures, read_crops, read_own_figures, read_person
from assay.insights.readiness import Question, Readiness, read_readiness
from assay.insights.snapshots import Snapshot, Snapshots

__all__ = [
    "AlarmView",
    "Care",
    "ChartPoint",
    "ClassNotFoundError",
    "ClassPage",
    "Crop",
    "CropMark",
    "Doubt",
    "DoubtNotFoundError",
    "Finding",
    "FindingNotFoundError",
    "FindingSide",
    "Found",
    "FoundPage",
    "Look",
    "Looked",
    "Overview",
    "OwnFigures",
    "Pace",
    "Paced",
    "PairF1",
    "PersonNotFoundError",
    "PersonPage",
    "PersonRow",
    "PlaceNotFoundError",
    "Point",
    "Practices",
    "Progress",
    "Question",
    "Reach",
    "Readiness",
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
    "draft_clause",
    "find_doubts",
    "find_items",
    "find_page",
    "findings_in",
    "last_look",
    "pace_of",
    "pairs_of",
    "publish_finding",
    "read_class",
    "read_crops",
    "read_own_figures",
    "read_pace",
    "read_pairs",
    "read_person",
    "read_readiness",
    "shown_on",
    "surroundings",
]
