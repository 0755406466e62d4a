"""Very many items at once: agreement and errors of everybody, streamed over rows that hold an item's marks each."""

from assay.quality.rows.block import ACCEPTED as ACCEPTED
from assay.quality.rows.block import AUTHOR as AUTHOR
from assay.quality.rows.block import ITEM as ITEM
from assay.quality.rows.block import LABEL_CLASS as LABEL_CLASS
from assay.quality.rows.block import MARKS as MARKS
from assay.quality.rows.block import SIDES as SIDES
from assay.quality.rows.block import SUBMISSIONS as SUBMISSIONS
from assay.quality.rows.block import read_block as read_block
from assay.quality.rows.errors import RowInvalidError as RowInvalidError
from assay.quality.rows.errors import RowsInvalidError as RowsInvalidError
from assay.quality.rows.errors import RowTooMuchError as RowTooMuchError
from assay.quality.rows.report import RowsReport as RowsReport
from assay.quality.rows.report import report_of as report_of
from assay.quality.rows.sums import Settings as Settings
from assay.quality.rows.sums import Sums as Sums
