"""Sets what Assay measured beside what was true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from assay.demo.material import Material
from assay.demo.memory import Tally
from assay.demo.people import true_rate
from assay.demo.person import SimulatedPerson
from assay.demo.scene_setting import TrueShare
from assay.kernel.estimate import EstimateJson

GOLD_NOTE = "With gold at 10 % of the tasks the slipping person would be caught in about three of four runs."


class AnnotatorReport(TypedDict):
    """One simulated annotator: true and measured.

    Attributes:
        name: invented name.
        login: account name.
        story: what this person plays.
        simulated: always true.
        true: share of units in error over everything they handed in, counted against the hidden truth.
        true_stated: the rate they were made to have; before the slip for whoever slips.
        true_stated_after_slip: the rate after the slip; null for steady people.
        measured: error rate on hidden gold, with interval.
        covered: whether the interval holds `true`.
        expected_flag: whether something should be said about them.
        flagged: whether something was: an alarm, or a finding that names them.
        flagged_by: `alarm`, and `finding:<feature>` for each finding.
        n_answers: answers handed in.
        n_gold_images: of these, on gold.
        paused: whether the lead took them off the work.
    """

    name: str
    login: str
    story: str
    simulated: bool
    true: float
    true_stated: float
    true_stated_after_slip: float | None
    measured: EstimateJson
    covered: bool
    expected_flag: bool
    flagged: bool
    flagged_by: list[str]
    n_answers: int
    n_gold_images: int
    paused: bool


def annotator_reports(
    cast: Sequence[SimulatedPerson],
    material: Material,
    tallies: Mapping[str, Tally],
    overview: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    users: Mapping[str, str],
) -> list[AnnotatorReport]:
    """A report for each of the six, in the order of the cast."""
    rows = {row["user"]["id"]: row for row in overview["people"]}
    return [
        _one(person, material, tallies.get(person.login, Tally()), rows[users[person.login]], findings)
        for person in cast
    ]


def _one(
    person: SimulatedPerson,
    material: Material,
    tally: Tally,
    row: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
) -> AnnotatorReport:
    measured: EstimateJson = row["error"]["estimate"]
    true = tally.n_errors / max(1, tally.n_units)
    low, high = measured["low"], measured["high"]
    by = ["alarm"] if row["alarm"] else []
    by += [f"finding:{f['feature']}" for f in findings if any(p["id"] == row["user"]["id"] for p in departing(f))]
    return AnnotatorReport(
        name=person.name,
        login=person.login,
        story=person.story,
        simulated=True,
        true=true,
        true_stated=true_rate(person, material.work),
        true_stated_after_slip=true_rate(person, material.work, slipped=True) if person.slips_to is not None else None,
        measured=measured,
        covered=low is not None and high is not None and low <= true <= high,
        expected_flag=person.expected_flag,
        flagged=bool(by),
        flagged_by=by,
        n_answers=tally.n_answers,
        n_gold_images=row["n_gold_images"],
        paused=tally.paused,
    )


def departing(finding: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whose figures a finding explains: who leaves out what others draw, else the smaller side; nobody for a spread."""
    if not finding["sides"]:
        return []
    if finding["part"] == "existence" and finding["form"] == "split":
        return list(finding["sides"][0]["people"])
    return list(min((s["people"] for s in finding["sides"] if s["people"]), key=len, default=[]))


def full_report(
    *,
    material: Material,
    annotators: Sequence[AnnotatorReport],
    tallies: Mapping[str, Tally],
    released: TrueShare,
    overview: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    release: Mapping[str, Any],
    verified: bool,
    seed: int,
    gold_share: float,
    seconds: float,
    steps: Mapping[str, float],
) -> dict[str, Any]:
    """The document `docs/demo.md` describes."""
    return {
        "data": {
            "name": material.name,
            "source": material.source,
            "n_items": len(material.work),
            "n_objects": sum(len(item.objects) for item in material.work),
            "practice": bool(material.practice),
            "note": material.note,
        },
        "seed": seed,
        "gold": {"n_items": material.n_gold, "share_of_tasks": gold_share, "note": GOLD_NOTE},
        "release": {
            "id": release["id"],
            "name": release["name"],
            "verified": verified,
            "merkle_root": release["merkle_root"],
            "digest": release["digest"],
            "n_items": release["n_items"],
            "n_marks": release["n_marks"],
            "verify_command": release["verify_command"],
        },
        "annotators": list(annotators),
        "handed_in": _handed_in(tallies),
        "released": released,
        "agreement": {name: overview[name]["estimate"] for name in ("agreement", "mean_iou")},
        "findings": [
            {
                "feature": f["feature"],
                "title": f["title"],
                "form": f["form"],
                "people": [p["name"] for p in departing(f)],
                "sides": [
                    {"does": s["does"], "people": [p["name"] for p in s["people"]], "value": s["value"]}
                    for s in f["sides"]
                ],
                "clause": f["clause_id"],
            }
            for f in findings
        ],
        "seconds": round(seconds, 1),
        "steps": dict(steps),
    }


def _handed_in(tallies: Mapping[str, Tally]) -> TrueShare:
    n_units = sum(t.n_units for t in tallies.values())
    n_errors = sum(t.n_errors for t in tallies.values())
    return TrueShare(true=n_errors / max(1, n_units), n=n_units, n_items=sum(t.n_answers for t in tallies.values()))


def as_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The report for people."""
    yield "  What was true, and what Assay measured on hidden gold (share of marks in error, 95 % interval):"
    yield ""
    yield f"    {'simulated person':<18}{'true':>6}   {'measured':<24}{'n':<22}{'said about them'}"
    for row in report["annotators"]:
        measured = f"{_interval(row['measured']):<24}{_n(row['measured']):<22}"
        yield f"    {row['name']:<18}{_rate(row['true']):>6}   {measured}{_said(row)}"
    yield ""
    for finding in report["findings"]:
        where = f", clause {finding['clause']}" if finding["clause"] else ""
        yield f"    {finding['title']}{where}: {', '.join(finding['people'])}"
    yield ""
    released = f"{report['released']['true']:.3f}".removeprefix("0")
    handed_in = _rate(report["handed_in"]["true"])
    yield f"    Of the marks handed in {handed_in} were in error, of the released ones {released}:"
    yield "    counted against the truth, and with a simulated reviewer and expert who are always right."
    yield f"    {report['data']['note']} Gold is {_rate(report['gold']['share_of_tasks'])} of a person's tasks."
    yield f"    {report['gold']['note']}"


def _said(row: Mapping[str, Any]) -> str:
    words = [{"alarm": "alarm"}.get(by, "practice differs") for by in row["flagged_by"]]
    said = " and ".join(dict.fromkeys(words)) or "nothing"
    return said if row["flagged"] == row["expected_flag"] else f"{said} (not as expected)"


def _interval(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "not measured"
    return f"{_rate(estimate['value'])}  {_rate(estimate['low'])}–{_rate(estimate['high'])}"


def _n(estimate: Mapping[str, Any]) -> str:
    return f"{estimate['n']} marks, {estimate['n_items']} images"


def _rate(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}".removeprefix("0")
