"""Text that a careless page would run: our own marks for each kind of place, and the shared lists where they are."""

from __future__ import annotations

import io
import json

from PIL import Image

from assay.demo.api import Api
from assay.demo.errors import DemoCallError
from tests.support.shared import SHARED

OWN = (
    "<img src=x onerror=ASSAY_XSS=1>",
    "<svg onload=ASSAY_XSS=1>",
    "<script>ASSAY_XSS=1</script>",
    '"><script>ASSAY_XSS=1</script>',
    "'><svg/onload=ASSAY_XSS=1>",
    "</title></textarea><img src=x onerror=ASSAY_XSS=1>",
    "javascript:ASSAY_XSS=1",
    "{{constructor.constructor('ASSAY_XSS=1')()}}",
    "${ASSAY_XSS=1}",
    "<iframe srcdoc='<script>parent.ASSAY_XSS=1</script>'>",
    "<math><mtext><style><img src=x onerror=ASSAY_XSS=1>",
    "[click](javascript:ASSAY_XSS=1)",
    '![x](x "onerror=ASSAY_XSS=1")',
    "<a href=http://127.0.0.1:9/assay-beacon>x</a>",
    "![x](http://127.0.0.1:9/assay-beacon.png)",
)
_REFUSED = 422
_NAMES, _MEMBERS, _CLASSES, _FILES, _BATCHES, _NOTES = 128, 180, 90, 60, 40, 10


def sharp_texts() -> list[str]:
    """Our own, then the shared naughty strings, those with markup first."""
    shared = SHARED / "badinputs/strings/naughty_strings.jsonl"
    lines = shared.read_text().splitlines() if shared.exists() else []
    found = [str(json.loads(line)["value"]) for line in lines]
    return [*OWN, *sorted(found, key=lambda text: "<" not in text)]


def sharp_files() -> dict[str, bytes]:
    """Pictures that are none, by name."""
    folder = SHARED / "badinputs/svg"
    shared = {path.name: path.read_bytes() for path in sorted(folder.glob("*.svg"))} if folder.exists() else {}
    own = {'"onload=ASSAY_XSS=1 x=".svg': b'<svg xmlns="http://www.w3.org/2000/svg" onload="parent.ASSAY_XSS=1"/>'}
    return own | shared


def fill_project(api: Api) -> dict[str, set[str]]:
    """Put sharp texts into every field of a project that takes them; returns what was taken, by field.

    What the server refuses (too long, a control character) is left out: a refusal is an answer too.
    """
    texts = sharp_texts()
    taken: dict[str, set[str]] = {
        "members": set(),
        "classes": set(),
        "files": set(),
        "batches": set(),
        "clauses": set(),
    }
    for number, text in enumerate(texts[:_MEMBERS]):
        body = {"name": text, "login": f"sharp-{number}", "roles": ["annotator"]}
        if (made := _try(api, "/members", body)) is not None:
            taken["members"].add(made["user"]["name"])
    _upload(api, texts)
    taken["files"] = {row["name"] for row in api.rows("/items")}
    classes = [{"id": f"c{n}", "name": text, "shapes": ["bbox"]} for n, text in enumerate(_short(texts)[:_CLASSES])]
    taken["classes"] = {each["name"] for each in api.post("/schemas", {"classes": classes})["classes"]}
    clauses = [text for text in texts if text.strip() and "\n" not in text]
    markdown = "\n\n".join(f"## 1.{n} {text}\n\n{text}" for n, text in enumerate(clauses, 1))
    api.post("/guidelines", {"markdown": markdown, "note": OWN[0]})
    items = [row["id"] for row in api.rows("/items")]
    for text in _short(texts)[:_BATCHES]:
        if (made := _try(api, "/batches", {"name": text, "items": items[:3]})) is not None:
            taken["batches"].add(made["name"])
    for text in texts[:_NOTES]:
        api.post("/releases", {"note": text})
    _give_reasons(api, texts)
    return taken


def _short(texts: list[str]) -> list[str]:
    return [text for text in texts if text.strip() and text.isprintable() and len(text) <= _NAMES]


def _try(api: Api, path: str, body: dict[str, object]) -> dict[str, dict[str, str]] | None:
    try:
        made: dict[str, dict[str, str]] = api.post(path, body)
    except DemoCallError as error:
        if error.status != _REFUSED:
            raise
        return None
    return made


def _upload(api: Api, texts: list[str]) -> None:
    made = api.post("/imports", {"kind": "upload", "labels": "ignore", "origin": "real", "name": OWN[0]})
    pictures = {f"{text}.png": _picture(n) for n, text in enumerate(_short(texts)[:_FILES])}
    for name, data in {**pictures, **sharp_files()}.items():
        try:
            api.upload(f"/imports/{made['id']}/files", data, name=name)
        except DemoCallError as error:
            if error.status != _REFUSED:
                raise
    api.post(f"/imports/{made['id']}/start", {})
    while api.get(f"/imports/{made['id']}")["state"] in {"open", "running"}:
        pass


def _picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (number % 256, 90, 40)).save(out, "PNG")
    return out.getvalue()


def _give_reasons(api: Api, texts: list[str]) -> None:
    """Pause and resume somebody with each text as the reason, so that the audit log is full of them."""
    user = next(row["user"]["id"] for row in api.rows("/members") if row["roles"] == ["annotator"])
    for text in texts[:_NOTES]:
        for act in ("pause", "resume"):
            api.post(f"/members/{user}/{act}", {"why": text})
