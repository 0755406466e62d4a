"""Gold scores with chosen counts, for rules that read scores."""

from __future__ import annotations

from itertools import count

from assay.gold import ErrorKind, GoldMark, Score, StoredScore, VerdictMark

_number = count()
BOX = (0.0, 0.0, 10.0, 10.0)


def a_score(
    n_gold: int,
    *,
    missed: int = 0,
    spurious: int = 0,
    misclassified: int = 0,
    mislocalised: int = 0,
    user: str = "ann",
    item: str = "",
    at_us: int = 0,
    practice: bool = False,
    counts_for: bool = True,
    label_class: str = "cell",
    clauses: tuple[str, ...] = (),
) -> StoredScore:
    """A score on an item with `n_gold` signed marks."""
    n = next(_number)
    gold = GoldMark(label_class, "bbox", BOX, clauses)
    right = n_gold - missed - misclassified - mislocalised
    kinds = [ErrorKind.RIGHT] * right + [ErrorKind.MISLOCALISED] * mislocalised
    marks = [VerdictMark(kind, gold, (label_class, BOX), 0.9) for kind in kinds]
    marks += [VerdictMark(ErrorKind.MISCLASSIFIED, gold, ("other", BOX), 0.9)] * misclassified
    marks += [VerdictMark(ErrorKind.MISSED, gold, None, None)] * missed
    marks += [VerdictMark(ErrorKind.SPURIOUS, None, (label_class, BOX), None)] * spurious
    counts = {
        ErrorKind.MISSED: missed,
        ErrorKind.SPURIOUS: spurious,
        ErrorKind.MISCLASSIFIED: misclassified,
        ErrorKind.MISLOCALISED: mislocalised,
    }
    return StoredScore(
        id=f"{n:032x}",
        submission_id=f"s{n}",
        item_id=item or f"item{n}",
        gold_version=1,
        user_id=user,
        assignment_id=f"a{n}",
        is_practice=practice,
        counts_for=counts_for,
        answered_at_us=at_us or n,
        seconds=1.0,
        score=Score(max(1, n_gold + spurious), counts, tuple(marks)),
    )
