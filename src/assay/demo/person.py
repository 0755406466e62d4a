"""What a simulated person is: a name that is invented and the parameters their work really follows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kinds:
    """How a person's errors divide; the four shares add up to 1."""

    missed: float = 0.45
    spurious: float = 0.2
    misclassified: float = 0.1
    mislocalised: float = 0.25


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """One annotator who does not exist, and what is true of their work.

    Attributes:
        login: account name.
        name: invented name.
        story: what this person plays, in words for the page and the report.
        error_rate: share of units in error apart from habits and the confusion, before any slip.
        slips_to: the same after half of their own tasks; None for steady people.
        rho: intra-image correlation of those errors.
        kinds: how those errors divide.
        skips_edge: chance of leaving out an object cut by the picture's edge.
        skips_covered: chance of leaving out an object of which others hide half.
        boxes_echo: chance of taking a reflection or shadow into the box.
        confuses: two classes taken for one another, or None.
        confusion_rate: mean chance of taking an object of one for the other.
        jitter_ratio: spread of each side of a careful box, in shares of the box's side.
        seconds_per_mark: typical time a mark takes.
        habits: features on which their practice differs; a finding about these is expected.
        expected_flag: whether something should be said about this person: an alarm or a finding.
    """

    login: str
    name: str
    story: str
    error_rate: float
    slips_to: float | None = None
    rho: float = 0.07
    kinds: Kinds = Kinds()
    skips_edge: float = 0.0
    skips_covered: float = 0.0
    boxes_echo: float = 0.0
    confuses: tuple[str, str] | None = None
    confusion_rate: float = 0.0
    jitter_ratio: float = 0.02
    seconds_per_mark: float = 3.0
    habits: tuple[str, ...] = ()
    expected_flag: bool = True

    @property
    def simulated(self) -> bool:
        """Always true, so that every page can say so."""
        return True

    def rate(self, *, slipped: bool) -> float:
        """Error rate apart from habits, before or after the slip."""
        return self.slips_to if slipped and self.slips_to is not None else self.error_rate


@dataclass(frozen=True, slots=True)
class SimulatedColleague:
    """Somebody simulated who does not annotate: a lead, a reviewer, an expert or an approver."""

    login: str
    name: str
    roles: tuple[str, ...]
    story: str

    @property
    def simulated(self) -> bool:
        """Always true, so that every page can say so."""
        return True
