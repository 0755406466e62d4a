"""Every item gets statistics and embeddings, once, whatever happens in between; what cannot be described says why."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.onnx_files import mean_colour_encoder, nan_encoder
from tests.support.pictured import TEST, noise, put_items
from tests.support.projects import Project, a_project

from assay.jobs.describing import Describer, OnnxEncoder, dataset_of, read_features
from assay.jobs.importing import Places
from assay.jobs.suggesting import ArtifactBrokenError, ModelShapeError
from assay.quality.drift import FeaturesNotFiniteError, image_statistics
from assay.quality.selection import PLAIN_WIDTH
from assay.storage import PLAIN, STATISTICS, Blobs, House, add_dataset, lake_counts, refusals


@pytest.fixture
def project(house: House) -> Project:
    return a_project(house, n_items=0)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path / 'blobs'}")


def test_items_are_described_once_and_the_rows_are_those_of_their_pictures(project: Project, blobs: Blobs) -> None:
    pictures = noise(5)
    items = put_items(project, blobs, pictures)
    describer = Describer(project.house, blobs, Places())
    assert describer.work_on(project.id) == 10
    assert describer.work_on(project.id) == 0
    with project.house.read(TEST, project.id) as rx:
        found, rows = read_features(rx, blobs, STATISTICS, [items[3], items[0]])
        plain, embeddings = read_features(rx, blobs, PLAIN, items)
    assert found == [items[3], items[0]]
    assert rows == pytest.approx(image_statistics(np.stack([pictures[3], pictures[0]])), rel=1e-5)
    assert plain == items
    assert embeddings.shape == (5, PLAIN_WIDTH)
    described = project.events("items.described")
    assert [e.body["n"] for e in described] == [5, 5]
    assert all(e.body["cpu_s"] >= 0 for e in described)


def test_new_items_are_added_and_old_ones_are_left_alone(project: Project, blobs: Blobs) -> None:
    put_items(project, blobs, noise(3))
    describer = Describer(project.house, blobs, Places())
    describer.work_on(project.id)
    put_items(project, blobs, noise(2, seed=1))
    assert describer.work_on(project.id) == 4
    with project.house.read(TEST, project.id) as rx:
        assert lake_counts(rx) == {STATISTICS: (5, 5), PLAIN: (5, 5)}


def test_a_picture_that_cannot_be_described_is_noted_with_the_reason_and_not_tried_again(
    project: Project, blobs: Blobs
) -> None:
    tiny = put_items(project, blobs, [np.zeros((2, 9, 3), np.uint8), *noise(1)])[0]
    describer = Describer(project.house, blobs, Places())
    assert describer.work_on(project.id) == 4
    assert describer.work_on(project.id) == 0
    with project.house.read(TEST, project.id) as rx:
        assert refusals(rx, STATISTICS, 9) == [(tiny, "The picture has 9 x 2 pixels; 3 x 3 are needed.")]
        assert read_features(rx, blobs, STATISTICS, [tiny])[0] == []


def add_encoder(project: Project, blobs: Blobs, data: bytes) -> str:
    sha256 = blobs.put(data)
    name = dataset_of(sha256)
    with project.house.write(TEST, project.id, "add encoder") as tx:
        assert add_dataset(tx, name, sha256, {"mean": [0, 0, 0], "scale": [1, 1, 1]})
        tx.record("encoder.added", subject=f"dataset/{name}")
    return name


def test_an_encoder_of_the_projects_own_describes_the_items_that_are_there_already(
    project: Project, blobs: Blobs
) -> None:
    pictures = noise(3)
    items = put_items(project, blobs, pictures)
    describer = Describer(project.house, blobs, Places())
    describer.work_on(project.id)
    name = add_encoder(project, blobs, mean_colour_encoder(side=8))
    assert describer.work_on(project.id) == 3
    with project.house.read(TEST, project.id) as rx:
        _, rows = read_features(rx, blobs, name, items)
    assert rows == pytest.approx(np.array([p.mean(axis=(0, 1)) for p in pictures]), abs=12)


def test_an_encoder_that_answers_no_numbers_stops_itself_and_nothing_else(project: Project, blobs: Blobs) -> None:
    items = put_items(project, blobs, noise(2))
    name = add_encoder(project, blobs, nan_encoder(side=8))
    describer = Describer(project.house, blobs, Places())
    assert describer.work_on(project.id) == 4
    fault = describer.fault_of(name)
    assert isinstance(fault, FeaturesNotFiniteError)
    assert "a grey picture" in fault.message or items[0] in fault.message


def test_files_that_are_no_encoders_are_refused_by_what_is_wrong() -> None:
    with pytest.raises(ArtifactBrokenError, match="cannot be used"):
        OnnxEncoder(b"no model", {}, "embeddings/x")
    with pytest.raises(ModelShapeError, match="square picture"):
        OnnxEncoder(mean_colour_encoder(side=8, width=9), {}, "embeddings/x")
    with pytest.raises(ModelShapeError, match="one float picture"):
        OnnxEncoder(mean_colour_encoder(side=8), {"layout": "nhwc"}, "embeddings/x")


def test_two_describers_at_once_book_each_item_once(project: Project, blobs: Blobs, house: House) -> None:
    put_items(project, blobs, noise(4))
    first, second = (Describer(house, blobs, Places()) for _ in range(2))
    assert first.work_on(project.id) + second.work_on(project.id) == 8
