"""Gold calibration: how good a person's work was, is now, and since when it changed, from hidden gold alone."""

from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.borrowed import borrowed_rate
from assay.quality.calibration.change_filter import ChangeFilter, RateCurve, rate_curve
from assay.quality.calibration.change_point import ChangePoint, PutBack, locate_change, put_back
from assay.quality.calibration.clustering import PersonClustering, RhoUsed, person_clustering, pool_rho, rho_for
from assay.quality.calibration.evidence import STANDING_RULES, Evidence, EvidenceRules, judge_evidence, judge_row
from assay.quality.calibration.leaked_gold import (
    LeakVerdict,
    TimeModel,
    fit_times,
    judge_leaked_item,
    judge_person_knowing_gold,
    right_only_on_gold,
)
from assay.quality.calibration.period import PeriodRate, clustered_rate, complement, effective_marks, period_rate
from assay.quality.calibration.person import (
    Alarm,
    CalibrationSetup,
    PersonReport,
    PersonState,
    person_report,
)
from assay.quality.calibration.personal_chart import PersonalChart, PersonalState, personal_curve
from assay.quality.calibration.plan import GoldPlan, gold_pool_needed, plan_gold
from assay.quality.calibration.policy_chart import (
    ChartCurve,
    PolicyChart,
    PolicyState,
    demo_policy_chart,
    design_policy_chart,
    policy_curve,
)
from assay.quality.calibration.rows import CalibrationRow, RowCounts, calibration_rows
from assay.quality.calibration.run_length import RunLength, UnitHistogram
from assay.quality.calibration.suspect_gold import (
    SuspectVerdict,
    chance_gold_wrong,
    chance_to_ask,
    contradictions_to_ask,
    is_good_annotator,
    judge_gold_item,
)

__all__ = [
    "STANDING_RULES",
    "Alarm",
    "CalibrationRow",
    "CalibrationSetup",
    "ChangeFilter",
    "ChangePoint",
    "ChartCurve",
    "Evidence",
    "EvidenceRules",
    "GoldAnswers",
    "GoldPlan",
    "LeakVerdict",
    "PeriodRate",
    "PersonClustering",
    "PersonReport",
    "PersonState",
    "PersonalChart",
    "PersonalState",
    "PolicyChart",
    "PolicyState",
    "PutBack",
    "RateCurve",
    "RhoUsed",
    "RowCounts",
    "RunLength",
    "SuspectVerdict",
    "TimeModel",
    "UnitHistogram",
    "borrowed_rate",
    "calibration_rows",
    "chance_gold_wrong",
    "chance_to_ask",
    "clustered_rate",
    "complement",
    "contradictions_to_ask",
    "demo_policy_chart",
    "design_policy_chart",
    "effective_marks",
    "fit_times",
    "gold_pool_needed",
    "is_good_annotator",
    "judge_evidence",
    "judge_gold_item",
    "judge_leaked_item",
    "judge_person_knowing_gold",
    "judge_row",
    "locate_change",
    "period_rate",
    "person_clustering",
    "person_report",
    "personal_curve",
    "plan_gold",
    "policy_curve",
    "pool_rho",
    "put_back",
    "rate_curve",
    "rho_for",
    "right_only_on_gold",
]
