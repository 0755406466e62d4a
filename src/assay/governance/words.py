"""Says in words what a rulebook will do, so that people agree to what they understood."""

from __future__ import annotations

from assay.governance.rulebook import BreakGlass, Guard, Guarded, PromotionRules, Retrain, Rulebook

_WHAT = {
    Guarded.RELEASE: ("A release", "labelled any of it"),
    Guarded.PROMOTION: ("A model taken into use", "trained, registered or proposed it"),
    Guarded.GUIDELINE: ("A new guideline", "wrote it"),
    Guarded.GOLD: ("New or changed gold", "answered it"),
    Guarded.THRESHOLD: ("A threshold of automatic labels", "proposed it"),
    Guarded.POLICY: ("A change of this policy", "proposed it"),
}
_UNITS = ((7 * 86_400, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def in_words(rulebook: Rulebook) -> list[str]:
    """One sentence or two for each thing the rulebook decides, in a fixed order."""
    lines = [_guard_words(what, rulebook.guard(what)) for what in Guarded]
    lines += _promotion_words(rulebook.promotion)
    lines += _class_words(rulebook)
    lines.append(
        f"In production, predictions less sure than {rulebook.serving.ask_below:g} go to people, "
        f"and a random {percent(rulebook.serving.random_share)} of all, which measures production quality."
    )
    lines += [_retrain_words(rule) for rule in rulebook.retrain] or ["No cause starts a training by itself."]
    lines.append("Worse labels never start a training.")
    lines.append(
        "The settings of queue and release gates stay as they are." if rulebook.work is None else _work(rulebook)
    )
    return lines


def duration(seconds: int) -> str:
    """A time as people say it: 14 days, 24 hours."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0 and seconds >= size)
    n = seconds // size
    if unit == "week":
        n, unit = n * 7, "day"
    if unit == "day" and n == 1:
        n, unit = 24, "hour"
    return f"{n} {unit}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:g} %"


def _guard_words(what: Guarded, guard: Guard) -> str:
    title, authorship = _WHAT[what]
    if guard.signatures == 0:
        return f"{title} needs no signature beside its author's role."
    signers = f"one of {', '.join(guard.people)} as " if guard.people else ""
    n = f"{guard.signatures} signature" + ("s of different people" if guard.signatures > 1 else "")
    roles = " or ".join(guard.by)
    words = f"{title} needs {n}, each by {signers}{roles}, with the password again; never by somebody who {authorship}"
    words += ", nor by one who reviewed it." if "reviewer" in guard.not_by else "."
    if guard.evidence:
        words += f" It is put to them only with {' and '.join(guard.evidence)}."
    words += f" After {duration(guard.expires_s)} the request lapses."
    return words + (" There is no way around." if guard.break_glass is None else _glass_words(guard.break_glass))


def _glass_words(glass: BreakGlass) -> str:
    return (
        f" In an emergency one {' or '.join(glass.by)} who did not make it may act alone with a reason of at least "
        f"{glass.reason_chars} characters; a second signature must follow within {duration(glass.second_s)}, and every "
        "report shows it."
    )


def _promotion_words(rules: PromotionRules) -> list[str]:
    points = f"{100 * rules.margin:g} point{'' if rules.margin == 0.01 else 's'}"  # noqa: PLR2004 - one point
    gate = (
        f"A model passes the gate when it is shown to be within {points} of the one in use ({percent(rules.level)} "
        f"one-sided, at least {rules.min_items} gold items), when no slice of at least {rules.min_slice_items} items "
        f"is shown to be worse ({percent(rules.slice_level)} over all slices), when it answers with the classes of "
        f"the schema in force, and when at most {rules.open_findings} findings on the gold are open."
    )
    floors = ", ".join(f"{name} at least {floor:g}" for name, floor in rules.floors.items())
    first = (
        f"The first model, with nobody to be compared with, needs at the lower end of its interval: {floors}."
        if floors
        else "No first model can pass: name its floors under promotion.first_model.floors."
    )
    after = f"A new model is watched for {duration(rules.watch_s)}"
    after += (
        "; it is rolled back by command only."
        if rules.roll_back_below is None
        else f" and rolled back by itself when production quality is shown to be below {rules.roll_back_below:g} "
        f"on at least {rules.watch_items} judged items."
    )
    return [gate, first, after]


def _class_words(rulebook: Rulebook) -> list[str]:
    lines = []
    for name, rule in rulebook.classes.items():
        title = "Every other class" if name == "*" else f"Class {name}"
        if rule.human_review == "always" or rule.automatic_above is None:
            lines.append(f"{title}: a person sees every label.")
            continue
        lines.append(
            f"{title}: labels surer than {rule.automatic_above:g} may pass unseen while a certificate excludes more "
            f"than {percent(rule.max_error)} wrong ones; a person sees a random share."
        )
    return lines if "*" in rulebook.classes else [*lines, "Any class not named: a person sees every label."]


def _retrain_words(rule: Retrain) -> str:
    cause = {"covariate": "because the pictures changed", "concept": "because the meaning of a class changed"}[
        rule.cause
    ]
    act = {"propose": "a training is proposed", "start": "a training starts"}[rule.act]
    return f"When quality falls by {100 * rule.drop:g} points or more {cause}, {act}; nothing is promoted by itself."


def _work(rulebook: Rulebook) -> str:
    work = rulebook.work or {}
    return (
        f"Work: each image by {work['overlap']} people, {percent(work['gold_rate'])} hidden gold, "
        f"{percent(work['review_share'])} of accepted answers reviewed; the other settings from {work['preset']!r} "
        "where the file names none."
    )
