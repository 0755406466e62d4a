"""The model card: what a version is, what it is for, how good it was measured to be and where it fails; as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.kernel.clock import iso
from assay.models.model import Evaluation, ModelVersion

MARKDOWN = str.maketrans({c: f"\\{c}" for c in r"\`*_{}[]<>|#"})
OVERALL = (
    ("f1", "F1"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("right_items", "Images without an error"),
    ("map33", "mAP at IoU .33"),
    ("map50", "mAP at IoU .5"),
)


def card_markdown(version: ModelVersion, evaluation: Evaluation | None, names: Mapping[str, str]) -> str:
    """Write the card.

    Args:
        names: release id to its name, class id to its display name, version id to its title.
    """
    new = version.new
    trained = names.get(new.release_id or "", "not trained here") if new.release_id else "not known; made elsewhere"
    lines = [
        f"# {version.title}",
        "",
        _text(new.intended_use) or "No intended use was stated.",
        "",
        "| | |",
        "|---|---|",
        f"| Answers with | {new.task.value} |",
        f"| Runs by | {new.runner.value}, {_text(new.framework)} |",
        f"| Trained on release | {_text(trained)} |",
        f"| Label schema | version {new.schema_version} |",
        f"| File | {new.artifact_sha256 or 'none; another server runs it'} ({new.artifact_bytes:,} bytes) |",
        f"| Registered | {iso(version.created_at_us)} |",
        f"| Digest | {version.digest} |",
        "",
    ]
    if evaluation is None:
        return "\n".join([*lines, "## Quality", "", "No evidence yet: it was not evaluated on gold.", ""])
    return "\n".join([*lines, *_quality(evaluation, names)])


def _quality(evaluation: Evaluation, names: Mapping[str, str]) -> list[str]:
    report = evaluation.report
    beside = names.get(evaluation.against_id or "")
    against = report["against"] or {}
    head = ["measure", "value", "95 % interval", "n"] + ([f"{_text(beside)} (in use)"] if beside else [])
    overall = [(title, key) for key, title in OVERALL if key in report["measures"]]
    gold = f"{evaluation.n_items} gold images, frozen as {evaluation.gold_digest[:16]}"
    return [
        "## Quality",
        "",
        f"Measured on {gold}, at {iso(evaluation.created_at_us)}; evidence digest {evaluation.digest}.",
        "",
        *_table(
            head,
            [
                _row(t, report["measures"][k], against.get(k) if beside else None, beside=bool(beside))
                for t, k in overall
            ],
        ),
        "",
        "## By class",
        "",
        *_by_class(report, names),
        "",
        "## By slice (images without an error)",
        "",
        *_by_slice(report),
        "",
        "## Where it fails",
        "",
        *_failures(report),
        "",
        "## Limits",
        "",
        "The figures hold for images like the gold. A slice with few images is told nothing by its value alone; read",
        "its interval. Confidence is not the chance of being right unless a certificate says so.",
        "",
    ]


def _by_class(report: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    rows = []
    for name in report["classes"]:
        cells = [_words(report["measures"].get(f"{what}/{name}")) for what in ("precision", "recall", "f1")]
        n = report["measures"].get(f"recall/{name}", {}).get("n", 0)
        rows.append([_text(names.get(name, name)), *cells, str(n)])
    return _table(["class", "precision", "recall", "F1", "gold marks"], rows)


def _by_slice(report: Mapping[str, Any]) -> list[str]:
    start = "right_items@"
    rows = []
    for key, value in report["measures"].items():
        if key.startswith(start):
            moved = (report["differences"] or {}).get(key)
            rows.append([_text(key.removeprefix(start)), _words(value), str(value["n_items"]), _words(moved)])
    return _table(["slice", "share", "images", "difference to the model in use"], rows)


def _failures(report: Mapping[str, Any]) -> list[str]:
    kinds = report["error_kinds"]
    if not kinds:
        return ["No error was found on the gold."]
    return [f"- {kind}: {n}" for kind, n in sorted(kinds.items(), key=lambda k: -k[1])]


def _row(title: str, mine: Mapping[str, Any], theirs: Mapping[str, Any] | None, *, beside: bool) -> list[str]:
    value = "not enough evidence" if mine["value"] is None else f"{mine['value']:.3f}"
    interval = "" if mine["low"] is None else f"{mine['low']:.3f}–{mine['high']:.3f}"
    return [title, value, interval, str(mine["n"]), *([_words(theirs)] if beside else [])]


def _words(value: Mapping[str, Any] | None) -> str:
    if value is None or value["value"] is None:
        return "not measured"
    if value["low"] is None:
        return f"{value['value']:.3f}"
    return f"{value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *["| " + " | ".join(r) + " |" for r in rows]]


def _text(value: str | None) -> str:
    """Words of people as Markdown text: nothing in it is markup."""
    return " ".join((value or "").split()).translate(MARKDOWN)
