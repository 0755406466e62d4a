"""Policy files: read exactly, every fault named with its line, said in words."""

from __future__ import annotations

import pytest

from assay.governance import Guard, Guarded, PolicyFileError, Rulebook, check_people, in_words, preset, read_rulebook
from assay.governance.rulebook_rules import require_reachable

FULL = """
assay: policy/1
note: two people for models
work: {preset: standard, overlap: 2}
approvals:
  release: {signatures: 2, by: [approver, lead]}
  promotion:
    signatures: 2
    people: [eva, ben, kim]
    not_by: [author, reviewer]
    evidence: [evaluation, gate]
    expires: 3 days
    break_glass: {by: [admin], reason_chars: 30, second_signature: 24 hours}
  guideline: {signatures: 1, by: [expert]}
  gold: none
  policy: {signatures: 2, by: [approver, lead]}
promotion:
  margin: 2 points
  first_model: {floors: {f1: 60 %}}
  watch: {for: 48 hours, roll_back_below: 0.7}
classes:
  "*": {human_review: sampled, automatic_above: 0.9, max_error: 5 %}
  crack: {human_review: always}
serving: {ask_below: 0.6, random_share: 2 %}
retrain:
  - {cause: covariate, drop: 3 points, act: propose}
"""


def test_a_full_file_is_read_as_it_is_written() -> None:
    rules = read_rulebook(FULL)
    guard = rules.guard(Guarded.PROMOTION)
    assert (guard.signatures, guard.people, guard.expires_s) == (2, ("eva", "ben", "kim"), 3 * 86_400)
    assert guard.break_glass is not None
    assert guard.break_glass.second_s == 86_400
    assert rules.guard(Guarded.GOLD) == rules.guard(Guarded.THRESHOLD) == Guard(0)
    assert (rules.promotion.margin, rules.promotion.floors, rules.promotion.watch_s) == (0.02, {"f1": 0.6}, 172_800)
    assert rules.class_rule("crack").automatic_above is None
    assert rules.class_rule("scratch").automatic_above == 0.9
    assert (rules.serving.random_share, rules.retrain[0].drop) == (0.02, 0.03)
    assert rules.work is not None
    assert rules.work["overlap"] == 2
    assert Rulebook.from_json(rules.to_json(), version=0) == rules


def test_what_a_file_leaves_out_stays_as_strict_as_the_project_was() -> None:
    rules = read_rulebook("assay: policy/1", settings=preset("strict"))
    assert rules.guard(Guarded.RELEASE).signatures == rules.guard(Guarded.PROMOTION).signatures == 2
    assert rules.class_rule("anything").human_review == "always"
    assert rules.promotion.floors == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("clases: {}", "line 2: a policy has no key 'clases'; did you mean 'classes'?"),
        ("approvals: {promotion: {signatres: 2}}", "has no key 'signatres'; did you mean 'signatures'?"),
        ("approvals: {promotions: {signatures: 2}}", "has no key 'promotions'; did you mean 'promotion'?"),
        ("approvals: {policy: {signatures: 3, people: [a, b]}}", "3 signatures of 2 people (a, b): nobody can reach"),
        ("approvals: {policy: {signatures: 11}}", "a whole number from 0 to 10"),
        ("approvals: {policy: {by: []}}", "names no role: nobody could sign"),
        ("approvals: {policy: {by: [annotator]}}", "holds 'annotator'; there are reviewer"),
        ("approvals: {policy: {by: [aprover]}}", "did you mean 'approver'?"),
        ("approvals: {policy: {not_by: [reviewer]}}", "nobody approves their own work"),
        ("approvals: {policy: {not_by: []}}", "nobody approves their own work"),
        ("approvals: {promotion: {self_approval: true}}", "nobody approves their own work; leave it out"),
        ("approvals: {promotion: none}", "a promotion always needs at least one"),
        ("approvals: {release: {signatures: 0}}", "a release always needs at least one"),
        ("approvals: {promotion: {evidence: [vibes]}}", "holds 'vibes'; there are evaluation, gate"),
        ("approvals: {promotion: {expires: soon}}", "a time such as 30 minutes"),
        ("promotion: {margin: 40 points}", "a share from 0.0001 to 0.2"),
        ("promotion: {open_findings: no}", "promotion.open_findings is 'no'"),
        ("classes: {x: {human_review: sampled}}", "sampled needs automatic_above"),
        ("classes: {x: {automatic_above: 0.9}}", "could never act"),
        ("serving: {random_share: 0}", "production quality could never be measured"),
        ("retrain: [{cause: labels}]", "worse labels never start a training"),
        ("retrain: [{drop: 0.1}]", "names no cause"),
        ("work: {overlap: 0}", "line 2: work: overlap is 0"),
        ("work: {overlapp: 3}", "'overlapp'"),
        ("note: 7", "note is 7; it must be text"),
        ("note: a\nnote: b", "line 3: 'note' stands there twice"),
        ("note: *x", "anchors, aliases and tags are not read"),
        ("note: !!python/object:os.system x", "anchors, aliases and tags are not read"),
        ("note: [", "it is no YAML"),
        ("- 1", "it is no YAML"),
    ],
)
def test_a_fault_is_named_with_its_line(line: str, fault: str) -> None:
    with pytest.raises(PolicyFileError) as refusal:
        read_rulebook(f"assay: policy/1\n{line}\n")
    assert fault in "; ".join(refusal.value.faults)


