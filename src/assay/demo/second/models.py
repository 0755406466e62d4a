"""Models of the second round: trained by the server, judged at its gate, signed by two people, taken into use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.demo.errors import DemoStuckError
from assay.demo.second.ground import MODEL, TEMPLATES, Ground, wait_for
from assay.jobs.suggesting.artifact import pack_arrays, unpack_arrays
from assay.jobs.suggesting.boards import BoardBoxes

INTENDED_USE = "Finds six kinds of defect on printed boards beside their template. Not for boards without one."
SIGNED_FOR = "I have read the evaluation and what the gate says of it; this model may be used."
_ON_ITS_WAY = {"requested", "evaluated"}
_KIND = "template-difference"


@dataclass(frozen=True)
class Promotion:
    """What became of a promotion.

    Attributes:
        state: `watched` when it is in use, `refused` by the gate.
        evaluation: of the challenger, beside the model in use.
        signers: names and roles of those who signed.
    """

    model: str
    state: str
    title: str
    reason: str | None
    gate: dict[str, Any]
    evaluation: dict[str, Any]
    signers: list[dict[str, Any]]


def train(ground: Ground, release: dict[str, Any], *, start: int = 0) -> dict[str, Any]:
    """Train on a release, from the `start`-th start of the network; returns the run, which names its version."""
    sizes = ground.sizes
    config = {
        "template": TEMPLATES, "epochs": sizes.epochs, "least_steps": sizes.least_steps, "seed": ground.seed + start,
    }  # fmt: skip
    body = {
        "trainer": "boards", "name": MODEL, "release": release["id"], "config": config, "intended_use": INTENDED_USE,
    }  # fmt: skip
    with ground.console.step(f"Training on {release['name']}") as step:
        made = ground.lead.post("/model-runs", body)
        run = wait_for(
            lambda: ground.lead.get(f"/model-runs/{made['id']}"),
            lambda r: r["state"] in {"finished", "failed"},
            "the training",
        )
        if run["state"] == "failed":
            raise DemoStuckError(f"The training failed: {run['error']}")
        step.note(f"{run['model']}, {run['cpu_s']:.0f} s of processor time")
    return run


def promote(ground: Ground, model: str, why: str) -> Promotion:
    """Ask for a version to be taken into use, and let both approvers sign when the gate lets it pass."""
    with ground.console.step(f"The gate looks at {model}") as step:
        asked = ground.lead.post("/promotions", {"model": model, "why": why})
        where = f"/promotions/{asked['id']}"
        gated = wait_for(lambda: ground.lead.get(where), lambda p: p["state"] not in _ON_ITS_WAY, "the evaluation")
        step.note({"waiting": "passed", "refused": "refused"}.get(gated["state"], gated["state"]))
    signers: list[dict[str, Any]] = []
    if gated["state"] == "waiting":
        with ground.console.step("Two people approve it") as step:
            signers = _sign(ground, gated["proposal_id"])
            step.note(" and ".join(s["name"] for s in signers))
            gated = wait_for(lambda: ground.lead.get(where), lambda p: p["state"] != "waiting", "the promotion")
    if gated["evaluation_id"] is None:
        raise DemoStuckError(f"{model} was not judged: {gated['reason']}")
    evaluation = ground.lead.get(f"/evaluations/{gated['evaluation_id']}")
    return Promotion(model, gated["state"], gated["title"], gated["reason"], gated["gate"] or {}, evaluation, signers)


def _sign(ground: Ground, proposal_id: str) -> list[dict[str, Any]]:
    """Sign by one approver after the other; returns who the server says has signed."""
    signed: dict[str, Any] = {"signatures": []}
    for approver in ground.approvers.values():
        proposal = approver.api.get(f"/proposals/{proposal_id}")
        signed = approver.sign_proposal(proposal, SIGNED_FOR)
    return [
        {"name": s["user"]["name"], "role": s["role"], "at": s["at"], "simulated": s["user"]["simulated"]}
        for s in signed["signatures"]
    ]


def fetch_model(ground: Ground, model: str) -> BoardBoxes:
    """Download a model and make it ready to answer, as a machine on the line would."""
    found = ground.lead.get(f"/models/{model}")
    return BoardBoxes(ground.lead.image(f"/models/{model}/file"), found["config"], title=found["title"])


def register_damaged(ground: Ground, model: str, label_class: str) -> str:
    """Register a copy of a model whose numbers for one class are lost, as a broken conversion leaves it."""
    data = ground.lead.image(f"/models/{model}/file")
    found = ground.lead.get(f"/models/{model}")
    sha = ground.lead.upload("/model-files", damaged(data, label_class))["sha256"]
    made = ground.lead.post(
        "/models",
        {
            "name": MODEL, "task": "boxes", "runner": "boards", "framework": found["framework"], "artifact_sha256": sha,
            "intended_use": f"{found['title']} converted for a smaller machine", "config": found["config"],
        },
    )  # fmt: skip
    return str(made["title"])


def damaged(data: bytes, label_class: str) -> bytes:
    """The model's file with the weights of one class lost: it never answers with it any more."""
    meta, arrays = unpack_arrays(data, _KIND)
    place = meta["classes"].index(label_class)
    arrays = {name: array.copy() for name, array in arrays.items()}
    arrays["o"][:, place] = 0
    arrays["ob"][place] = -20.0
    return pack_arrays(meta, arrays)
