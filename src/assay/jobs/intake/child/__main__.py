"""Starts the child by path, with stand-ins for the packages around it, so that no other part of Assay is loaded."""

import sys
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent


def _stand_in(name: str, folder: Path) -> None:
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


_stand_in("assay", _HERE.parents[2])
_stand_in("assay.jobs", _HERE.parents[1])
_stand_in("assay.jobs.intake", _HERE.parents[0])

from assay.jobs.intake.child.main import main  # noqa: E402 - only now does the name lead to this file alone

sys.exit(main(sys.argv[1:]))
