"""What the demonstration itself remembers beside its house, so that it can go on after Ctrl-C."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = "demo.json"


@dataclass
class Tally:
    """What one simulated annotator has really done, known to the demonstration alone.

    Attributes:
        n_answers: answers handed in.
        n_units: gold marks plus spurious marks over all of them.
        n_errors: errors among those, by the product's own definition.
        paused: whether the lead took them off the work.
    """

    n_answers: int = 0
    n_units: int = 0
    n_errors: int = 0
    paused: bool = False


class Memory:
    """The file `demo.json` in the house's folder: what is played, how far, and what simulated people really did.

    Args:
        house: folder of the house.
        source: `drawn`, or the folder of labelled images.
        seed: of everything simulated.
        project: short name of the project, where it is not the house's first.
    """

    def __init__(self, house: Path, source: str, seed: int, project: str = "") -> None:
        self._path = house / (f"demo-{project}.json" if project else FILE)
        kept: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}
        self.source: str = kept.get("source", source)
        self.seed: int = kept.get("seed", seed)
        self.finished: bool = kept.get("finished", False)
        self.second_begun: bool = kept.get("second_begun", False)
        self.second_finished: bool = kept.get("second_finished", False)
        self.address: str = kept.get("address", "")
        self.tallies = {login: Tally(**tally) for login, tally in kept.get("tallies", {}).items()}

    def keep(self) -> None:
        """Write the file, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(
            json.dumps(
                {
                    "source": self.source,
                    "seed": self.seed,
                    "finished": self.finished,
                    "second_begun": self.second_begun,
                    "second_finished": self.second_finished,
                    "address": self.address,
                    "tallies": {login: asdict(tally) for login, tally in self.tallies.items()},
                },
                indent=1,
            )
        )
        fresh.replace(self._path)
