"""What is wrong with a campaign file, said so that its writer can mend it.

Decides the form of a problem: where (file, line, field), what, and the fix. Finding problems is left to the modules
that read, model and compile the file; all of them are collected and raised at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process

from campaigns.errors import CampaignError

Path = tuple[str | int, ...]
"""Where in the file: keys, and positions in lists, from the top down."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend.

    Attributes:
        line: 1 for the first line of the file.
        field: dotted, e.g. "calling.from"; empty for the file as a whole.
        message: what is wrong, one sentence.
        fix: what to do, one sentence; empty where the message says it all.
    """

    line: int
    field: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.field}" if self.field else "")
        return f"{where}: {self.message}" + (f" {self.fix}" if self.fix else "")


class DefinitionErrors(CampaignError):
    """A campaign file cannot be used.

    Attributes:
        origin: the file, as the user named it.
        problems: all that is wrong, by line.
    """

    def __init__(self, origin: str, problems: Iterable[Problem]) -> None:
        self.origin = origin
        self.problems = tuple(sorted(set(problems)))
        count = "one problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{origin} has {count}:\n{lines}", hint=f"mend {origin} and check it again.")


def dotted(path: Path) -> str:
    """The field as a person writes it: steps.tell.ask.yes, countries[2]."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """'Did you mean "brand"?', or what there is to choose from."""
    names = [str(name) for name in known]
    match = process.extractOne(wrong, names, score_cutoff=65)
    if match is not None:
        return f'Did you mean "{match[0]}"?'
    return f"Known here: {', '.join(names)}." if names else ""
