"""`assay why`: why an item's marks are there, from the model to the price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.wire.items import WhyOut
    from assay.wire.production import WhyRelease, WhyTaken

app = make_app("Why are these marks here, can they be trusted, and what did they cost?")


@app.command()
def why(
    item: Annotated[str, typer.Argument(help="The item's id.")],
    *,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say who or what made an item's marks: model, threshold, person, policy, guideline, release, and at what cost."""
    from assay.client import calls

    with connected(server, key) as client:
        found = client.send(calls.why(project, item))
    show(found.model_dump(), _lines(found), as_json=as_json)


def _lines(found: WhyOut) -> list[str]:
    marks = [
        [
            m.label_class,
            m.shape,
            m.author.name,
            m.origin,
            f"guideline {m.guideline_version}",
            f"schema {m.schema_version}",
        ]
        for m in found.marks
    ]
    models = [
        [
            p.model,
            p.origin,
            "says none" if p.confidence is None else f"{p.confidence:.3f}",
            "" if p.threshold is None else f"asked below {p.threshold:g}, policy {p.policy_version}",
            _looked(p.looked_at, p.n_errors),
            "no certificate" if p.taken is None else _taken(p.taken),
        ]
        for p in found.predictions
    ]
    outcomes = [
        f"outcome: {c.state}, {len(c.marks)} marks from {len(c.inputs)} answers"
        + ("" if c.mean_iou is None else f", mean IoU {c.mean_iou:.2f}")
        for c in found.consensus
    ]
    gold = [] if found.gold is None else [f"gold {found.gold.version}, signed by {found.gold.signed_by.name}"]
    releases = ", ".join(_released(r) for r in found.releases)
    return [
        f"{found.item.name} ({found.item.id}), {found.item.origin}, {found.item.state}",
        *outcomes,
        *gold,
        *(["", *table(marks, ["class", "shape", "by", "origin", "", ""])] if marks else ["nobody has marked it yet"]),
        *(
            ["", *table(models, ["model", "origin", "confidence", "threshold", "people", "certificate"])]
            if models
            else []
        ),
        *[
            f"review: {v.verdict} by {v.reviewer.name if v.reviewer else 'nobody yet'} ({v.reason})"
            for v in found.verdicts
        ],
        f"releases: {releases or 'none yet'}",
        f"cost: {'not priced or not shown to you' if found.amount is None else f'{found.currency} {found.amount}'}",
    ]


def _taken(taken: WhyTaken) -> str:
    """Which certificate let a label through, and whether it still stands."""
    audit = {"none": "not audited", "drawn": "drawn for an audit", "right": "audit right", "wrong": "audit wrong"}
    sure = f"taken unseen at {taken.confidence:.3f} (from {taken.threshold or 0:.3f} on)"
    held = f"certificate {taken.certificate_id[:12]} ({taken.certificate_state}): {taken.words}"
    return f"{sure}, {taken.state}, {audit[taken.audit]}; {held}"


def _released(release: WhyRelease) -> str:
    signers = f", signed by {', '.join(p.name for p in release.signed_by)}" if release.signed_by else ""
    return f"{release.name} ({release.state}, {(release.digest or '')[:12]}{signers})"


def _looked(reason: str | None, n_errors: int | None) -> str:
    """Whether somebody looked at a prediction, and what they found."""
    if reason is None:
        return "nobody looked"
    return f"looked at ({reason}), " + ("waiting" if n_errors is None else f"{n_errors} errors")
