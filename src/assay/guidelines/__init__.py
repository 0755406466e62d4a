"""Guidelines: versioned written rules made of numbered clauses with example images."""

from assay.guidelines.actions import add_example, guideline_action, publish_guideline, publish_guideline_in
from assay.guidelines.errors import ExampleNotFoundError, GuidelineInvalidError, GuidelineNotFoundError
from assay.guidelines.model import Clause, Example, Guideline
from assay.guidelines.queries import (
    current_guideline_version,
    get_example,
    get_guideline,
    guideline_in,
    list_guidelines,
)
from assay.guidelines.rules import parse_clauses, put_clause
from assay.guidelines.store import newest_version as newest_guideline_version

__all__ = [
    "Clause",
    "Example",
    "ExampleNotFoundError",
    "Guideline",
    "GuidelineInvalidError",
    "GuidelineNotFoundError",
    "add_example",
    "current_guideline_version",
    "get_example",
    "get_guideline",
    "guideline_action",
    "guideline_in",
    "list_guidelines",
    "newest_guideline_version",
    "parse_clauses",
    "publish_guideline",
    "publish_guideline_in",
    "put_clause",
]
