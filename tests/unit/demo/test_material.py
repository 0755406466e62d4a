"""What the demonstration plays with, and the rules it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.demo import CLASSES, true_items

from assay.demo.errors import DemoDataError
from assay.demo.examples import example_crops
from assay.demo.guideline import clauses_tested, guideline_text, schema_classes
from assay.demo.material import DrawnMaterial, Material, folder_material
from assay.demo.pictures import PictureMaker
from assay.demo.scene_setting import gold_rate
from assay.demo.truth import TruthObject
from assay.guidelines.rules import parse_clauses

BOX = (10.0, 10.0, 50.0, 50.0)


def a_material(n_items: int) -> Material:
    return Material("M", "folder", "objects", CLASSES, tuple(true_items(n_items)), (), "")


def an_object(*, edge: bool = False, covered: float = 0.0, small: bool = False, echo: bool = False) -> TruthObject:
    return TruthObject("red", BOX, BOX, edge, covered, small, BOX if echo else None)


def test_the_gold_rate_lets_each_of_six_meet_all_gold_and_half_of_the_work() -> None:
    material = a_material(364)
    assert material.n_gold == 36
    assert gold_rate(material) == pytest.approx(36 / (36 + 328 / 2), abs=1e-4)
    assert a_material(60).n_gold == 18


def test_class_ids_are_plain_and_never_empty() -> None:
    material = Material("M", "folder", "objects", ("Hex nut", "Müll / Rest", "日本"), (), (), "")
    assert material.class_ids == {"Hex nut": "hex-nut", "Müll / Rest": "m-ll-rest", "日本": "class-2"}


def test_the_guideline_parses_and_names_every_clause_that_gold_tests() -> None:
    ids = {"Hex nut": "hex-nut", "bolt": "bolt"}
    clauses = parse_clauses(guideline_text(ids, "parts", {"tight": "a" * 32}))
    known = {clause.id for clause in clauses}
    every = an_object(edge=True, covered=0.5, small=True, echo=True)
    assert set(clauses_tested(every)) | set(clauses_tested(an_object())) <= known
    assert all(clause.classes == ("hex-nut", "bolt") for clause in clauses)
    assert [e.good for clause in clauses for e in clause.examples] == [True]
    assert clauses_tested(an_object()) == ["2.1"]


def test_each_class_gets_a_key_while_there_are_digits() -> None:
    classes = schema_classes({f"c{i}": f"c{i}" for i in range(11)})
    assert [c["key"] for c in classes] == [*"123456789", None, None]


def test_example_pictures_show_a_tight_and_a_loose_box_and_a_covered_part() -> None:
    crops = example_crops(list(PictureMaker(5).draw(range(6))))
    assert set(crops) == {"tight", "loose", "covered"}
    assert all(png.startswith(b"\x89PNG") for png in crops.values())


def test_drawn_material_keeps_easy_pictures_for_the_practice_round() -> None:
    material = DrawnMaterial(7, n_pictures=4).material()
    assert len(material.work) == 4
    assert len(material.practice) == 6
    assert all(4 <= len(item.objects) <= 9 for item in material.practice[:3])
    assert not {i.name for i in material.work} & {i.name for i in material.practice}


def test_a_folder_without_labels_or_with_too_few_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DemoDataError, match="known format"):
        folder_material(tmp_path)
    (tmp_path / "a.xml").write_text(
        "<annotation><filename>a.jpg</filename><size><width>9</width><height>9</height></size><object><name>x</name>"
        "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>"
    )
    with pytest.raises(DemoDataError, match="1 labelled images"):
        folder_material(tmp_path)
