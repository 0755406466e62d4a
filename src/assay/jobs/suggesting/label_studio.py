"""Asks a model server by the Label Studio ML-backend protocol: limited in time and size, and never believed."""

from __future__ import annotations

import base64
import io
import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import numpy as np
from PIL import Image

from assay.jobs.suggesting.answer import MAX_MARKS, Answer, Picture, box_answer, tag_answer
from assay.jobs.suggesting.errors import (
    ModelSettingError,
    SuggesterAwayError,
    SuggesterOverflowError,
    SuggesterSlowError,
    SuggesterWrongError,
)
from assay.jobs.suggesting.settings import check_keys, class_names, number
from assay.models import Task

KEYS: Final = frozenset({"address", "classes", "names", "timeout_s", "min_confidence"})
MAX_REPLY_BYTES: Final = 8 * 1024 * 1024
CONNECT_S: Final = 3.0


class LabelStudioServer:
    """A server that answers `POST /predict` as Label Studio's ML backends do.

    `config`: `address`, such as `http://models:9090`; `classes`: class ids; `names`: the server's name of a class to
    its id, where they differ; `timeout_s` for one picture; `min_confidence`. Pictures travel in the request as data
    addresses, so the server needs no access to this one.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        task: Task,
        *,
        title: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        check_keys(config, KEYS)
        self.title, self.task = title, task
        self.classes = class_names(config)
        names = config.get("names", {})
        if not isinstance(names, dict) or any(v not in self.classes for v in names.values()):
            raise ModelSettingError("names", names, allowed="the server's name of a class to one of config.classes")
        self.names = {**{c: c for c in self.classes}, **names}
        self.address = _address(config)
        self.timeout_s = number(config, "timeout_s", 10.0, 0.1, 120.0)
        self.min_confidence = number(config, "min_confidence", 0.0, 0.0, 1.0)
        # No proxies or credentials of this machine, no redirects: the address is the one that was allowed.
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self.timeout_s, connect=min(CONNECT_S, self.timeout_s)),
        )

    def answer(self, pictures: Sequence[Picture]) -> list[Answer]:
        """One answer a picture; each is asked by a request of its own, so that one that fails names its item."""
        return [self._ask(picture) for picture in pictures]

    def _ask(self, picture: Picture) -> Answer:
        buffer = io.BytesIO()
        Image.fromarray(picture.rgb).save(buffer, "PNG")
        image = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
        body = {"tasks": [{"id": 1, "data": {"image": image}}], "label_config": self._label_config(), "params": {}}
        regions = self._regions(self._post("/predict", body))
        if len(regions) > MAX_MARKS:
            what = f"{len(regions):,} marks for item {picture.item_id}"
            raise SuggesterOverflowError(self.title, what, f"{MAX_MARKS:,}")
        return self._tags(picture, regions) if self.task is Task.TAGS else self._boxes(picture, regions)

    def _regions(self, reply: Mapping[str, Any]) -> list[Any]:
        results = reply.get("results")
        first = results[0] if isinstance(results, list) and results else {"result": []} if results == [] else None
        regions = first.get("result") if isinstance(first, dict) else None
        if not isinstance(regions, list):
            what = "a reply without results[0].result, which the ML-backend protocol demands"
            raise SuggesterWrongError(self.title, what)
        return regions

    def _label_config(self) -> str:
        inside = "".join(f'<{self._tag} value="{_escape(n)}"/>' for n in sorted(self.names))
        control = "Choices" if self.task is Task.TAGS else "RectangleLabels"
        labels = f'<{control} name="label" toName="image">{inside}</{control}>'
        return f'<View><Image name="image" value="$image"/>{labels}</View>'

    @property
    def _tag(self) -> str:
        return "Choice" if self.task is Task.TAGS else "Label"

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The parsed reply; the whole exchange takes `timeout_s` at most, however slowly its bytes drip."""
        until, data = time.monotonic() + self.timeout_s, bytearray()
        try:
            with self._client.stream("POST", self.address + path, json=body) as response:
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > MAX_REPLY_BYTES:
                        raise SuggesterOverflowError(
                            self.title, f"more than {len(data):,} bytes", f"{MAX_REPLY_BYTES:,}"
                        )
                    if time.monotonic() > until:
                        raise SuggesterSlowError(self.title, self.timeout_s)
                status = response.status_code
        except httpx.TimeoutException as error:
            raise SuggesterSlowError(self.title, self.timeout_s) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SuggesterAwayError(self.address, type(error).__name__) from error
        if status != 200:  # noqa: PLR2004 - the only answer that the protocol has
            raise SuggesterAwayError(self.address, f"it answers with status {status}")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise SuggesterWrongError(self.title, "a reply that is no JSON") from error
        if not isinstance(found, dict):
            raise SuggesterWrongError(self.title, "a reply that is no JSON object")
        return found

    def _boxes(self, picture: Picture, regions: list[Any]) -> Answer:
        width, height = picture.size_px
        boxes, scores, labels = [], [], []
        for region in regions:
            value, score = self._value(picture, region, "rectanglelabels")
            if value is None or score < self.min_confidence:
                continue
            if value.get("rotation"):
                raise SuggesterWrongError(self.title, f"a rotated rectangle for item {picture.item_id}")
            x, y, w, h = (_finite(self.title, value.get(k), k) for k in ("x", "y", "width", "height"))
            boxes.append([x * width / 100, y * height / 100, (x + w) * width / 100, (y + h) * height / 100])
            scores.append(score)
            labels.append(self._class(picture, value["rectanglelabels"]))
        table = np.array(boxes, np.float64).reshape(-1, 4)
        return box_answer(self.title, picture, table, np.array(scores, np.float64), labels)

    def _tags(self, picture: Picture, regions: list[Any]) -> Answer:
        scores = dict.fromkeys(self.classes, 0.0)
        for region in regions:
            value, score = self._value(picture, region, "choices")
            if value is not None:
                scores[self._class(picture, value["choices"])] = score
        if not any(scores.values()):
            return Answer(picture.item_id, (), 0.0, scores)
        return tag_answer(self.title, picture, list(scores.values()), self.classes)

    def _value(self, picture: Picture, region: Any, kind: str) -> tuple[dict[str, Any] | None, float]:  # noqa: ANN401 - whatever the server sent
        """The value and score of a region of this kind; None for another kind."""
        if not isinstance(region, dict) or not isinstance(region.get("value"), dict):
            raise SuggesterWrongError(self.title, f"a region for item {picture.item_id} without a value")
        if kind not in region["value"]:
            return None, 0.0
        score = region.get("score", 1.0)
        return region["value"], _finite(self.title, 1.0 if score is None else score, "score")

    def _class(self, picture: Picture, given: Any) -> str:  # noqa: ANN401 - whatever the server sent
        if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], str):
            raise SuggesterWrongError(self.title, f"a region for item {picture.item_id} that has not exactly one class")
        found = self.names.get(given[0])
        if found is None:
            what = f"the class {given[0][:60]!r} for item {picture.item_id}; it knows {', '.join(sorted(self.names))}"
            raise SuggesterWrongError(self.title, what)
        return str(found)


def _address(config: Mapping[str, Any]) -> str:
    value = config.get("address")
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or "@" in value or "?" in value:
        raise ModelSettingError("address", value, allowed="an address such as http://models:9090, without a password")
    return value.rstrip("/")


def _finite(title: str, value: Any, name: str) -> float:  # noqa: ANN401 - whatever the server sent
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise SuggesterWrongError(title, f"{name} = {str(value)[:40]!r}, which is no number")
    return float(value)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
