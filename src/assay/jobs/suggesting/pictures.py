"""Reads the pictures that a model is to look at, with their templates where it compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.items import Item, items_by_id, names_of_items
from assay.jobs.importing import Places
from assay.jobs.media import read_medium
from assay.jobs.suggesting.answer import Picture, decode
from assay.jobs.suggesting.errors import ModelSettingError
from assay.kernel.actor import Actor
from assay.storage import Blobs, House, Rx

CHUNK = 16
"""Pictures held in memory at once."""


def template_rule(config: Mapping[str, Any]) -> tuple[str, str] | None:
    """How the name of a template follows from the name of an item: `{"replace": ["_test", "_temp"]}`; None without.

    Raises:
        ModelSettingError: it is written in another way.
    """
    value = config.get("template")
    if value is None:
        return None
    rule = value.get("replace") if isinstance(value, dict) and set(value) == {"replace"} else None
    if not isinstance(rule, list) or len(rule) != 2 or not all(isinstance(r, str) for r in rule) or not rule[0]:  # noqa: PLR2004
        raise ModelSettingError(
            "template", value, allowed='as {"replace": ["_test", "_temp"]}: what in the name of an item'
        )
    return rule[0], rule[1]


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads pictures of one project."""

    house: House
    blobs: Blobs
    places: Places
    actor: Actor
    project: str

    def chunks(self, item_ids: Sequence[str], config: Mapping[str, Any]) -> Iterator[list[Picture]]:
        """The pictures of these items, some at a time, in order; items that are gone are left out."""
        rule = template_rule(config)
        with self.house.read(self.actor, self.project) as rx:
            by_name = {name: item for item, name in names_of_items(rx)} if rule else {}
        for start in range(0, len(item_ids), CHUNK):
            with self.house.read(self.actor, self.project) as rx:
                some = list(item_ids[start : start + CHUNK])
                items = items_by_id(rx, some)
                templates = self._templates(rx, items, by_name, rule)
            yield [self._picture(items[i], templates.get(i)) for i in some if i in items]

    def _templates(
        self, rx: Rx, items: Mapping[str, Item], by_name: Mapping[str, str], rule: tuple[str, str] | None
    ) -> dict[str, Item]:
        if rule is None:
            return {}
        wanted = {i: by_name.get(item.name.replace(*rule)) for i, item in items.items() if rule[0] in item.name}
        found = items_by_id(rx, [t for t in wanted.values() if t])
        return {i: found[t] for i, t in wanted.items() if t and t in found}

    def _picture(self, item: Item, template: Item | None) -> Picture:
        rgb = decode(read_medium(item.medium, self.blobs, self.places))
        beside = None if template is None else decode(read_medium(template.medium, self.blobs, self.places))
        return Picture(item.id, rgb, beside)
