"""`assay embed`, `drift`, `select` and `diagnose` on files, from pictures to answers, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tests.support.onnx_files import mean_colour_encoder, nan_encoder

import assay
from assay.cli.running import run


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> Any:
    assert run([str(a) for a in arguments] + ["--json"]) == code, capsys.readouterr()
    told = capsys.readouterr()
    assert told.err == ""
    return json.loads(told.out)


def pictures(folder: Path, n: int, *, seed: int = 0, dim: float = 1.0) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for number in range(n):
        pixels = rng.integers(40, 60, 3) + rng.integers(0, 120, (20, 20, 3))
        Image.fromarray((dim * pixels).astype(np.uint8)).save(folder / f"{number:03}.png")
    return folder


@pytest.mark.slow
def test_from_pictures_to_a_drift_that_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean, later = pictures(tmp_path / "clean", 150), pictures(tmp_path / "later", 30, seed=1, dim=0.7)
    (later / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 90)
    made = said(capsys, "embed", clean, "--out", tmp_path / "clean.parquet")
    assert (made["n"], made["width"]) == (150, 176)
    told = said(capsys, "embed", later, "--out", tmp_path / "later.parquet")
    assert [r["name"] for r in told["refused"]] == ["broken.png"]
    found = said(capsys, "drift", tmp_path / "clean.parquet", tmp_path / "later.parquet", "--window", 30)
    assert found["level"] == "notice"
    assert found["since_item"] == "000.png"
    assert any("cannot be said" in line for line in found["words"])
    assert said(capsys, "embed", clean, "--out", tmp_path / "clean.parquet", code=6)["error"]["code"].endswith("exists")
    few = said(capsys, "drift", tmp_path / "later.parquet", tmp_path / "clean.parquet", "--window", 30, code=7)
    assert few["error"]["message"].startswith("The reference holds 30 items; windows of 30 need")


def test_an_encoder_of_ones_own_and_one_that_answers_no_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = pictures(tmp_path / "p", 3)
    (tmp_path / "good.onnx").write_bytes(mean_colour_encoder(side=8))
    (tmp_path / "good.onnx.json").write_text('{"mean": [0, 0, 0], "scale": [1, 1, 1]}')
    (tmp_path / "bad.onnx").write_bytes(nan_encoder(side=8))
    (tmp_path / "none.onnx").write_bytes(b"nothing")
    made = said(capsys, "embed", folder, "--out", tmp_path / "a.parquet", "--encoder", tmp_path / "good.onnx")
    assert made["width"] == 3
    bad = said(capsys, "embed", folder, "--out", tmp_path / "b.parquet", "--encoder", tmp_path / "bad.onnx", code=2)
    assert bad["error"]["code"] == "quality.features_not_finite"
    none = said(capsys, "embed", folder, "--out", tmp_path / "b.parquet", "--encoder", tmp_path / "none.onnx", code=2)
    assert none["error"]["code"] == "suggesting.artifact_broken"
    gone = said(capsys, "embed", folder, "--out", tmp_path / "b.parquet", "--encoder", tmp_path / "no.onnx", code=5)
    assert "no.onnx" in gone["error"]["message"]
    assert not (tmp_path / "b.parquet").exists()


def a_table(n: int, *, gap: float = 4.0) -> pa.Table:
    """Two heaps of pictures."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(n, 4)) + np.where(np.arange(n) % 2, gap, 0.0)[:, None]
    flat = pa.array(rows.ravel())
    return pa.table({"item": [f"{k}.png" for k in range(n)], "embedding": pa.FixedSizeListArray.from_arrays(flat, 4)})


def test_what_to_label_next_with_reasons_on_the_command_line_and_in_python(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(a_table(60), tmp_path / "f.parquet")
    labels = tmp_path / "labels.csv"
    labels.write_text("item,label_class\n" + "".join(f"{k}.png,{'ab'[k % 2]}\n" for k in range(10)))
    found = said(
        capsys, "select", tmp_path / "f.parquet", "-n", 10, "--labels", labels, "--method", "margin", "--quota", "b=2",
        "--out", tmp_path / "next.csv",
    )  # fmt: skip
    assert (found["n_pool"], found["n_labelled"]) == (50, 10)
    assert [p["reason"] for p in found["picks"]].count("quota") == 2
    assert all(p["likeliest"] == "b" for p in found["picks"] if p["reason"] == "quota")
    with (tmp_path / "next.csv").open() as stream:
        assert [r["item"] for r in csv.DictReader(stream)] == [p["item"] for p in found["picks"]]
    same = assay.select_next(
        a_table(60), 10, labels={f"{k}.png": "ab"[k % 2] for k in range(10)}, method="margin", quotas={"b": 2}
    )
    assert same.to_json()["picks"] == found["picks"]
    assert said(capsys, "select", tmp_path / "f.parquet", "--quota", "b", code=2)["error"]["message"]


def answers(path: Path, *, careless: float) -> Path:
    """A packet in which the model is as good as ever and annotators miss a share of what experts see."""
    rng = np.random.default_rng(0)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["part", "item", "model", "annotators", "gold", "experts"])
        for part, n, wrong in (("archive", 1000, 0.05), ("now", 300, careless), ("then", 150, 0.05)):
            for k in range(n):
                model = "a" if rng.random() < 0.8 else "b"
                people = "c" if rng.random() < wrong else "a"
                gold, experts = ("" if part == "now" else "a"), ("" if part == "archive" else "a")
                writer.writerow([part, k, model, "" if part == "then" else people, gold, experts])
    return path


def test_bad_labels_are_named_and_do_not_start_a_retraining(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = answers(tmp_path / "a.csv", careless=0.25)
    found = said(capsys, "diagnose", sheet, "--expert-wrong", 4, "--expert-n", 200)
    assert (found["cause"], found["starts_retraining"]) == ("labels", False)
    assert assay.diagnose_answers(sheet, expert_wrong=4, expert_n=200).to_json() == found
    calm = said(capsys, "diagnose", answers(tmp_path / "b.csv", careless=0.05), "--expert-wrong", 4, "--expert-n", 200)
    assert calm["cause"] == "none"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("part,item,model,annotators,gold,experts\nnow,1,a,,,a\n", "line 2: a line of the part now needs an answer of"),
        ("part,item,model,annotators,gold,experts\nlater,1,a,a,a,a\n", "'later' is none of archive, now, then"),
        ("part,item,model,annotators,gold\n", "no column 'experts'"),
        ("part,item,model,annotators,gold,experts\n", "The archive has 0 answers; 100 are needed"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text(text)
    assert run(["diagnose", str(sheet), "--expert-wrong", "1", "--expert-n", "9"]) in {2, 7}
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"name": ["a"]}), "no column 'item'"),
        (pa.table({"item": ["a"]}), "neither statistics nor an embedding"),
        (pa.table({"item": ["a"], "mean_red": [1.0]}), "'mean_green' is missing"),
        (pa.table({"item": ["a", "b"], "embedding": [[1.0], [1.0, 2.0]]}), "lists of one length"),
        (pa.table({"item": ["a"], "embedding": ["x"]}), "lists of one length"),
    ],
)
def test_a_table_that_is_none_of_descriptions_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: pa.Table, message: str
) -> None:
    pq.write_table(table, tmp_path / "t.parquet")
    assert run(["drift", str(tmp_path / "t.parquet"), str(tmp_path / "t.parquet")]) == 2
    assert message in capsys.readouterr().err
