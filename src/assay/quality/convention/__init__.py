"""Practices that differ between people: found, told apart from noise and carelessness, and put into words."""

from assay.quality.convention.evidence import Evidence as Evidence
from assay.quality.convention.find import find_conventions as find_conventions
from assay.quality.convention.flagging import flags_of as flags_of
from assay.quality.convention.model import Convention as Convention
from assay.quality.convention.model import ConventionReport as ConventionReport
from assay.quality.convention.model import Grade as Grade
from assay.quality.convention.model import Looked as Looked
from assay.quality.convention.model import PersonCare as PersonCare
from assay.quality.convention.model import Proof as Proof
from assay.quality.convention.model import Reach as Reach
from assay.quality.convention.model import Side as Side
from assay.quality.convention.proof import prove as prove
from assay.quality.convention.words import reach_words as reach_words
