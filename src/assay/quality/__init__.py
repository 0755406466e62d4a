"""The quality room: matching, scores, agreement, consensus, calibration against gold. Pure, no input or output."""

from assay.quality.agreement import Agreement as Agreement
from assay.quality.agreement import ClassAgreement as ClassAgreement
from assay.quality.agreement import PairAgreement as PairAgreement
from assay.quality.agreement import pairwise_agreement as pairwise_agreement
from assay.quality.boxes import Boxes as Boxes
from assay.quality.consensus import AuthorSkill as AuthorSkill
from assay.quality.consensus import Fused as Fused
from assay.quality.consensus import fuse_boxes as fuse_boxes
from assay.quality.matching import Matches as Matches
from assay.quality.matching import Mode as Mode
from assay.quality.matching import box_iou as box_iou
from assay.quality.matching import match_boxes as match_boxes
from assay.quality.scores import Score as Score
from assay.quality.scores import Verdict as Verdict
from assay.quality.scores import score_boxes as score_boxes
