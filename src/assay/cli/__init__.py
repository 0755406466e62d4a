"""The command line: a list of commands, each in a module that is imported only when it is asked for."""

from __future__ import annotations

import sys
from dataclasses import dataclass

ENGINE = "On files, without a server"
SERVER = "The server"
WORK = "Work in a project"
CARE = "Looking after it"


@dataclass(frozen=True, slots=True)
class Command:
    """A command or a group of commands.

    Attributes:
        module: under `assay.cli`; holds a typer application called `app`.
        help: one line.
        panel: the heading it stands under in `assay --help`.
    """

    module: str
    help: str
    panel: str


COMMANDS: dict[str, Command] = {
    "look": Command("look", "Can these labels be trusted, and what to mend first?", ENGINE),
    "agree": Command("agree", "How alike are several people's labels, and where does practice differ?", ENGINE),
    "score": Command("score", "Hold answers against gold.", ENGINE),
    "consensus": Command("consensus", "One answer from several people's labels.", ENGINE),
    "findings": Command("findings", "Suspicious marks, best first.", ENGINE),
    "annotators": Command("annotators", "Each person's work, beside the others and against gold.", ENGINE),
    "measure": Command("measure", "Agreement and errors of millions of items, streamed and resumable.", ENGINE),
    "embed": Command("embed", "Describe pictures: statistics and embeddings, as one Parquet file.", ENGINE),
    "select": Command("select", "What to label next, and why.", ENGINE),
    "drift": Command("drift", "Has what arrives changed, since when, and does it harm?", ENGINE),
    "diagnose": Command("diagnose", "Why quality fell: pictures, meaning, people, or an echo.", ENGINE),
    "audit-labels": Command("audit_labels", "Draw a blind sample and turn it into a defect rate.", ENGINE),
    "sim-to-real": Command("sim_to_real", "What are synthetic pictures worth, measured on real gold?", ENGINE),
    "convert": Command("converting", "Convert labels from one format to another.", ENGINE),
    "demo": Command("demo", "Watch simulated people take pictures to a signed release, then try it.", SERVER),
    "init": Command("init", "Make a data folder and the first administrator.", SERVER),
    "serve": Command("serve", "Start the server.", SERVER),
    "project": Command("project", "Make projects, define classes, see how the work stands.", WORK),
    "import": Command("importing", "Import a folder, an archive or an object-store prefix.", WORK),
    "model": Command("model", "Register, train, evaluate models; let them suggest.", WORK),
    "retraining": Command("retraining", "Trainings that the policy asks for; begin or dismiss them.", WORK),
    "release": Command("release", "Freeze, sign, download, export and verify releases.", WORK),
    "predictions": Command("predictions", "Hand in what a model said in production; see how good it was.", WORK),
    "why": Command("why", "Why are these marks here, and what did they cost?", WORK),
    "readiness": Command("readiness", "Is this ready for production, and at ten times the size?", WORK),
    "cost": Command("costs", "What labels cost, and what ten times as many would come to.", WORK),
    "policy": Command("policy", "Say in words what a policy file will do, publish it, show it.", WORK),
    "approvals": Command("approvals", "What waits for you and why; sign or refuse it.", WORK),
    "promote": Command("promote", "Ask for a model to be taken into use.", WORK),
    "rollback": Command("rollback", "Go back to the model that was in use before.", WORK),
    "escalate": Command("escalate", "Ask an expert about an edge case.", WORK),
    "rule": Command("rule", "Rule on an edge case: label, clause, gold.", WORK),
    "precedents": Command("precedents", "Search the rulings so far.", WORK),
    "backup": Command("backup", "Copy everything, check a copy, put one back.", CARE),
    "doctor": Command("doctor", "Check this installation and its data.", CARE),
    "user": Command("user", "Add people, reset passwords.", CARE),
    "key": Command("key", "Make API keys.", CARE),
    "audit": Command("audit", "Verify and export the audit log.", CARE),
}
"""Everything `assay` can do, in the order the help shows it."""


def main() -> None:
    """Run the command line and end the process with the documented exit code."""
    from assay.cli.running import run

    sys.exit(run(sys.argv[1:]))
