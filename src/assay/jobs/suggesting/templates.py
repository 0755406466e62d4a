"""Which items only serve as templates of others: nobody labels them."""

from __future__ import annotations

from assay.items import names_of_items
from assay.jobs.suggesting.pictures import template_rule
from assay.models import versions_of
from assay.storage import Rx


def templates_in(rx: Rx) -> frozenset[str]:
    """Ids of the items that a model of the project compares others with, by the rules of its registered versions."""
    rules = {rule for version in versions_of(rx) if (rule := template_rule(version.new.config)) is not None}
    if not rules:
        return frozenset()
    by_name = {name: item for item, name in names_of_items(rx)}
    served = {name.replace(*rule) for rule in rules for name in by_name if rule[0] in name}
    return frozenset(by_name[name] for name in served if name in by_name)
