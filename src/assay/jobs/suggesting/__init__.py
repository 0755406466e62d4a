"""Runs models over pictures: Assay's own, ONNX files in the process, other servers over HTTP."""

from assay.jobs.suggesting.answer import Answer as Answer
from assay.jobs.suggesting.answer import Picture as Picture
from assay.jobs.suggesting.answer import Suggester as Suggester
from assay.jobs.suggesting.artifact import pack_arrays as pack_arrays
from assay.jobs.suggesting.artifact import unpack_arrays as unpack_arrays
from assay.jobs.suggesting.errors import ArtifactBrokenError as ArtifactBrokenError
from assay.jobs.suggesting.errors import ModelSettingError as ModelSettingError
from assay.jobs.suggesting.errors import ModelShapeError as ModelShapeError
from assay.jobs.suggesting.errors import RuntimeMissingError as RuntimeMissingError
from assay.jobs.suggesting.errors import ServerNotAllowedError as ServerNotAllowedError
from assay.jobs.suggesting.errors import SuggesterAwayError as SuggesterAwayError
from assay.jobs.suggesting.errors import SuggesterOverflowError as SuggesterOverflowError
from assay.jobs.suggesting.errors import SuggesterSlowError as SuggesterSlowError
from assay.jobs.suggesting.errors import SuggesterWrongError as SuggesterWrongError
from assay.jobs.suggesting.make import Servers as Servers
from assay.jobs.suggesting.make import make_suggester as make_suggester
