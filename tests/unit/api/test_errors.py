"""Errors as HTTP answers."""

from __future__ import annotations

import logging

import orjson
import pytest

from assay.access.errors import SignInFailedError, TooManyTriesError
from assay.api.errors import (
    STATUS,
    BodyTooLargeError,
    InvalidRequestError,
    WrongHostError,
    error_reply,
    fault_reply,
    status_of,
)
from assay.kernel import errors as kinds
from assay.storage.errors import LogDamagedError


def test_every_kind_has_a_status() -> None:
    direct = {kind for kind in vars(kinds).values() if isinstance(kind, type) and kind.__base__ is kinds.AssayError}
    assert direct == set(STATUS)


def test_the_status_goes_by_kind_unless_the_door_names_its_own() -> None:
    assert status_of(SignInFailedError()) == 401
    assert status_of(LogDamagedError(3, "x")) == 500
    assert (status_of(BodyTooLargeError(1)), status_of(WrongHostError("x"))) == (413, 421)
    assert status_of(kinds.AssayError("odd")) == 500


def test_an_answer_has_the_documented_shape_and_says_when_to_come_back() -> None:
    answer = error_reply(TooManyTriesError(12.4))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "12"
    assert answer.headers["cache-control"] == "no-store"
    body = orjson.loads(answer.body)
    assert body == {
        "error": {
            "code": "access.too_many_tries",
            "message": "Too many attempts to sign in from here.",
            "hint": "Try again in 12 s.",
        }
    }
    faults = [{"where": "body.name", "what": "is missing"}]
    assert orjson.loads(error_reply(InvalidRequestError(faults)).body)["error"]["details"] == faults


def test_a_fault_of_our_own_is_logged_once_and_told_without_its_inside(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = fault_reply(RuntimeError("secret /path"))
    assert len(caplog.records) == 1
    assert answer.status_code == 500
    assert b"secret" not in answer.body
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        error_reply(LogDamagedError(3, "x"))
        error_reply(SignInFailedError())
    assert len(caplog.records) == 1
