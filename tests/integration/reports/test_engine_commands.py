"""The engine's commands on files: answers, documents, pages, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from tests.support.label_files import grid, write_coco

import assay
from assay.cli.running import run
from assay.kernel.errors import AssayError

N = 24
SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
ITEMS = [f"{number:03}.png" for number in range(N)]


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> Any:
    assert run([str(a) for a in arguments] + ["--json"]) == code, capsys.readouterr()
    told = capsys.readouterr()
    assert told.err == ""
    return json.loads(told.out)


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A set with pictures: two of them equal, one box of no size, one boxed twice."""
    folder = tmp_path / "main"
    rows = [*grid(N), ("003.png", "dog", (5.0, 10.5, 25.0, 40.0)), ("004.png", "dog", (70.0, 60.0, 70.5, 60.5))]
    write_coco(folder / "labels.json", ITEMS, rows)
    rng = np.random.default_rng(0)
    for number, item in enumerate(ITEMS):
        pixels = rng.integers(0, 255, (80, 100, 3), np.uint8) if number != 7 else pixels  # noqa: F821 - as the one before
        Image.fromarray(pixels).save(folder / item)
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another person's labels of the same pictures: two marks missing, one more, half a pixel off."""
    rows = [*grid(N, shift=0.5, skip=[4, 9]), ("010.png", "cat", (70.0, 50.0, 95.0, 75.0))]
    return write_coco(tmp_path / "other.json", ITEMS, rows)


