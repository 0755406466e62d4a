"""JSON bodies that are refused."""

from __future__ import annotations

import json

import pytest
from tests.support.shared import shared_path

from assay.api.errors import BadJsonError
from assay.api.parsing import read_json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}x',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":01}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\x01"}',
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'[{"b":{"a":1,"a":1}}]',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b"\xef\xbb\xbf{}",
        b'{"a":1}\n{"a":1}',
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadJsonError):
        read_json(body)


def test_colons_quotes_and_escapes_inside_texts_are_no_keys() -> None:
    value = {"a:": 'x":"y', "b\\": "\\", 'c"': ['"', "\\u0000 as text"], "": {}}
    assert read_json(json.dumps(value).encode()) == value


def test_the_shared_hostile_documents_are_refused_or_read_alike() -> None:
    for path in sorted(shared_path("badinputs/annotations/coco_raw").iterdir()):
        body = path.read_bytes()
        try:
            value = read_json(body)
        except BadJsonError:
            continue
        assert value == json.loads(body), path.name
