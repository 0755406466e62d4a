"""XML and YAML without the parts that harm."""

from __future__ import annotations

import pytest

from assay.formats import DictFiles, FileRefusedError, TooLargeError, xml_strict
from assay.formats.values import RowError
from assay.formats.xml_strict import stream_elements, whole_tree
from assay.formats.yaml_strict import read_yaml


def tree(text: str | bytes) -> xml_strict.Node:
    data = text.encode() if isinstance(text, str) else text
    return whole_tree(DictFiles({"x": data}), "x", root="a", cap_bytes=1 << 26)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        "<a>&undefined;</a>",
        "<a>" + "<b>" * 65 + "</b>" * 65 + "</a>",
        "<a " + " ".join(f'x{i}="1"' for i in range(300)) + "/>",
        "<a>", "<a/><a/>", "", "text", "<b/>", '<x:a xmlns:x="u"/>', '<?xml version="1.0" encoding="no-such"?><a/>',
        '<?xml version="1.0" encoding="utf-16"?><a/>', b"<a>\xff</a>", "<a>\x00</a>",
    ],
)  # fmt: skip
def test_what_may_harm_or_is_broken_is_refused(text: str | bytes) -> None:
    with pytest.raises(FileRefusedError):
        tree(text)


def test_a_tree_holds_names_attributes_children_and_text() -> None:
    node = tree('<a x="1">one<b>two</b><!-- no --><![CDATA[<three>]]><b/></a>')
    assert (node.tag, node.attributes, node.text) == ("a", {"x": "1"}, "one<three>")
    assert [child.text for child in node.all("b")] == ["two", ""]
    assert node.one("c") is None
    with pytest.raises(RowError, match="appears 2 times"):
        node.one("b")
    with pytest.raises(RowError, match="has no <c>"):
        node.need("c")


def test_inclusion_and_processing_instructions_are_only_text_without_meaning() -> None:
    node = tree('<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname"/><?php x?></a>')
    assert node.children[0].children == []
    assert node.text == ""


def test_wanted_elements_come_one_by_one_and_whole() -> None:
    data = b"<a><head><n>1</n></head>" + b"<p><n>2</n></p>" * 3 + b"<skip><q/></skip></a>"
    found = list(stream_elements(DictFiles({"x": data}), "x", root="a", wanted=frozenset({"head", "p"}), cap_bytes=999))
    assert [(node.tag, node.text_of("n")) for node in found] == [("head", "1"), ("p", "2"), ("p", "2"), ("p", "2")]


def test_a_token_that_never_ends_is_refused_before_it_takes_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_strict, "MAX_XML_SILENCE_BYTES", 1 << 18)
    with pytest.raises(TooLargeError):
        tree(b'<a x="' + b"y" * (1 << 20) + b'"/>')


def yaml(text: str) -> object:
    return read_yaml(DictFiles({"x": text.encode()}), "x").value


def test_mappings_lists_and_text_are_read() -> None:
    assert yaml("a: 1\nb: [x, 'y: z']\nc:\n  0: p\n  5: |\n    q\n") == {
        "a": "1",
        "b": ["x", "y: z"],
        "c": {"0": "p", "5": "q\n"},
    }
    assert yaml("") is None


def test_every_scalar_stays_text_and_doubtful_ones_are_told() -> None:
    decoded = read_yaml(DictFiles({"x": b'[no, "no", 012, 1e3, ~, 2001-01-01, 12:30:45, car, "5"]'}), "x")
    assert decoded.value == ["no", "no", "012", "1e3", "~", "2001-01-01", "12:30:45", "car", "5"]
    assert decoded.doubtful == {"no", "012", "1e3", "~", "2001-01-01", "12:30:45"}


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x", "a: &a [*a]", "a: !!python/object/apply:os.system ['id']", "a: !x 1", "<<: *a", "a: 1\na: 2",
        "[" * 70, "a: [", "--- 1\n--- 2", "? [a]\n: b", "a: \x01", 'a: "\\UFFFFFFFF"', "a: b: c",
        "%YAML 9.9\n---\na", "\t- a",
    ],
)  # fmt: skip
def test_tags_anchors_twins_and_depth_are_refused(text: str) -> None:
    with pytest.raises(FileRefusedError):
        yaml(text)


def test_only_utf_8_yaml_is_read() -> None:
    with pytest.raises(FileRefusedError):
        read_yaml(DictFiles({"x": "a: 1".encode("utf-16")}), "x")
