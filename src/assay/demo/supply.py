"""Which boards a demonstration plays with, if any."""

from __future__ import annotations

from assay.demo.boards.drawn import DrawnBoards
from assay.demo.boards.model import Boards
from assay.demo.boards.real import RealBoards, is_boards
from assay.demo.plan import Plan, sizes_of


def boards_of(plan: Plan) -> Boards | None:
    """Drawn boards for two rounds without a folder, real ones where the folder holds boards; None for anything else."""
    if plan.data is not None and is_boards(plan.data):
        return RealBoards(plan.data, plan.seed, sizes_of(plan))
    return DrawnBoards(plan.seed, sizes_of(plan)) if plan.full and plan.data is None else None
