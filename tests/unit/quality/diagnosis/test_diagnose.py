"""The time capsule on answers whose cause is known."""

from dataclasses import replace

import numpy as np
import pytest

from assay.quality.diagnosis import Archive, Cause, Packet, PacketInvalidError, PacketTooSmallError, diagnose


def share(n: int, part: float) -> np.ndarray:
    """n answers of which `part` differ."""
    found = np.zeros(n)
    found[: round(n * part)] = 1
    return found


ARCHIVE = Archive(share(2000, 0.25), share(2000, 0.05), share(2000, 0.28))
SAME = Packet(
    share(400, 0.26), share(400, 0.07), share(400, 0.28), share(200, 0.26), share(200, 0.25), share(200, 0.02), 10, 500
)


def test_nothing_changed_is_no_cause_and_starts_nothing() -> None:
    found = diagnose(ARCHIVE, SAME)
    assert found.cause is Cause.NONE
    assert not found.starts_retraining
    assert "cannot be seen with this packet" in found.words[-1]


def test_a_loss_on_new_pictures_only_is_covariate_and_retrains() -> None:
    found = diagnose(ARCHIVE, replace(SAME, now_model_experts=share(400, 0.4), now_model_annotators=share(400, 0.42)))
    assert (found.cause, found.also, found.starts_retraining) == (Cause.COVARIATE, (), True)


def test_experts_who_answer_the_archive_otherwise_today_mean_concept() -> None:
    packet = replace(
        SAME, then_model_experts=share(200, 0.36), then_changed=share(200, 0.14), now_model_experts=share(400, 0.37),
        now_model_annotators=share(400, 0.39),
    )  # fmt: skip
    found = diagnose(ARCHIVE, packet)
    assert (found.cause, found.starts_retraining) == (Cause.CONCEPT, True)
    assert "label the archive again" in found.action


def test_annotators_further_from_the_experts_mean_labels_and_never_start_a_retraining() -> None:
    found = diagnose(
        ARCHIVE, replace(SAME, now_annotators_experts=share(400, 0.18), now_model_annotators=share(400, 0.36))
    )
    assert (found.cause, found.starts_retraining) == (Cause.LABELS, False)
    assert "Do not retrain" in found.action


def test_a_new_kind_of_picture_with_bad_labels_names_both_and_does_not_retrain() -> None:
    packet = replace(SAME, now_model_experts=share(400, 0.45), now_annotators_experts=share(400, 0.18))
    found = diagnose(ARCHIVE, replace(packet, now_model_annotators=share(400, 0.52)))
    assert {found.cause, *found.also} == {Cause.COVARIATE, Cause.LABELS}
    assert not found.starts_retraining


def test_annotators_who_follow_the_model_are_an_echo_although_the_dashboard_looks_better() -> None:
    found = diagnose(ARCHIVE, replace(SAME, now_model_annotators=share(400, 0.1)))
    assert found.cause is Cause.ECHO
    assert found.observed.value == pytest.approx(-0.18)
    assert not found.starts_retraining


def test_the_parts_make_up_the_observed_change_without_remainder() -> None:
    found = diagnose(ARCHIVE, replace(SAME, now_model_experts=share(400, 0.4), then_model_experts=share(200, 0.3)))
    parts = {e.cause: e.size.value for e in found.effects}
    assert found.observed.value == pytest.approx(parts[Cause.CONCEPT] + parts[Cause.COVARIATE] + found.label_part)


def test_a_noticed_change_of_the_pictures_lets_a_smaller_loss_count() -> None:
    packet = replace(SAME, now_model_experts=share(400, 0.315), now_model_annotators=share(400, 0.33))
    assert diagnose(ARCHIVE, packet).cause is Cause.NONE
    assert diagnose(ARCHIVE, replace(packet, drift_noticed=True)).cause is Cause.COVARIATE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"now_model_experts": share(399, 0.2)}, "answers on 399 and 400 and 400 items"),
        ({"then_changed": np.full(200, np.nan)}, "no number in"),
        ({"then_changed": np.full(200, 2.0)}, "no number in"),
        ({"expert_wrong": 501}, "missed 501 of 500"),
        ({"expert_wrong": 0, "expert_n": 0}, "missed 0 of 0"),
    ],
)
def test_answers_that_do_not_fit_together_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(PacketInvalidError, match=message):
        diagnose(ARCHIVE, replace(SAME, **changes))  # type: ignore[arg-type]


def test_too_few_answers_are_refused_with_the_number_that_is_missing() -> None:
    few = {n: share(20, 0.2) for n in ("now_model_experts", "now_annotators_experts", "now_model_annotators")}
    with pytest.raises(PacketTooSmallError, match="20 answers; 30 are needed"):
        diagnose(ARCHIVE, replace(SAME, **few))
