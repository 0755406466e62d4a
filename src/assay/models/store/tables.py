"""Everything the room keeps of models: its tables; queries lie beside them and in the rooms' parts."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

model_versions = sa.Table(
    "model_versions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("task", sa.String(16), nullable=False),  # boxes, tags
    sa.Column("runner", sa.String(16), nullable=False),  # linear, boards, onnx, http, none
    sa.Column("framework", sa.String(64), nullable=False),
    sa.Column("artifact_sha256", sa.String(64)),  # null for a model that another server runs
    sa.Column("artifact_bytes", sa.BigInteger, nullable=False),
    identifier("release_id", nullable=True),  # trained on
    sa.Column("release_digest", sa.String(64)),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("intended_use", sa.Text, nullable=False),
    document("config"),
    identifier("run_id", nullable=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.UniqueConstraint("project_id", "name", "number"),
    sa.Index("ix_model_versions_project", "project_id", "id"),
)

model_alias_moves = sa.Table(
    "model_alias_moves",
    metadata,
    project_id(),
    sa.Column("alias", sa.String(64), nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),  # the unique key makes two moves at once impossible
    identifier("version_id", nullable=True),
    identifier("previous_id", nullable=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("moved_by", sa.String(64), nullable=False),
    instant("moved_at_us"),
    sa.PrimaryKeyConstraint("project_id", "alias", "serial"),
)

predictions = sa.Table(
    "predictions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("item_id"),
    sa.Column("origin", sa.String(16), nullable=False),  # suggestion, evaluation, served
    sa.Column("request_key", sa.String(96), nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("n_marks", sa.Integer, nullable=False),
    document("scores", nullable=True),  # tags: probability of each class
    document("context", nullable=True),  # line, camera, supplier: slices of the serving side
    sa.Column("digest", sa.String(64), nullable=False),
    instant("predicted_at_us"),
    instant("received_at_us"),
    sa.UniqueConstraint("project_id", "version_id", "item_id", "origin", "request_key"),
    sa.Index("ix_predictions_item", "project_id", "item_id", "id"),
    sa.Index("ix_predictions_time", "project_id", "origin", "predicted_at_us", "id"),
)

prediction_marks = sa.Table(
    "prediction_marks",
    metadata,
    project_id(),
    identifier("prediction_id"),
    sa.Column("mark_no", sa.Integer, nullable=False),
    sa.Column("medium", sa.Integer, nullable=False, default=0),
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("shape", sa.String(16), nullable=False),
    sa.Column("x_min_px", sa.Float),
    sa.Column("y_min_px", sa.Float),
    sa.Column("x_max_px", sa.Float),
    sa.Column("y_max_px", sa.Float),
    document("geometry", nullable=True),
    document("attributes", nullable=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.PrimaryKeyConstraint("prediction_id", "mark_no"),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("release_id", nullable=True),
    sa.Column("gold_digest", sa.String(64), nullable=False),
    identifier("against_id", nullable=True),
    sa.Column("n_items", sa.Integer, nullable=False),
    document("report"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.Index("ix_evaluations_version", "project_id", "version_id", "id"),
)

evaluation_items = sa.Table(
    "evaluation_items",
    metadata,
    project_id(),
    identifier("evaluation_id"),
    identifier("item_id"),
    sa.Column("n_units", sa.Integer, nullable=False),
    sa.Column("n_errors", sa.Integer, nullable=False),
    sa.Column("correct", sa.Boolean, nullable=False),
    document("slices", nullable=True),
    document("detail", nullable=True),
    sa.PrimaryKeyConstraint("evaluation_id", "item_id"),
)

suggestion_policies = sa.Table(
    "suggestion_policies",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    document("content"),  # mode, target, sureness per class; shares withheld and audited
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

certificates = sa.Table(
    "certificates",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    sa.Column("label_class", sa.String(64), nullable=False),  # * for all classes together
    sa.Column("target", sa.Float, nullable=False),
    sa.Column("sureness", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float),  # null when nothing could be certified
    sa.Column("n_accepted", sa.Integer, nullable=False),
    sa.Column("n_wrong", sa.Integer, nullable=False),
    sa.Column("n_items", sa.Integer, nullable=False),
    sa.Column("upper", sa.Float),
    sa.Column("needs", sa.Integer),  # accepted items still missing, when not certified
    document("facts"),
    sa.Column("items_digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # certified, not_yet, stopped, replaced
    instant("created_at_us"),
    instant("ended_at_us", nullable=True),
    sa.Column("ended_why", sa.Text),
    sa.Index("ix_certificates_version", "project_id", "version_id", "label_class", "id"),
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("assignment_id"),
    identifier("item_id"),
    identifier("prediction_id", nullable=True),  # null when the model had nothing to offer for this item
    sa.Column("arm", sa.String(16), nullable=False),  # shown, withheld
    sa.Column("n_suggested", sa.Integer, nullable=False),
    instant("made_at_us"),
    # What became of it, once the work is handed in.
    identifier("submission_id", nullable=True),
    sa.Column("n_kept", sa.Integer),
    sa.Column("n_changed", sa.Integer),
    sa.Column("n_removed", sa.Integer),
    sa.Column("n_added", sa.Integer),
    sa.Column("seconds", sa.Float),
    document("fates", nullable=True),
    instant("judged_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "assignment_id"),
    sa.Index("ix_suggestions_item", "project_id", "item_id"),
)

automatic_labels = sa.Table(
    "automatic_labels",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("item_id"),
    identifier("prediction_id"),
    identifier("certificate_id"),
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # standing, withdrawn
    # none, drawn (to be audited blind, by people who see no suggestion), right, wrong
    sa.Column("audit", sa.String(16), nullable=False),
    instant("accepted_at_us"),
    instant("audited_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "item_id"),
    sa.Index("ix_automatic_labels_certificate", "project_id", "certificate_id", "audited_at_us"),
)

training_runs = sa.Table(
    "training_runs",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("trainer", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),  # of the model it makes
    identifier("release_id"),
    document("config"),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, running, finished, failed
    sa.Column("steps_done", sa.Integer, nullable=False),
    document("checkpoint", nullable=True),  # blobs of the steps done, so that a new start goes on
    sa.Column("cpu_s", sa.Float, nullable=False),
    identifier("version_id", nullable=True),
    sa.Column("error", sa.Text),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("started_at_us", nullable=True),
    instant("finished_at_us", nullable=True),
    sa.Index("ix_training_runs_project", "project_id", "id"),
)

training_log = sa.Table(
    "training_log",
    metadata,
    project_id(),
    identifier("run_id"),
    sa.Column("line_no", sa.Integer, nullable=False),
    instant("at_us"),
    sa.Column("text", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("run_id", "line_no"),
)
