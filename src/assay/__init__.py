"""Assay: image-annotation infrastructure with figures that can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.client import AsyncClient, Client
    from assay.reports.engine import (
        agree,
        annotators,
        audit_labels,
        audit_result,
        consensus,
        findings,
        item_rows,
        look,
        measure,
        score,
    )
    from assay.reports.learning import check_drift, diagnose_answers, select_next

__version__ = "0.1.0"
__all__ = [
    "AsyncClient",
    "Client",
    "__version__",
    "agree",
    "annotators",
    "audit_labels",
    "audit_result",
    "check_drift",
    "consensus",
    "diagnose_answers",
    "findings",
    "item_rows",
    "look",
    "measure",
    "score",
    "select_next",
]

# Loaded when first used: `import assay` pulls in nothing but the standard library.
_ENGINE = (
    "agree", "annotators", "audit_labels", "audit_result", "consensus", "findings", "item_rows", "look", "measure",
    "score",
)  # fmt: skip
_LEARNING = ("check_drift", "diagnose_answers", "select_next")
_LATER = (
    {"AsyncClient": "assay.client", "Client": "assay.client"}
    | dict.fromkeys(_ENGINE, "assay.reports.engine")
    | dict.fromkeys(_LEARNING, "assay.reports.learning")
)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    if name not in _LATER:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when something is asked for

    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
