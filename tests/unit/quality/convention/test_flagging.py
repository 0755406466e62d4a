"""Which attributes of marks become kinds of object."""

from __future__ import annotations

from assay.quality.convention import flags_of


def test_yes_or_no_and_one_of_a_few_values_become_flags_for_every_mark() -> None:
    flags = flags_of(
        {
            "ann": [{"occluded": True, "view": "side"}, {"occluded": False, "view": "front"}],
            "bob": [{"occluded": True, "view": "front", "seen": ["left", "top"]}],
            "cid": [{"view": "side", "seen": ["left"]}, {}],
        }
    )
    assert flags == {
        "occluded": {"ann": [True, False], "bob": [True], "cid": [False, False]},
        "seen=left": {"ann": [False, False], "bob": [True], "cid": [True, False]},
        "view=front": {"ann": [False, True], "bob": [True], "cid": [False, False]},
        "view=side": {"ann": [True, False], "bob": [False], "cid": [True, False]},
    }


def test_numbers_names_of_many_kinds_and_what_few_people_use_are_no_kinds_of_object() -> None:
    rows = {name: [{"track": f"t{n}", "score": 0.5, "size": n, "note": None} for n in range(20)] for name in "abcdef"}
    for number in (0, 1):
        rows["ab"[number]][0]["odd"] = True
    assert flags_of(rows) == {}
    rows["c"][3]["odd"] = True
    assert list(flags_of(rows)) == ["odd"]


def test_of_very_many_the_most_frequent_are_taken() -> None:
    rows = {name: [{f"f{n:02}": True for n in range(k)} for k in range(1, 41)] for name in "ab"}
    assert list(flags_of(rows)) == [f"f{n:02}" for n in range(24)]


def test_what_only_one_of_many_people_marks_so_is_left_out() -> None:
    rows = {name: [{"hidden": name == "a", "view": "behind" if name == "a" else ""}] * 9 for name in "abcde"}
    assert flags_of(rows) == {}
