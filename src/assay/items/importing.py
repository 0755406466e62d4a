"""The books of an import: opened, filled in slices while nothing is visible, then finished at once or undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.items import store
from assay.items.errors import ImportNotFoundError, ImportNotOpenError, ImportOriginError
from assay.items.model import Import, ImportState, NewItem, RowReport
from assay.kernel.actor import Actor
from assay.storage import House, Tx


def open_import(
    actor: Actor,
    project: str,
    *,
    kind: str,
    name: str,
    location: str,
    labels: str,
    origin: str,
    house: House,
    generator: str | None = None,
    seed: int | None = None,
) -> Import:
    """Begin an import; nothing is read yet.

    Args:
        actor: a lead.
        project: whose.
        kind: upload, folder or store.
        name: for people.
        location: of a folder or store.
        labels: what becomes of labels that come along.
        origin: real or synthetic.
        house: where.
        generator: what made synthetic pictures.
        seed: they were made with.

    Raises:
        ImportOriginError: real pictures with a generator or a seed.
    """
    if origin != "synthetic" and (generator is not None or seed is not None):
        raise ImportOriginError(generator, seed)
    with house.write(actor, project, f"open import {name}") as tx:
        made = Import(
            id=tx.new_id(),
            kind=kind,
            name=name,
            location=location,
            labels=labels,
            origin=origin,
            state=ImportState.OPEN,
            created_by=actor.id,
            created_at_us=tx.now_us,
            generator=generator,
            seed=seed,
        )
        store.add_import(tx, made)
        tx.record("import.opened", subject=f"import/{made.id}", kind=kind, origin=origin)
    return made


def add_file(
    actor: Actor, project: str, import_id: str, name: str, sha256: str, size_bytes: int, *, house: House
) -> None:
    """Note an uploaded file whose bytes are in the blob store; the same name again replaces it."""
    with house.write(actor, project, "upload") as tx:
        found = _get(tx, import_id)
        if found.state is not ImportState.OPEN:
            raise ImportNotOpenError(import_id, found.state.value)
        store.put_import_file(tx, import_id, name, sha256, size_bytes)
        tx.record("import.file_received", subject=f"import/{import_id}", sha256=sha256, size_bytes=size_bytes)


def start_import(actor: Actor, project: str, import_id: str, *, house: House) -> Import:
    """Let the server work through an import; a failed one may be started again."""
    with house.write(actor, project, "start import") as tx:
        found = _get(tx, import_id)
        if not store.restart_import(tx, import_id):
            raise ImportNotOpenError(import_id, found.state.value)
        tx.record("import.started", subject=f"import/{import_id}")
        return _get(tx, import_id)


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice of an import came to.

    Attributes:
        n_accepted: new items.
        n_refused: files refused.
        n_duplicates: pictures the project has already.
    """

    n_accepted: int
    n_refused: int
    n_duplicates: int


def keep_slice(
    actor: Actor, project: str, import_id: str, rows: Sequence[NewItem | RowReport], *, start_row: int, house: House
) -> Slice:
    """Store a slice of outcomes; its items stay invisible until the import has finished.

    Args:
        actor: the importer.
        project: whose.
        import_id: of which import.
        rows: outcomes in the order of the source.
        start_row: number of the first.
        house: where.
    """
    with house.write(actor, project, "import") as tx:
        made_by = _made_by(_get(tx, import_id))
        reports = [_keep(tx, import_id, row, made_by) if isinstance(row, NewItem) else row for row in rows]
        store.add_import_rows(tx, import_id, start_row, reports)
        counts = Slice(
            sum(r.state == "accepted" for r in reports),
            sum(r.state == "refused" for r in reports),
            sum(r.state == "duplicate" for r in reports),
        )
        store.count_import(tx, import_id, len(reports), counts.n_accepted, counts.n_refused, counts.n_duplicates)
        tx.record(
            "import.advanced",
            subject=f"import/{import_id}",
            n_accepted=counts.n_accepted,
            n_refused=counts.n_refused,
            n_duplicates=counts.n_duplicates,
            refused=[r.code for r in reports if r.state == "refused"],
        )
    return counts


def _made_by(found: Import) -> dict[str, str | int]:
    """Generator and seed of an import, where they are known."""
    known = {"generator": found.generator, "seed": found.seed}
    return {name: value for name, value in known.items() if value is not None}


def _keep(tx: Tx, import_id: str, new: NewItem, made_by: dict[str, str | int]) -> RowReport:
    item_id = tx.new_id()
    if store.add_item(tx, import_id, item_id, new, made_by):
        return RowReport(new.name, "accepted", None, None, None, item_id)
    same = store.find_by_content(tx, new.original_sha256)
    reason = "the project has this very picture already"
    return RowReport(new.name, "duplicate", "items.duplicate", reason, None, same)


def finish_import(
    actor: Actor,
    project: str,
    import_id: str,
    *,
    near: Sequence[tuple[str, str]],
    n_marks: int,
    warnings: Sequence[str],
    house: House,
) -> Import:
    """Make every item of an import visible, all at once.

    Args:
        actor: the importer.
        project: whose.
        import_id: which.
        near: pairs (item, the earlier item it nearly equals).
        n_marks: labels that came along.
        warnings: for the report.
        house: where.
    """
    with house.write(actor, project, "finish import") as tx:
        store.mark_near_duplicates(tx, near)
        store.show_items(tx, import_id)
        store.end_import(tx, import_id, ImportState.FINISHED, n_near=len(near), n_marks=n_marks, warnings=warnings)
        tx.record("import.finished", subject=f"import/{import_id}", n_near_duplicates=len(near), n_marks=n_marks)
        return _get(tx, import_id)


def fail_import(actor: Actor, project: str, import_id: str, reason: str, *, house: House) -> Import:
    """Undo an import: none of its items was ever visible; stored pictures are used again or collected."""
    with house.write(actor, project, f"import failed: {reason}"[:500]) as tx:
        store.drop_staged(tx, import_id)
        store.end_import(tx, import_id, ImportState.FAILED, error=reason)
        tx.record("import.failed", subject=f"import/{import_id}", reason=reason)
        return _get(tx, import_id)


def set_found(actor: Actor, project: str, import_id: str, n_found: int, *, house: House) -> None:
    """Note how many files there are, for the progress bar."""
    with house.write(actor, project, "import") as tx:
        store.set_found(tx, import_id, n_found)
        tx.record("import.counted", subject=f"import/{import_id}", n=n_found)


def _get(tx: Tx, import_id: str) -> Import:
    found = store.find_import(tx, import_id)
    if found is None:
        raise ImportNotFoundError(import_id)
    return found