@pytest.mark.parametrize("text", ["", "7", "[]", "assay: policy/2", "note: x", "[" * 5000, "a: " + "x" * 200_001])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyFileError):
        read_rulebook(text)


def test_all_faults_come_at_once_in_the_order_of_their_lines() -> None:
    with pytest.raises(PolicyFileError) as refusal:
        read_rulebook("assay: policy/1\nserving: {random_share: 0}\nnotes: x\nretrain: [{cause: labels}]\n")
    assert [f.split(":")[0] for f in refusal.value.faults] == ["line 2", "line 3", "line 4"]


def test_each_fault_comes_with_its_line_as_data_for_an_editor() -> None:
    with pytest.raises(PolicyFileError) as refusal:
        read_rulebook("assay: policy/1\nserving: {random_share: 0}\nnotes: x\n")
    assert [d["line"] for d in refusal.value.details] == [2, 3]
    assert "notes" in str(refusal.value.details[1]["what"])
    with pytest.raises(PolicyFileError) as whole:
        read_rulebook("")
    assert whole.value.details == [{"line": None, "what": "it is empty"}]


def test_a_quorum_that_nobody_can_reach_names_the_line_of_what_it_guards() -> None:
    text = "assay: policy/1\napprovals:\n  release: {signatures: 1}\n  policy: {signatures: 2}\n"
    with pytest.raises(PolicyFileError) as refusal:
        require_reachable(read_rulebook(text), {"eva": frozenset({"approver"})}, text)
    assert refusal.value.faults[0].startswith("line 4: approvals.policy needs 2 signatures")


def test_the_words_name_every_number_of_a_promotion() -> None:
    words = "\n".join(in_words(read_rulebook(FULL)))
    for part in (
        "2 signatures of different people, each by one of eva, ben, kim as approver",
        "never by somebody who trained, registered or proposed it, nor by one who reviewed it",
        "It is put to them only with evaluation and gate. After 3 days the request lapses.",
        "one admin who did not make it may act alone with a reason of at least 30 characters",
        "within 2 points of the one in use",
        "f1 at least 0.6",
        "watched for 2 days and rolled back by itself when production quality is shown to be below 0.7",
        "Class crack: a person sees every label.",
        "excludes more than 5 % wrong ones",
        "When quality falls by 3 points or more because the pictures changed, a training is proposed",
        "each image by 2 people",
    ):
        assert part in words


def test_a_quorum_beyond_the_people_there_are_stops_and_one_without_a_spare_warns() -> None:
    rules = read_rulebook("assay: policy/1\napprovals:\n  policy: {signatures: 2}\n")
    one = {"eva": frozenset({"approver"}), "ann": frozenset({"annotator"})}
    assert check_people(rules, one)[0] == [
        "approvals.policy needs 2 signatures, but 1 of this project's people may sign (eva)"
    ]
    two = one | {"ben": frozenset({"approver", "lead"})}
    stops, warnings = check_people(rules, two)
    assert stops == []
    assert "if one of them is the author or away, it waits" in warnings[0]
