"""`assay sim-to-real` on a file of scores: its answer in words and numbers, and faults with their line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assay.cli.running import run

CURVE = {14: 0.78, 35: 0.91, 970: 0.978}


def write(path: Path, accuracy: float, n: int = 1500) -> Path:
    hard = np.random.default_rng(2).random(n)
    rows = [["item", "synthetic", *map(str, CURVE)]]
    rows += [[f"g{k}", *(str(int(hard[k] < a)) for a in (accuracy, *CURVE.values()))] for k in range(n)]
    path.write_text("\n".join(",".join(row) for row in rows))
    return path


def test_the_worth_of_synthetic_pictures_is_said_in_real_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "scores.csv", 0.85)
    assert run(["sim-to-real", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bound"] == "within"
    assert found["worth"]["low"] < 14 * (35 / 14) ** (0.07 / 0.13) < found["worth"]["high"]
    assert found["gap"]["value"] == pytest.approx(0.128, abs=0.02)
    assert run(["sim-to-real", str(file)]) == 0
    assert "are worth about" in capsys.readouterr().out


def test_beyond_the_curve_the_answer_is_a_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sim-to-real", str(write(tmp_path / "scores.csv", 0.39))]) == 0
    assert "worth fewer than 14 real labels" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the header"),
        ("item,synthetic,14\na,1,1", "line 1: the header"),
        ("item,synthetic,14,x\na,1,1,1", "line 1: a column"),
        ("item,synthetic,14,35\na,1,1", "line 2: it has 3 cells, not 4"),
        ("item,synthetic,14,35\na,1,1,2", "line 2: a score lies outside"),
        ("item,synthetic,14,35\na,1,1,one", "line 2: a score is not a number"),
        ("item,synthetic,14,35\na,1,1,1\na,1,1,1", "line 3: the item 'a' comes twice"),
        ("item,synthetic,14,35", "line 1: there is no row"),
    ],
)
def test_a_fault_is_named_with_its_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(text)
    assert run(["sim-to-real", str(file)]) == 2
    assert said in capsys.readouterr().err
