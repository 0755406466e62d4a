"""Batches, tasks, assignments, leases: who gets which item next."""

from assay.queue.actions import (
    claim_next,
    claim_practice,
    lapse_leases,
    renew,
    reopen_task,
    return_leases,
    save_draft,
    skip,
    submit,
)
from assay.queue.errors import (
    AssignmentClosedError,
    AssignmentNotFoundError,
    BatchEmptyError,
    BatchNotFoundError,
    BatchPolicyInvalidError,
    DraftStaleError,
    LeaseLapsedError,
)
from assay.queue.model import Assignment, AssignmentState, Batch, BatchPolicy, Claim, Draft, Kind, NewTask, Task
from assay.queue.planning import create_batch, set_batch_state, show_as_gold, stop_gold
from assay.queue.queries import (
    batch_counts,
    batch_in,
    batched_items,
    get_assignment,
    list_batches,
    my_history,
    tasks_of_item,
)
from assay.queue.rules import is_gold_turn

__all__ = [
    "Assignment",
    "AssignmentClosedError",
    "AssignmentNotFoundError",
    "AssignmentState",
    "Batch",
    "BatchEmptyError",
    "BatchNotFoundError",
    "BatchPolicy",
    "BatchPolicyInvalidError",
    "Claim",
    "Draft",
    "DraftStaleError",
    "Kind",
    "LeaseLapsedError",
    "NewTask",
    "Task",
    "batch_counts",
    "batch_in",
    "batched_items",
    "claim_next",
    "claim_practice",
    "create_batch",
    "get_assignment",
    "is_gold_turn",
    "lapse_leases",
    "list_batches",
    "my_history",
    "renew",
    "reopen_task",
    "return_leases",
    "save_draft",
    "set_batch_state",
    "show_as_gold",
    "skip",
    "stop_gold",
    "submit",
    "tasks_of_item",
]
