"""Who may call what: one row for each route. A route without a row fails the tests.

Add a row as `"METHOD /v1/path": Row("roles that may", body=..., ok=...)`:

- roles: `public` (nobody needs to sign in), `anybody` (signed in, no project), `member` (every role of the project), or
  the roles by name; all other roles get 403, everybody else's projects and things 404.
- body: what a caller with the right sends; `{name}` stands for a thing of the project (see `world.py`), and the same
  body with another project's things must get 404.
- ok: statuses that count as let through; more than one where a second call meets what the first one changed.
- person: True for what an API key may not do.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

P = "/v1/projects/{project}"
MARK = {"label_class": "cell", "bbox": [10.0, 10.0, 30.0, 30.0]}
GOLD_MARK = {**MARK, "clauses": ["4.1"]}
WHY = {"why": "a test"}
LEADS = "lead admin"
PAYERS = "lead approver auditor admin"
SIGNERS = "reviewer expert lead approver admin"
READERS = "reviewer expert lead approver auditor admin"


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 20, 20)).save(buffer, "PNG")
    return buffer.getvalue()


PNG = _png()


@dataclass(frozen=True)
class Row:
    """What is expected of one route."""

    roles: str
    body: Any = None
    ok: tuple[int, ...] = (200,)
    raw: bytes | None = None
    query: str = ""
    person: bool = False


ROWS: dict[str, Row] = {
    # session and accounts
    "GET /v1/health": Row("public"),
    "POST /v1/session": Row("public", {"login": "nobody", "password": "wrong-lamp-42-volt"}, ok=(401,)),
    "GET /v1/session": Row("anybody"),
    "DELETE /v1/session": Row("anybody", ok=(204,), person=True),
    "POST /v1/session/password": Row(
        "anybody",
        {"old_password": "zebra-lamp-42-volt", "new_password": "yonder-harp-77-mint"},
        person=True,
    ),
    "POST /v1/links/inspect": Row("public", {"token": "unknown"}, ok=(404,)),
    "POST /v1/links/redeem": Row("public", {"token": "unknown", "password": "yonder-harp-77-mint"}, ok=(404,)),
    "GET /v1/keys": Row("anybody"),
    "POST /v1/keys": Row("anybody", {"name": "script"}, person=True),
    "DELETE /v1/keys/{key_id}": Row("anybody", ok=(204,)),
    # projects
    "GET /v1/projects": Row("anybody"),
    "POST /v1/projects": Row("admin", {"name": "Another"}, ok=(200, 409)),
    f"GET {P}": Row("member"),
    f"GET {P}/policy": Row("member"),
    f"PUT {P}/policy": Row(LEADS, {"version": 7}, ok=(422,)),
    f"GET {P}/policy/presets": Row("member"),
    # the policy file, approvals, promotions
    f"GET {P}/rulebook": Row("member"),
    f"GET {P}/rulebook/versions": Row(READERS),
    f"GET {P}/rulebook/versions/{{version}}": Row(READERS, ok=(200, 404)),  # nobody has published a file there
    f"POST {P}/rulebook/check": Row(READERS, {"source": "assay: policy/1"}),
    f"POST {P}/rulebook": Row(LEADS, {"source": "assay: policy/1", "based_on": 0}, ok=(200, 409)),
    f"GET {P}/proposals": Row(READERS),
    f"POST {P}/proposals": Row(
        "lead expert admin",
        {"kind": "guideline", "title": "t", "action": {"markdown": "## 1.1 Cells\n\nAll.\n", "note": ""}},
        ok=(422,),  # nothing guards guidelines here
    ),
    f"GET {P}/proposals/{{proposal}}": Row(READERS),
    f"POST {P}/proposals/{{proposal}}/signatures": Row(
        SIGNERS,
        {"password": "zebra-lamp-42-volt", "meaning": "approved", "digest": "0" * 64},
        ok=(403, 409),
        person=True,
    ),
    f"POST {P}/proposals/{{proposal}}/emergency": Row(
        SIGNERS, {"password": "zebra-lamp-42-volt", "reason": "a test", "digest": "0" * 64}, ok=(403, 409), person=True
    ),
    f"POST {P}/proposals/{{proposal}}/refusal": Row(SIGNERS, {"reason": "a test"}, ok=(200, 403, 409)),
    f"POST {P}/proposals/{{proposal}}/withdrawal": Row(SIGNERS, {"reason": "a test"}, ok=(200, 403, 409)),
    f"GET {P}/inbox": Row("member"),
    f"GET {P}/promotions": Row(READERS),
    f"POST {P}/promotions": Row("expert lead approver admin", {"model": "{model}", "why": "a test"}, ok=(200, 409)),
    f"GET {P}/promotions/{{promotion}}": Row(READERS),
    f"POST {P}/rollbacks": Row("lead approver admin", {"reason": "a test"}, ok=(409,)),
    # edge cases
    f"POST {P}/escalations": Row(
        "annotator reviewer expert lead admin",
        {"client_key": "key-12345", "question": "What is it?", "item_id": "{spare}"},
        ok=(200, 404),  # an annotator names a task, never an item
    ),
    f"GET {P}/me/escalations": Row("member"),
    f"GET {P}/escalations": Row("reviewer expert lead auditor admin"),
    f"GET {P}/escalations/{{escalation}}": Row("reviewer expert lead auditor admin"),
    f"POST {P}/escalations/{{escalation}}/ruling": Row("expert admin", {"ruling": "It is a cell."}, ok=(200, 409)),
    f"POST {P}/escalations/{{escalation}}/withdrawal": Row("annotator reviewer expert lead admin", ok=(200, 404, 409)),
    f"GET {P}/precedents": Row("member", query="q=cell"),
    # costs
    f"GET {P}/costs": Row(PAYERS),
    f"GET {P}/costs/rates": Row(PAYERS),
    f"POST {P}/costs/rates": Row(LEADS, {"version": 0, "currency": "EUR", "per_hour": {}}, ok=(200, 409)),
    f"GET {P}/costs/ledger": Row(PAYERS),
    f"GET {P}/costs/items/{{item}}": Row(PAYERS),
    f"GET {P}/costs/forecast": Row(PAYERS, ok=(422,)),
    # models and suggestions
    f"PUT {P}/model-files": Row(LEADS, raw=PNG),
    f"GET {P}/models": Row(READERS),
    f"POST {P}/models": Row(
        LEADS, {"name": "other", "task": "boxes", "runner": "none", "release": "{release}"}, ok=(200,)
    ),
    f"GET {P}/models/{{model}}": Row(READERS),
    f"GET {P}/models/{{model}}/card": Row(READERS),
    f"GET {P}/models/{{model}}/file": Row(READERS),
    f"GET {P}/models/{{model}}/evaluations": Row(READERS),
    f"POST {P}/models/{{model}}/evaluations": Row(LEADS, {}),
    f"POST {P}/models/{{model}}/suggestions": Row(LEADS),
    f"POST {P}/models/{{model}}/certificates": Row(LEADS),
    f"GET {P}/evaluations/{{evaluation}}": Row(READERS),
    f"GET {P}/evaluations/{{evaluation}}/items": Row("expert lead approver auditor admin"),  # they are gold
    f"GET {P}/trainers": Row(LEADS),
    f"GET {P}/model-runs": Row(READERS),
    f"POST {P}/model-runs": Row(LEADS, {"trainer": "tags", "name": "other", "release": "{release}"}),
    f"GET {P}/model-runs/{{run}}": Row(READERS),
    f"GET {P}/retraining": Row(READERS),
    f"POST {P}/retraining/{{retraining}}/start": Row(LEADS, {}, ok=(422, 409)),  # no model in use was trained here
    f"POST {P}/retraining/{{retraining}}/dismissal": Row(LEADS, {"reason": "a test"}, ok=(200, 409)),
    f"GET {P}/assignments/{{assignment}}/suggestion": Row("annotator"),
    f"GET {P}/suggestion-policy": Row(READERS),
    f"PUT {P}/suggestion-policy": Row(LEADS, {"version": 0, "why": "a test"}, ok=(200, 409)),
    f"GET {P}/suggestion-figures": Row(READERS),
    f"GET {P}/certificates": Row(READERS),
    f"GET {P}/certificates/{{certificate}}/audits": Row(READERS),
    # production
    f"POST {P}/production/predictions": Row(
        LEADS, {"model": "{model}", "predictions": [{"item": "{item}", "key": "k", "marks": []}]}
    ),
    f"GET {P}/production/quality": Row(READERS),
    f"GET {P}/production/checks": Row(READERS),
    f"GET {P}/readiness": Row(PAYERS),
    # descriptions, selections, monitors
    f"GET {P}/descriptions": Row(READERS),
    f"PUT {P}/encoder": Row(LEADS, raw=PNG, ok=(422,)),
    f"GET {P}/selections": Row(READERS),
    f"POST {P}/selections": Row(LEADS, {"name": "next", "n": 1}, ok=(422,)),
    f"GET {P}/selections/{{selection}}/items": Row(READERS),
    f"GET {P}/selections/{{selection}}/gain": Row(READERS),
    f"POST {P}/selections/{{selection}}/batch": Row(LEADS, {}, ok=(200, 409)),
    f"GET {P}/monitors": Row(READERS),
    f"POST {P}/monitors": Row(LEADS, {"name": "line 2", "window": 30}, ok=(422,)),
    f"POST {P}/monitors/{{monitor}}/stop": Row(LEADS),
    f"GET {P}/monitors/{{monitor}}/checks": Row(READERS),
    f"POST {P}/monitors/{{monitor}}/checks": Row(LEADS, ok=(422,)),
    f"GET {P}/monitors/{{monitor}}/checks/{{check}}": Row(READERS),
    f"GET {P}/monitors/{{monitor}}/checks/{{check}}/pictures": Row(READERS),
    f"GET {P}/monitors/{{monitor}}/checks/{{check}}/pairs": Row(READERS),
    f"GET {P}/diagnoses": Row(READERS),
    f"POST {P}/diagnoses": Row(LEADS, {"name": "why", "expert_wrong": 1, "expert_n": 50}, ok=(422,)),
    f"GET {P}/diagnosis-outlook": Row(READERS),
    f"GET {P}/diagnoses/{{diagnosis}}": Row(READERS),
    f"POST {P}/diagnoses/{{diagnosis}}/conclusion": Row(LEADS, ok=(422,)),
    # members
    f"GET {P}/members": Row(LEADS),
    f"POST {P}/members": Row(LEADS, {"name": "Eva", "login": "eva", "roles": ["annotator"]}, ok=(200, 409)),
    f"PATCH {P}/members/{{user}}": Row(LEADS, {"roles": ["annotator", "reviewer"]}),
    f"POST {P}/members/{{user}}/reset": Row(LEADS),
    f"POST {P}/members/{{user}}/pause": Row(LEADS, WHY, ok=(200, 409)),
    f"POST {P}/members/{{user}}/resume": Row(LEADS, WHY, ok=(409,)),
    f"POST {P}/members/{{user}}/put-back": Row(LEADS, {**WHY, "since_at": "2026-01-01T00:00:00Z"}),
    f"POST {P}/members/{{user}}/reassign": Row(LEADS, WHY),
    # schema and guideline
    f"GET {P}/schemas": Row("member"),
    f"GET {P}/schemas/{{version}}": Row("member"),
    f"POST {P}/schemas": Row("lead expert admin", {"classes": [{"id": "cell", "name": "Cell"}]}),
    f"GET {P}/guidelines": Row("member"),
    f"GET {P}/guidelines/{{version}}": Row("member"),
    f"POST {P}/guidelines": Row("lead expert admin", {"markdown": "## 4.1 Cells {cell}\n\nAll.\n", "note": "n"}),
    f"PUT {P}/guideline-examples": Row("lead expert admin", raw=PNG),
    f"GET {P}/guideline-examples/{{example_id}}": Row("member"),
    # taking pictures in
    f"GET {P}/imports": Row(LEADS),
    f"POST {P}/imports": Row(LEADS, {"kind": "upload", "labels": "ignore", "origin": "real"}),
    f"GET {P}/imports/{{import_id}}": Row(LEADS),
    f"GET {P}/imports/{{import_id}}/rows": Row(LEADS),
    f"PUT {P}/imports/{{import_id}}/files": Row(LEADS, raw=PNG, query="name=a.png"),
    f"POST {P}/imports/{{import_id}}/start": Row(LEADS, ok=(200, 202, 409)),
    # items
    f"GET {P}/items": Row(READERS),
    f"GET {P}/items/{{item}}": Row(READERS),
    f"GET {P}/items/{{item}}/image": Row(READERS),
    f"GET {P}/items/{{item}}/image/tiles/{{place}}": Row(READERS, ok=(422,)),
    f"GET {P}/items/{{item}}/thumb": Row(READERS),
    f"GET {P}/items/{{item}}/why": Row(READERS),
    # looking through a project
    f"GET {P}/browse": Row(READERS, query="state=disputed&author=imported&author=x&order=worst"),
    f"GET {P}/browse/ids": Row(READERS),
    f"GET {P}/overview/strip/{{place}}": Row(READERS),
    f"GET {P}/classes/{{label_class}}": Row(READERS),
    f"GET {P}/agreement/pairs": Row(READERS),
    f"GET {P}/doubts": Row(READERS),
    f"POST {P}/doubts/{{doubt}}/verdict": Row("reviewer expert lead admin", {"state": "dismissed"}),
    # batches
    f"GET {P}/batches": Row(LEADS),
    f"POST {P}/batches": Row(LEADS, {"name": "more", "items": ["{spare}"]}),
    f"POST {P}/batches/{{batch}}/close": Row(LEADS),
    f"POST {P}/batches/{{batch}}/open": Row(LEADS),
    # queue
    f"POST {P}/claims": Row("annotator", {}),
    f"GET {P}/assignments/{{assignment}}": Row("annotator"),
    f"GET {P}/assignments/{{assignment}}/image": Row("annotator"),
    f"GET {P}/assignments/{{assignment}}/image/tiles/{{place}}": Row("annotator", ok=(422,)),
    f"PUT {P}/assignments/{{assignment}}/draft": Row(
        "annotator", {"marks": [MARK], "seconds": 1.5, "revision": 0}, ok=(200, 409)
    ),
    f"POST {P}/assignments/{{assignment}}/renew": Row("annotator"),
    f"POST {P}/assignments/{{assignment}}/submission": Row(
        "annotator",
        {"client_key": "key-12345", "marks": [MARK], "seconds": 1.5, "schema_version": 1, "guideline_version": 1},
    ),
    f"POST {P}/assignments/{{assignment}}/skip": Row("annotator", {"reason": "blurred"}, ok=(204, 409)),
    f"GET {P}/me/assignments": Row("annotator"),
    f"POST {P}/contests": Row("annotator", {"verdict_id": "{verdict}", "text": "I see none"}, ok=(200, 409)),
    # gold
    f"GET {P}/gold": Row("expert lead auditor admin"),
    f"GET {P}/gold/{{item}}": Row("expert lead auditor admin"),
    f"POST {P}/gold": Row("expert admin", {"item_id": "{spare}", "marks": [GOLD_MARK], **WHY}),
    f"POST {P}/gold/{{item}}/retire": Row("expert admin", WHY, ok=(200, 409)),
    f"GET {P}/contests": Row("expert lead auditor admin"),
    f"POST {P}/contests/{{contest}}/ruling": Row(
        "expert admin", {"upheld": False, "text": "It is there"}, ok=(200, 409)
    ),
    # review and adjudication
    f"POST {P}/reviews/claims": Row("reviewer expert lead admin", {}),
    f"GET {P}/reviews": Row("reviewer expert lead auditor admin"),
    f"GET {P}/reviews/{{review}}/image": Row("reviewer expert lead admin"),
    f"GET {P}/reviews/{{review}}/image/tiles/{{place}}": Row("reviewer expert lead admin", ok=(422,)),
    f"POST {P}/reviews/{{review}}/verdict": Row(
        "reviewer expert lead admin", {"verdict": "accept", "client_key": "key-12345"}, ok=(200, 409)
    ),
    f"POST {P}/adjudications/claims": Row("expert lead admin"),
    f"GET {P}/adjudications": Row("expert lead auditor admin"),
    f"GET {P}/adjudications/{{adjudication}}/image": Row("expert lead admin"),
    f"GET {P}/adjudications/{{adjudication}}/image/tiles/{{place}}": Row("expert lead admin", ok=(422,)),
    f"POST {P}/adjudications/{{adjudication}}/settlement": Row(
        "expert lead admin", {"marks": [MARK], "client_key": "key-12345"}, ok=(200, 409)
    ),
    # pages that decide
    f"GET {P}/overview": Row(READERS),
    f"GET {P}/blockers": Row(READERS),
    f"GET {P}/people": Row(READERS),
    f"GET {P}/people/{{user}}": Row(READERS),
    f"GET {P}/people/{{user}}/crops": Row(READERS, query="kind=missed"),
    f"GET {P}/people/{{user}}/pace": Row(READERS),
    f"GET {P}/agreement": Row(READERS),
    f"GET {P}/findings": Row(READERS),
    f"GET {P}/practice": Row(READERS),
    f"POST {P}/practice": Row(READERS, None, ok=(202,)),
    f"GET {P}/findings/{{finding}}/draft": Row("lead expert admin", query="clause_id=9.1"),
    f"POST {P}/findings/{{finding}}/publish": Row(
        "lead expert admin", {"clause_id": "4.2", "markdown": "Box cells at the edge.", **WHY}, ok=(200, 409, 422)
    ),
    f"POST {P}/findings/{{finding}}/dismiss": Row("lead expert admin", WHY, ok=(204,)),
    f"GET {P}/me/figures": Row("annotator"),
    # releases
    f"GET {P}/releases": Row(READERS),
    f"POST {P}/releases": Row(LEADS, {}),
    f"GET {P}/releases/{{release}}": Row(READERS),
    f"POST {P}/releases/{{release}}/check": Row(LEADS),
    # A lead gets as far as the policy, which leaves signing to approvers.
    f"POST {P}/releases/{{release}}/signatures": Row(
        "approver lead", {"password": "zebra-lamp-42-volt", "meaning": "approved"}, ok=(200, 403, 409), person=True
    ),
    f"POST {P}/releases/{{release}}/refusal": Row("approver lead", {"reason": "a test"}, ok=(200, 409)),
    f"GET {P}/releases/{{release}}/download": Row(READERS),
    f"GET {P}/releases/{{release}}/diff": Row(READERS),
    f"GET {P}/releases/{{release}}/export": Row(READERS, query="format=coco"),
    # audit
    f"GET {P}/audit": Row("auditor lead approver admin"),
    f"GET {P}/audit/head": Row("auditor lead approver admin"),
    f"GET {P}/audit/choices": Row("auditor lead approver admin"),
    f"POST {P}/audit/check": Row("auditor lead approver admin", {}),
}
