"""Suspected problems in labels: each with a score, its evidence and the two places to look at."""

from assay.quality.findings.against import find_against as find_against
from assay.quality.findings.doubles import find_doubles as find_doubles
from assay.quality.findings.label_doubt import LabelDoubts as LabelDoubts
from assay.quality.findings.label_doubt import doubt_labels as doubt_labels
from assay.quality.findings.model import KINDS as KINDS
from assay.quality.findings.model import Look as Look
from assay.quality.findings.model import Suspect as Suspect
from assay.quality.findings.odd import find_odd as find_odd
from assay.quality.findings.outlines import find_loose_outlines as find_loose_outlines
from assay.quality.findings.rules import ClassRule as ClassRule
from assay.quality.findings.rules import find_broken_rules as find_broken_rules
