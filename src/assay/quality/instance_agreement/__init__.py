"""Chance-corrected agreement on boxes and masks: do people see the same things, name them alike, place them alike?"""

from assay.quality.instance_agreement.measure import instance_agreement as instance_agreement
from assay.quality.instance_agreement.model import Attribute as Attribute
from assay.quality.instance_agreement.model import InstanceAgreement as InstanceAgreement
from assay.quality.instance_agreement.unit_alpha import UnitAlpha as UnitAlpha
from assay.quality.instance_agreement.unit_alpha import unit_alpha as unit_alpha
