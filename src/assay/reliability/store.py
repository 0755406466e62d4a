"""Alarms: their table and queries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.reliability.model import RaisedAlarm
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, identifier, instant, metadata, project_id

alarms = sa.Table(
    "alarms",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("user_id"),
    sa.Column("chart", sa.String(16), nullable=False),  # policy, personal
    sa.Column("gold_image", sa.Integer, nullable=False),  # the person's n-th gold answer, from 1
    # The estimated change: their n-th gold answer after which it happened, and when that was answered
    sa.Column("median_image", sa.Integer, nullable=False),
    sa.Column("low_image", sa.Integer, nullable=False),
    sa.Column("high_image", sa.Integer, nullable=False),
    sa.Column("sample_image", sa.Integer, nullable=False),  # 20 % quantile: from here work is sampled
    instant("median_at_us"),
    instant("low_at_us"),
    instant("high_at_us"),
    instant("sample_at_us"),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed
    instant("raised_at_us"),
    sa.UniqueConstraint("project_id", "user_id", "chart", "gold_image"),
)


_of_user = (
    sa.select(alarms)
    .where(alarms.c.project_id == PROJECT, alarms.c.user_id == sa.bindparam("user"))
    .order_by(alarms.c.gold_image)
)
_all = sa.select(alarms).where(alarms.c.project_id == PROJECT).order_by(alarms.c.raised_at_us)
_by_id = sa.select(alarms).where(alarms.c.project_id == PROJECT, alarms.c.id == sa.bindparam("alarm"))
_close = (
    sa.update(alarms).where(alarms.c.project_id == PROJECT, alarms.c.id == sa.bindparam("alarm")).values(state="closed")
)


def add_alarm(tx: Tx, alarm: RaisedAlarm) -> bool:
    """Keep an alarm; False when the chart rang at this gold image before."""
    return tx.insert_new(
        alarms,
        {
            "id": alarm.id,
            "user_id": alarm.user_id,
            "chart": alarm.chart,
            "gold_image": alarm.gold_image,
            "median_image": alarm.median_image,
            "low_image": alarm.low_image,
            "high_image": alarm.high_image,
            "sample_image": alarm.sample_image,
            "median_at_us": alarm.median_at_us,
            "low_at_us": alarm.low_at_us,
            "high_at_us": alarm.high_at_us,
            "sample_at_us": alarm.sample_at_us,
            "state": alarm.state,
            "raised_at_us": alarm.raised_at_us,
        },
    )


def alarms_of(rx: Rx, user_id: str) -> list[RaisedAlarm]:
    """This person's alarms, oldest first."""
    return [_alarm(row) for row in rx.rows(_of_user, user=user_id)]


def all_alarms(rx: Rx) -> list[RaisedAlarm]:
    """Every alarm, oldest first."""
    return [_alarm(row) for row in rx.rows(_all)]


def find_alarm(rx: Rx, alarm_id: str) -> RaisedAlarm | None:
    """One alarm."""
    row = rx.first(_by_id, alarm=alarm_id)
    return None if row is None else _alarm(row)


def close_alarm(tx: Tx, alarm_id: str) -> None:
    """Close an alarm: its work has been looked at."""
    tx.change(_close, alarm=alarm_id)


def _alarm(row: Any) -> RaisedAlarm:  # noqa: ANN401 - a database row
    return RaisedAlarm(
        id=row.id,
        user_id=row.user_id,
        chart=row.chart,
        gold_image=row.gold_image,
        median_image=row.median_image,
        low_image=row.low_image,
        high_image=row.high_image,
        sample_image=row.sample_image,
        median_at_us=row.median_at_us,
        low_at_us=row.low_at_us,
        high_at_us=row.high_at_us,
        sample_at_us=row.sample_at_us,
        state=row.state,
        raised_at_us=row.raised_at_us,
    )
