"""How far each person can be trusted: their gold over time, alarms and change points."""

from assay.reliability.actions import needs_watching, people_scores, rho_in, score_and_watch, watch
from assay.reliability.errors import AlarmNotFoundError
from assay.reliability.model import RaisedAlarm, WatchRules
from assay.reliability.rules import answers_of, by_person, counted, pooled_rho, report_on, setup_for
from assay.reliability.store import alarms_of, all_alarms, close_alarm, find_alarm

__all__ = [
    "AlarmNotFoundError",
    "RaisedAlarm",
    "WatchRules",
    "alarms_of",
    "all_alarms",
    "answers_of",
    "by_person",
    "close_alarm",
    "counted",
    "find_alarm",
    "needs_watching",
    "people_scores",
    "pooled_rho",
    "report_on",
    "rho_in",
    "score_and_watch",
    "setup_for",
    "watch",
]