def test_a_first_look_counts_finds_twins_and_says_what_to_do_first(
    main: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(capsys, "look", main, "--who", f"second={other}")
    assert found["kind"] == "assay.look"
    assert found["counts"]["by_class"] == {"cat": 36, "dog": 38}
    assert found["counts"]["marks_on_a_picture"] == [0, 0, 0, 22, 2]
    assert found["pictures"]["equal"] == [["006.png", "007.png"]]
    assert found["findings"]["counts"]["duplicate"] == 1
    assert found["findings"]["counts"]["overlooked"] == 1
    assert found["first"][0]["state"] == "stop"
    assert {task["kind"] for task in found["first"]} >= {
        "no_extent",
        "duplicate",
        "equal_pictures",
        "overlooked",
        "audit",
    }
    assert "broken pictures" in found["clean"]
    f1 = found["agreement"]["pairwise"]["f1"]
    assert f1["low"] <= f1["value"] <= f1["high"]
    assert f1["n_items"] == N


def test_a_look_at_one_set_alone_asks_for_more_and_gives_no_agreement(
    main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(capsys, "look", main, "--no-pictures")
    assert found["agreement"] is None
    assert found["pictures"]["why_not"] == "not asked for"
    assert run(["look", str(main), "--no-pictures"]) == 0
    words = capsys.readouterr().out
    assert "What to do first:" in words
    assert "Check a blind sample" in words


def test_predictions_turn_into_findings_also_as_plain_results(
    main: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = grid(N)
    results = [
        {
            "image_id": ITEMS.index(item) + 1,
            "category_id": 1 if name == "cat" else 2,
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "score": 0.9,
        }
        for item, name, (x0, y0, x1, y1) in rows
    ]
    results[0]["category_id"] = 3 - results[0]["category_id"]
    results.append({"image_id": 1, "category_id": 1, "bbox": [60, 50, 30, 25], "score": 0.95})
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    found = said(capsys, "findings", main, "--predictions", path)
    assert found["counts"]["swapped"] == 1
    assert found["counts"]["overlooked"] == 1
    swapped = next(f for f in found["findings"] if f["kind"] == "swapped")
    assert (swapped["item"], swapped["label_class"], swapped["suggested_class"]) == ("000.png", "cat", "dog")
    assert len(swapped["looks"]) == 2
    scored = said(capsys, "score", path, "--gold", main)
    assert scored["coco"]["AP50"]["value"] > 0.8
    assert scored["overall"]["f1"]["n_items"] == N


def test_agreement_of_people_inside_one_file_and_of_several_files_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = grid(N), grid(N, shift=1.0, skip=[3, 30])
    both = write_coco(tmp_path / "both.json", ITEMS, [*one, *two], authors=["ana"] * len(one) + ["bo"] * len(two))
    first, second = write_coco(tmp_path / "a.json", ITEMS, one), write_coco(tmp_path / "b.json", ITEMS, two)
    inside = said(capsys, "agree", both)
    apart = said(capsys, "agree", first, "--who", "ana=.", "--who", f"bo={second}")
    assert inside["authors"] == apart["authors"] == ["ana", "bo"]
    assert inside["pairwise"]["f1"] == apart["pairwise"]["f1"]
    assert inside["beyond_chance"] == apart["beyond_chance"]


def test_score_equals_the_error_counts_by_hand(main: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "score", other, "--gold", main)
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum() == 74 + 1  # gold marks and one spurious
    assert counts[2].sum() == 1
    assert counts[:2, 2].sum() == 4  # two left out, the double and the box of no size
    overall = found["overall"]
    assert overall["recall"]["value"] == pytest.approx(70 / 74)
    assert overall["precision"]["value"] == pytest.approx(70 / 71)
    only = said(capsys, "score", other, "--gold", main, "--class", "cat")
    assert [row["name"] for row in only["by_class"]] == ["cat"]


def test_consensus_is_written_in_any_format_and_never_over_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [write_coco(tmp_path / f"{n}.json", ITEMS, grid(N, shift=n / 2, skip=[n])) for n in range(3)]
    out = tmp_path / "answer"
    arguments = ["consensus", files[0], "--who", f"b={files[1]}", "--who", f"c={files[2]}", "--out", out, "--to", "voc"]
    found = said(capsys, *arguments)
    assert found["n_kept"] == 3 * N
    assert found["written"]["n_marks"] == 3 * N
    assert set(found["skills"]) == {"these labels", "b", "c"}
    assert said(capsys, *arguments, code=6)["error"]["code"] == "reports.target_exists"
    again = said(capsys, "score", out, "--gold", files[0])
    assert again["overall"]["recall"]["value"] == 1


def test_annotators_are_described_beside_each_other_and_against_gold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = write_coco(tmp_path / "gold.json", ITEMS, grid(N))
    rows = {
        name: grid(N, shift=0.3 * n, skip=range(0, 3 * N, 7) if name == "cy" else ())
        for n, name in enumerate(("bo", "cy", "ana"))
    }
    every = [row for own in rows.values() for row in own]
    authors = [name for name, own in rows.items() for _ in own]
    team = write_coco(tmp_path / "team.json", ITEMS, every, authors=authors)
    found = said(capsys, "annotators", team, "--gold", gold)
    assert [person["name"] for person in found["people"]] == ["ana", "bo", "cy"]  # by name, never by rank
    careless = found["people"][2]
    assert careless["against_gold"]["errors"]["missed"]["value"] == pytest.approx(11 / 72)
    assert careless["misses"]["value"] == pytest.approx(11 / 72)
    assert found["people"][0]["against_gold"]["error"]["value"] == 0
    page = tmp_path / "people.html"
    said(capsys, "annotators", team, "--gold", gold, "--html", page)
    assert "control chart" in page.read_text()


def test_a_blind_sample_becomes_a_defect_rate_by_class(
    main: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "audit"
    drawn = said(capsys, "audit-labels", main, "--n", "50", "--out", folder)
    assert len(drawn["marks"]) == 50
    assert not {"cat", "dog"} & set(re.findall(r"[a-z]+", (folder / "sheet.csv").read_text()))
    page = (folder / "sheet.html").read_text()
    assert "cat" not in page.partition("</style>")[2]
    truth = _classes(main)
    rows = list(csv.DictReader(io.StringIO((folder / "sheet.csv").read_text())))
    for row, mark in zip(rows, drawn["marks"], strict=True):
        row["what_is_it"], row["placed"] = truth[mark], "ok"
    rows[0]["what_is_it"] = "nothing"
    rows[1]["placed"] = "bad"
    rows[2]["what_is_it"] = "dog" if truth[drawn["marks"][2]] == "cat" else "cat"
    rows[3]["what_is_it"] = rows[3]["placed"] = ""
    _write(folder / "sheet.csv", rows)
    pictures = list(csv.DictReader(io.StringIO((folder / "pictures.csv").read_text())))
    for row in pictures:
        row["n_missing"] = "0"
    pictures[0]["n_missing"] = "2"
    _write(folder / "pictures.csv", pictures)
    found = said(capsys, "audit-labels", main, "--answers", folder)
    assert found["defect_rate"]["n"] == 49
    assert found["n_unanswered"] == 1
    assert found["defect_rate"]["value"] == pytest.approx(3 / 49, abs=0.01)
    assert found["defect_rate"]["low"] < 3 / 49 < found["defect_rate"]["high"]
    assert sum(rate["n"] for rate in found["by_class"].values()) == 49
    assert sum(kind["value"] for kind in found["kinds"].values()) == pytest.approx(found["defect_rate"]["value"])
    assert 0 < found["missing_per_mark"]["value"] < 0.2
    rows[5]["what_is_it"] = "zebra"
    _write(folder / "sheet.csv", rows)
    told = said(capsys, "audit-labels", main, "--answers", folder, code=2)
    assert told["error"]["code"] == "reports.sheet_invalid"
    assert "line 7" in told["error"]["message"]


def _classes(folder: Path) -> dict[str, str]:
    from assay.reports.sources import read_labels

    marks = read_labels(folder).label_set.marks
    return dict(zip(marks["mark"].to_pylist(), marks["label_class"].to_pylist(), strict=True))


def _write(target: Path, rows: list[dict[str, str]]) -> None:
    with target.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_an_archive_is_looked_at_like_a_folder(main: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = tmp_path / "main.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(main.iterdir()):
            archive.write(path, path.name)
    one, two = said(capsys, "look", main), said(capsys, "look", packed)
    for part in ("counts", "findings", "pictures", "first"):
        assert one[part] == two[part]


def test_the_same_answers_come_from_python_with_paths_tables_and_frames(
    main: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "agree", main, "--who", f"second={other}")
    found = assay.agree(main, who={"second": other})
    assert json.loads(json.dumps(found.to_json())) == told
    table = pa.table({
        "item": [row[0] for row in grid(N)],
        "label_class": [row[1] for row in grid(N)],
        **{side: [row[2][k] for row in grid(N)] for k, side in enumerate(SIDES)},
    })  # fmt: skip
    by_table = assay.score(table, table)
    assert by_table.overall.f1.value == 1
    pandas = pytest.importorskip("pandas")
    by_frame = assay.agree(table.to_pandas(), who={"b": pandas.DataFrame(table.to_pydict())})
    assert by_frame.pairwise.f1.value == 1
    assert set(dir(assay)) >= {"look", "agree", "score", "consensus", "findings", "annotators", "audit_labels"}


@pytest.mark.parametrize("verb", ["consensus", "look", "agree", "score", "findings", "annotators"])
def test_pages_are_one_file_that_asks_for_nothing_and_runs_nothing(
    verb: str, main: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    arguments = {"score": [other, "--gold", main]}.get(verb, [main, "--who", f"<b>x</b>={other}"])
    said(capsys, verb, *arguments, "--html", page)
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "<script" not in text
    assert "<b>x</b>" not in text  # names are text, never markup
    addresses = re.findall(r"""(?:href|src|url)\s*[=(]\s*["']?([^"')>\s]+)""", text)
    assert all(address.startswith(("data:image/jpeg;base64,", "#")) for address in addresses)
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["look", "{tmp}/nowhere"], 5, "reports.source_missing"),
        (["look", "{tmp}/empty"], 2, "reports.no_labels"),
        (["agree", "{main}"], 7, "reports.one_person_only"),
        (["agree", "{main}", "--who", "x={elsewhere}"], 7, "reports.nothing_in_common"),
        (["agree", "{main}", "--who", "x"], 2, "reports.name_taken"),
        (["agree", "{main}", "--who", "x={main}", "--who", "x={main}"], 2, "reports.name_taken"),
        (["look", "{main}", "--who", "model={main}"], 2, "reports.name_taken"),
        (["score", "{main}", "--gold", "{main}", "--class", "horse"], 5, "reports.unknown_class"),
        (["score", "{main}", "--gold", "{main}", "--iou", "0"], 2, "quality.threshold_invalid"),
        (["score", "{main}", "--gold", "{nothing}"], 7, "reports.no_areas"),
        (["findings", "{main}", "--rules", "{tmp}/nowhere.json"], 2, "reports.rules_invalid"),
        (["findings", "{main}", "--rules", "{main}/labels.json"], 2, "reports.rules_invalid"),
        (["audit-labels", "{main}"], 2, "cli.usage"),
        (["audit-labels", "{main}", "--answers", "{tmp}"], 2, "reports.sheet_invalid"),
        (["audit-labels", "{nothing}", "--out", "{tmp}/x"], 7, "reports.no_areas"),
        (["score", "{results}", "--gold", "{csv}"], 2, "formats.file_refused"),
    ],
)
def test_every_mistake_names_the_thing_and_the_next_step(
    arguments: list[str], code: int, error: str, main: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    write_coco(tmp_path / "elsewhere.json", ["zzz.png"], [("zzz.png", "cat", (1, 1, 9, 9))])
    write_coco(tmp_path / "nothing.json", ITEMS, [], classes=["cat"])
    (tmp_path / "results.json").write_text("[]")
    (tmp_path / "labels.csv").write_text(
        "filename,width,height,class,xmin,ymin,xmax,ymax\n000.png,100,80,cat,1,1,9,9\n"
    )
    places = {
        "tmp": tmp_path, "main": main, "elsewhere": tmp_path / "elsewhere.json", "nothing": tmp_path / "nothing.json",
        "results": tmp_path / "results.json", "csv": tmp_path / "labels.csv",
    }  # fmt: skip
    told = said(capsys, *[argument.format(**places) for argument in arguments], code=code)
    assert told["error"]["code"] == error
    assert told["error"]["message"]
    assert told["error"]["hint"]


def test_rules_from_a_file_are_checked(main: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"dog": {"min_width_px": 5, "max_count": 1}, "horse": {}}))
    found = said(capsys, "findings", main, "--rules", rules)
    why = [f["evidence"]["rule"] for f in found["findings"] if f["kind"] == "rule_broken"]
    assert why.count("min_width_px") == 1
    assert why.count("max_count") >= 12


@pytest.mark.parametrize("verb", [assay.look, assay.findings, assay.agree])
def test_wrong_tables_are_refused_with_the_row(verb: Any) -> None:
    with pytest.raises(AssayError, match="x_min_px"):
        verb(pa.table({"item": ["a"], "label_class": ["b"]}))
    sides = {"x_min_px": [0.0, 5.0], "y_min_px": [0.0, 5.0], "x_max_px": [9.0, 5.0], "y_max_px": [9.0, 9.0]}
    with pytest.raises(AssayError, match="row 1"):
        verb(pa.table({"item": ["a", "a"], "label_class": ["b", "b"], **sides}))
    with pytest.raises(AssayError):
        verb(42)


def test_wrong_attributes_are_the_fifth_kind_of_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = grid(N)
    signed = [{"cut": number % 4 == 0, "colour": "red"} if number % 2 == 0 else {} for number in range(len(rows))]
    given = [dict(values) for values in signed]
    given[0]["cut"] = False
    given[2].pop("cut")
    gold = write_coco(tmp_path / "gold.json", ITEMS, rows, attributes=signed)
    answer = write_coco(tmp_path / "answer.json", ITEMS, rows, attributes=given)
    found = said(capsys, "score", answer, "--gold", gold)
    assert found["attributes"]["cut"]["value"] == pytest.approx(2 / 36)
    assert found["attributes"]["cut"]["n"] == 36
    assert found["attributes"]["colour"]["value"] == 0
    assert found["overall"]["error"]["value"] == 0
    assert "wrong cut" in "\n".join(assay.score(answer, gold).lines())


def test_old_numbers_of_another_tool_can_be_checked(
    main: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(capsys, "score", other, "--gold", main, "--like", "cvat")["like"][0]
    assert (found["author"], found["rules"]) == ("other", "cvat")
    assert [found[f"n_{kind}"] for kind in ("valid", "mismatched", "missing", "extra")] == [70, 0, 4, 1]
    assert found["numbers"]["accuracy"]["value"] == pytest.approx(70 / 75)
    assert found["numbers"]["precision"]["value"] == pytest.approx(70 / 71)
    assert (
        said(capsys, "score", other, "--gold", main, "--like", "nobody", code=2)["error"]["code"]
        == "quality.unknown_name"
    )
    assert assay.score(other, main).to_json()["like"] == []
