"""`assay measure` on Parquet: any number of threads, files and interruptions, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.label_files import grid, write_coco
from tests.support.quality_rows import random_rows, rows_of

import assay
from assay.cli.running import run
from assay.kernel.errors import AssayError

N = 400


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return pa.Table.from_batches([random_rows(N, 11, n_people=6)])


@pytest.fixture(scope="module")
def answer(table: pa.Table) -> dict[str, Any]:
    return figures(assay.measure(table).to_json())


def figures(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "title"}


def written(table: pa.Table, path: Path, n_rows: int) -> Path:
    pq.write_table(table, path, row_group_size=n_rows)
    return path


@pytest.mark.parametrize("group", [7, 64, N])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_neither_row_groups_nor_threads_change_a_digit(
    table: pa.Table, answer: dict[str, Any], tmp_path: Path, group: int, threads: int
) -> None:
    path = written(table, tmp_path / "rows.parquet", group)
    assert figures(assay.measure(path, n_threads=threads).to_json()) == answer


def test_a_folder_a_stream_and_a_table_give_the_same(table: pa.Table, answer: dict[str, Any], tmp_path: Path) -> None:
    for number, start in enumerate(range(0, N, 150)):
        written(table.slice(start, 150), tmp_path / f"part-{number}.parquet", 40)
    assert figures(assay.measure(tmp_path).to_json()) == answer
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=33))
    assert figures(assay.measure(reader).to_json()) == answer


class StopHereError(Exception):
    """Somebody pulled the plug."""


def test_an_interrupted_run_goes_on_where_it_stopped(table: pa.Table, answer: dict[str, Any], tmp_path: Path) -> None:
    path, state = written(table, tmp_path / "rows.parquet", 50), tmp_path / "state"

    def stop(n_done: int, n_all: int) -> None:
        if n_done >= n_all // 2:
            raise StopHereError

    with pytest.raises(StopHereError):
        assay.measure(path, state=state, progress=stop, n_threads=1)
    told: list[tuple[int, int]] = []
    found = assay.measure(path, state=state, progress=lambda *counts: told.append(counts), n_threads=1)
    assert figures(found.to_json()) == answer
    assert told[0][0] > N // 2
    assert told[-1] == (N, N)
    assert figures(assay.measure(path, state=state).to_json()) == answer


def test_a_state_of_other_files_or_thresholds_is_not_taken_up(table: pa.Table, tmp_path: Path) -> None:
    path, state = written(table, tmp_path / "rows.parquet", 50), tmp_path / "state"
    assay.measure(path, state=state)
    other = written(table.slice(0, 50), tmp_path / "other.parquet", 50)
    for options in ({"labels": other}, {"labels": path, "threshold": 0.6}):
        with pytest.raises(AssayError) as refused:
            assay.measure(**options, state=state)  # type: ignore[arg-type]
        assert refused.value.code == "reports.state_mismatch"
    state.write_bytes(b"no zip")
    with pytest.raises(AssayError, match="no state of this command"):
        assay.measure(path, state=state)


def test_a_wrong_row_is_refused_by_file_and_item(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(
        [("fine", {"ann": [("cat", 0.0, 0.0, 1.0, 1.0)]}, []), ("bad", {"ann": [("cat", 3.0, 0.0, 1.0, 1.0)]}, [])]
    )
    path = written(pa.Table.from_batches([rows]), tmp_path / "rows.parquet", 1)
    assert run(["measure", str(path), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "reports.rows_refused"
    assert error["message"].startswith("rows.parquet: Item bad: mark 0 is")


def test_a_file_cut_short_is_no_parquet(table: pa.Table, tmp_path: Path) -> None:
    whole = written(table, tmp_path / "rows.parquet", 50).read_bytes()
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AssayError, match=r"cut\.parquet"):
        assay.measure(cut)


def test_any_labels_are_laid_out_as_rows_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = [f"{number:03}.png" for number in range(24)]
    first = write_coco(tmp_path / "first.json", items, grid(24))
    second = write_coco(tmp_path / "second.json", items, grid(24, shift=0.5, skip=[4, 9]))
    rows = tmp_path / "rows.parquet"
    arguments = ["measure", str(first), "--who", "ann=.", "--who", f"bo={second}", "--gold", str(first)]
    assert run([*arguments, "--rows", str(rows), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    direct = assay.agree(first, who={"bo": second}, name="ann").to_json()
    pairwise = direct["pairwise"]
    assert found["agreement"]["f1"]["value"] == pytest.approx(pairwise["f1"]["value"], abs=1e-12)
    assert found["agreement"]["mean_iou"]["value"] == pytest.approx(pairwise["mean_iou"]["value"], abs=1e-10)
    assert found["scores"]["ann"]["error_rate"]["value"] == 0
    assert found["scores"]["bo"]["n_missed"] == 2
    assert figures(assay.measure(rows).to_json()) == figures(found)
    assert run([*arguments, "--rows", str(rows)]) == 6


def test_the_page_names_everybody_and_runs_nothing(table: pa.Table, tmp_path: Path) -> None:
    path, page = written(table, tmp_path / "rows.parquet", 50), tmp_path / "page.html"
    assert run(["measure", str(path), "--html", str(page)]) == 0
    text = page.read_text()
    assert all(f">p{number}<" in text for number in range(6))
    assert "<script" not in text
    assert "Who agrees with whom" in text
    assert "Mixed up most" in text
