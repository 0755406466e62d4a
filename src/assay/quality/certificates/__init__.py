"""Certificates for labels that nobody looks at: a threshold with a promise, and the audits that watch the promise."""

from assay.quality.certificates.audits import RUN_LENGTH as RUN_LENGTH
from assay.quality.certificates.audits import AuditChart as AuditChart
from assay.quality.certificates.audits import AuditState as AuditState
from assay.quality.certificates.audits import audit_run_length as audit_run_length
from assay.quality.certificates.audits import design_audit_chart as design_audit_chart
from assay.quality.certificates.audits import watch_audits as watch_audits
from assay.quality.certificates.threshold import Certificate as Certificate
from assay.quality.certificates.threshold import certificate_floor as certificate_floor
from assay.quality.certificates.threshold import certify_threshold as certify_threshold
from assay.quality.certificates.threshold import error_upper_bound as error_upper_bound
from assay.quality.certificates.threshold import oracle_share as oracle_share
