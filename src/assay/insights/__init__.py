"""Read-only questions across rooms: the overview, a person's page, one's own figures, practice that differs."""

from assay.insights.actions import dismiss_finding, publish_finding
from assay.insights.errors import FindingNotFoundError, PersonNotFoundError
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
from assay.insights.queries import OwnFigures, read_crops, read_own_figures, read_person
from assay.insights.snapshots import Snapshot, Snapshots

__all__ = [
    "AlarmView",
    "ChartPoint",
    "Crop",
    "CropMark",
    "Finding",
    "FindingNotFoundError",
    "Overview",
    "OwnFigures",
    "PersonNotFoundError",
    "PersonPage",
    "PersonRow",
    "Point",
    "Progress",
    "Series",
    "Snapshot",
    "Snapshots",
    "StandingWord",
    "dismiss_finding",
    "publish_finding",
    "read_crops",
    "read_own_figures",
    "read_person",
]
