"""From a registered model version to something that answers."""

from __future__ import annotations

from dataclasses import dataclass

from assay.jobs.suggesting.answer import Suggester
from assay.jobs.suggesting.boards import BoardBoxes
from assay.jobs.suggesting.errors import ArtifactBrokenError, ModelSettingError, ServerNotAllowedError
from assay.jobs.suggesting.label_studio import LabelStudioServer
from assay.jobs.suggesting.linear import LinearTags
from assay.jobs.suggesting.onnx_model import OnnxModel
from assay.models import NewVersion, Runner


@dataclass(frozen=True, slots=True)
class Servers:
    """Model servers that may be asked, as prefixes of addresses; none by default."""

    allowed: tuple[str, ...] = ()

    def check(self, address: str) -> None:
        """Refuse an address the administrator has not allowed; `http://models` does not allow `http://models.evil`.

        Raises:
            ServerNotAllowedError: it is not among them.
        """
        wanted = address.rstrip("/") + "/"
        if not any(wanted.startswith(prefix.rstrip("/") + "/") for prefix in self.allowed):
            raise ServerNotAllowedError(address)


def make_suggester(new: NewVersion, artifact: bytes | None, servers: Servers, *, title: str) -> Suggester:
    """Load a model and hold it against its description.

    Raises:
        ArtifactBrokenError: the file is not what it should be.
        ModelShapeError: its tensors are not those described.
        ModelSettingError: the description cannot be.
        RuntimeMissingError: what runs it is not installed.
        ServerNotAllowedError: its server is not allowed here.
    """
    if new.runner is Runner.HTTP:
        server = LabelStudioServer(new.config, new.task, title=title)
        servers.check(server.address)
        return server
    if new.runner is Runner.NONE:
        raise ModelSettingError("runner", "none", allowed="linear, boards, onnx or http, to have it answer here")
    if artifact is None:
        raise ArtifactBrokenError("there is none", hint="Register the model with its file.")
    if new.runner is Runner.ONNX:
        return OnnxModel(artifact, new.config, new.task, title=title)
    if new.runner is Runner.BOARDS:
        return BoardBoxes(artifact, new.config, title=title)
    return LinearTags(artifact, title=title)
