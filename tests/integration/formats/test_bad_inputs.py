"""Every hostile annotation file of the shared set gets an answer that its manifest allows, and never a crash."""

from __future__ import annotations

import json
import socket
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.pictures import a_png
from tests.support.shared import SHARED, shared_path

from assay.formats import (
    DictFiles,
    DictSink,
    FileRefusedError,
    ReadReport,
    RowsRefusedError,
    TooLargeError,
    codec,
    read_classes,
)
from assay.kernel.errors import AssayError
from assay.kernel.marks import LabelSet

ROOT = SHARED / "badinputs"
YAML = b"names: [car]\n"
LINE = b"0 0.5 0.5 0.2 0.2\n"


def _cases() -> list[dict[str, Any]]:
    manifest = ROOT / "manifest.jsonl"
    if not manifest.exists():
        return []
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    return [row for row in rows if row["kind"] == "annotation"]


@dataclass(frozen=True)
class Answer:
    """What a read came to: `file`, `limit` or `read`, with what was read."""

    kind: str
    reason: str = ""
    label_set: LabelSet | None = None
    report: ReadReport | None = None


def _layout(case: str, path: str, data: bytes) -> tuple[str, dict[str, bytes]]:
    """The format and the folder in which a hostile file plays its part."""
    folder, name = path.split("/")[1:3]
    if folder in {"coco", "coco_raw"}:
        return "coco", {"annotations/x.json": data, "images/a.png": a_png()}
    if folder == "voc":
        return "voc", {"Annotations/x.xml": data, "JPEGImages/a.png": a_png()}
    if folder == "yolo":
        return "yolo", {"data.yaml": YAML, "images/x.png": a_png(), "labels/x.txt": data}
    if folder == "yolo_yaml":
        return "yolo", {"data.yaml": data, "images/x.png": a_png(), "labels/x.txt": LINE}
    if folder == "yolo_dataset":
        pictures = {"images/a.png": a_png(), "labels/a.txt": LINE, "classes.txt": b"car\n"}
        return "yolo", {"train.txt": data, **pictures}
    kinds = {"csv": "csv", "xml": "cvat", "jsonl": "jsonl"}
    format_ = kinds.get(name.rsplit(".", 1)[1]) or ("labelme" if "labelme" in case else "label-studio")
    return format_, {name: data, "a.png": a_png()}


def _read(format_: str, files: DictFiles, mode: str) -> Answer:
    try:
        label_set, report = codec(format_).read(files, mode=mode)  # type: ignore[arg-type]
    except FileRefusedError as error:
        return Answer("file", error.reason)
    except TooLargeError as error:
        return Answer("limit", error.reason)
    except RowsRefusedError as error:
        return Answer("rows", report=error.report)
    return Answer("read", label_set=label_set, report=report)


def _allowed(expect: str, answer: Answer) -> bool:
    report = answer.report
    refused = report.n_refused if report else 0
    whole = answer.kind == "file" or bool(report and report.n_refused_files)
    noted = bool(report and (report.n_warnings or report.n_repairs))
    limited = answer.kind == "limit" or bool(report and any("over the limit" in note.reason for note in report.refused))
    accepted = answer.kind == "read" and not refused and not whole
    if expect == "accept_with_warning":
        return accepted and noted
    if expect in {"accept_or_limit", "reject_limit_or_accept"}:
        return accepted or limited
    if expect in {"accept_or_reject", "reject_file_or_accept"}:
        return accepted or whole or bool(refused)
    if expect.startswith("accept"):
        return accepted
    return whole if expect == "reject_file" else answer.kind == "read" and refused > 0 and not whole


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["path"])
def test_a_hostile_file_gets_the_answer_its_manifest_allows(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket.socket, "connect", _no_socket)
    data = (ROOT / case["path"]).read_bytes()
    started = time.process_time()
    if "ontology" in case["path"]:
        answer = _read_tree(case["path"], data)
        assert _allowed(case["expect"], answer), answer
        return
    format_, contents = _layout(case["case"], case["path"], data)
    lenient, strict = (_read(format_, DictFiles(contents), mode) for mode in ("skip_rows", "strict"))
    assert _allowed(case["expect"], lenient), (lenient.kind, lenient.reason, lenient.report)
    _check_strict(lenient, strict)
    _check_places(lenient)
    assert time.process_time() - started < 5
    assert "ASSAY-YAML-EXECUTED" not in "".join(capfd.readouterr())


def _no_socket(*_: object) -> None:
    raise AssertionError("a socket was opened")


def _read_tree(path: str, data: bytes) -> Answer:
    try:
        read_classes(DictFiles({path: data}), path)
    except FileRefusedError as error:
        return Answer("file", error.reason)
    except TooLargeError as error:
        return Answer("limit", error.reason)
    return Answer("read")


def _check_strict(lenient: Answer, strict: Answer) -> None:
    """The strict mode stops exactly where the other one leaves something out, and its report is the same."""
    if lenient.kind == "read" and lenient.report and (lenient.report.n_refused or lenient.report.n_refused_files):
        assert strict.kind == "rows"
        assert strict.report == lenient.report
    else:
        assert strict.kind == lenient.kind


def _check_places(answer: Answer) -> None:
    """A refused row names its file and place, and nothing names the machine."""
    for note in answer.report.refused if answer.report else ():
        assert note.file
        assert note.place
        assert str(ROOT) not in note.reason
        assert len(note.reason) < 400


@pytest.mark.parametrize(
    "case", [c for c in _cases() if c["expect"] == "accept_escaped"], ids=lambda case: case["path"]
)
def test_a_label_that_is_markup_or_formula_survives_every_format_and_is_disarmed_in_csv(case: dict[str, Any]) -> None:
    format_, contents = _layout(case["case"], case["path"], (ROOT / case["path"]).read_bytes())
    label_set, _ = codec(format_).read(DictFiles(contents))
    for name in ("coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "jsonl"):
        sink = DictSink()
        report = codec(name).write(label_set, sink)
        pictures = {path: a_png() for path in report.image_paths.values()}
        back, _ = codec(name).read(DictFiles(sink.contents | pictures))
        assert set(label_set.marks["label_class"].to_pylist()) == set(back.marks["label_class"].to_pylist())
    sink = DictSink()
    codec("csv").write(label_set, sink)
    for line in sink.contents["boxes.csv"].decode().splitlines():
        assert not any(cell.lstrip('"').startswith(("=", "@")) for cell in line.split(","))


def test_the_shared_set_was_looked_at_whole() -> None:
    if not ROOT.exists():
        pytest.skip("The shared data has no badinputs; it is only there on the team's machines.")
    assert len(_cases()) == 124


def test_every_refusal_is_one_of_ours() -> None:
    assert issubclass(FileRefusedError, AssayError)
    assert issubclass(TooLargeError, AssayError)


@pytest.mark.parametrize("name", ["yolo_same_stem", "yolo_case_ext"])
def test_label_files_that_fit_their_pictures_only_roughly_are_read_with_a_note(name: str) -> None:
    with zipfile.ZipFile(shared_path(f"badinputs/archives/{name}.zip")) as archive:
        contents = {entry: archive.read(entry) for entry in archive.namelist()}
    _, report = codec("yolo").read(DictFiles(contents))
    assert report.n_marks >= 1
    assert report.n_warnings == 1
