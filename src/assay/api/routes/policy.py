"""A project's policy."""

from __future__ import annotations

from assay.api.deps import AnyMember, Caller, House, Lead
from assay.api.routing import make_router
from assay.governance import get_policy, list_presets, set_policy
from assay.wire.common import Rows
from assay.wire.policy import Policy

router = make_router("policy")


@router.get("/v1/projects/{project}/policy")
def read_policy(caller: Caller, project: AnyMember, house: House) -> Policy:
    """What the project demands."""
    return Policy.model_validate(get_policy(caller.actor, project.project_id, house=house).to_json())


@router.put("/v1/projects/{project}/policy")
def write_policy(body: Policy, caller: Caller, project: Lead, house: House) -> Policy:
    """Let the project work by other rules from now on; `version` is the one the change is based on."""
    return Policy.model_validate(set_policy(caller, project, body.model_dump(), house=house).to_json())


@router.get("/v1/projects/{project}/policy/presets", response_model=Rows[Policy])
def read_presets(project: AnyMember) -> Rows[Policy]:
    """Policies to begin from; each is version 0 until somebody saves it."""
    del project
    return Rows.model_construct(rows=[Policy.model_validate(each.to_json()) for each in list_presets()])
