"""What is wrong with a campaign file that is no YAML, in the words of somebody who does not know YAML.

Decides which of a parser's complaints has a better explanation than its own, and on which line the mistake is. What is
allowed in a campaign file is decided by `document.py` and the model.
"""

from __future__ import annotations

import re

import yaml

from campaigns.definition.problems import Problem

ANCHOR = "anchors (&, *) are not used here"
TOO_DEEP = "this is nested too deeply"

_Explanation = tuple[str, str]
"""What is wrong, and how to mend it."""

_EXPLAINED: dict[str, _Explanation] = {
    ANCHOR: (ANCHOR, "Write it out wherever it is needed, or put quotes around text that begins with & or *."),
    TOO_DEEP: (TOO_DEEP, "No field of a campaign lies so deep."),
    "'\\t'": ("a tab stands where only spaces can", "Indent with spaces, two for each level."),
    "found another document": ("a second campaign begins here, after ---", "Write one campaign in a file."),
    "mapping values are not allowed": (
        "there is a colon where none can be",
        "Put quotes around text that holds a colon, and look at the indentation.",
    ),
    "but found '}'": ("a brace is closed here that was not opened", "Take it away, or open it."),
    "but found ']'": ("a bracket is closed here that was not opened", "Take it away, or open it."),
    "but found '<block mapping start>'": (
        "the indentation of this line fits no line above it",
        "Begin it exactly below the line it belongs beside, with spaces.",
    ),
}
"""By what the parser says."""
_OTHERWISE = (
    "Look at the indentation, and put quotes around text that holds a colon or a #, "
    "or stands in braces with a comma or a question mark."
)
_STRANGE_SPACE = re.compile(r"^[ \t]*([\u00a0\u2000-\u200b\u202f\u3000])[^:]*:")
_BEGINS_WITH_A_FIELD = re.compile(r":\s+\{\{")


def not_yaml(text: str, error: yaml.MarkedYAMLError) -> Problem:
    """What is wrong with a text that cannot be parsed."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    told = (error.problem or error.context or "cannot be read").replace("\n", " ")
    if found := _strange_space(text) or _open_quotation(text, error):
        return found
    lines = text.splitlines()
    if line <= len(lines) and _BEGINS_WITH_A_FIELD.search(lines[line - 1]):
        fix = 'Write it like "{{ name }}, your order is on its way."'
        return Problem(line, "", "text that begins with {{ needs quotes around it.", fix)
    message, fix = next((words for sign, words in _EXPLAINED.items() if sign in told), ("", _OTHERWISE))
    return Problem(line, "", f"{message or f'this is not valid YAML: {told}'}.", fix)


def not_text(text: str, error: yaml.reader.ReaderError) -> Problem:
    """What is wrong with a text that holds a character which no text has."""
    line = text.count("\n", 0, error.position) + 1
    message = f"there is a character that cannot be read (U+{ord(text[error.position]):04X})."
    return Problem(line, "", message, "Delete it, and save the file as UTF-8 text.")


def _strange_space(text: str) -> Problem | None:
    """A field that is indented with something that looks like spaces: it is another field, or none."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _STRANGE_SPACE.match(line):
            message = f"the indentation holds a space of another kind (U+{ord(found[1]):04X}), as web pages have it."
            return Problem(number, "", message, "Delete the indentation of this line and type it anew.")
    return None


def _open_quotation(text: str, error: yaml.MarkedYAMLError) -> Problem | None:
    """A quotation mark that is closed by the opening one of a later line: what is told is far from the mistake."""
    if error.context == "while scanning a quoted scalar" and error.context_mark is not None:
        line = error.context_mark.line + 1
    elif error.problem_mark is not None and "found '<scalar>'" in (error.problem or ""):
        before = text.splitlines()[: error.problem_mark.line + 1]
        line = next((number for number, line in enumerate(before, 1) if line.count('"') % 2), 0)
    else:
        return None
    return Problem(line, "", "a quotation mark is opened here and not closed.", "Close it.") if line else None
