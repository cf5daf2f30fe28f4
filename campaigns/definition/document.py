"""Reads the YAML of a campaign file and remembers on which line everything stands.

Decides a plain dialect of YAML: mappings, lists and text. Every value stays the text that was written until the model
gives it a type, so that a telephone number keeps its plus, 20:00 is not a number in base sixty and `no` is not false.
Anchors, tags and doubled keys are refused: they hide what a call will say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from campaigns.definition.mishaps import ANCHOR, TOO_DEEP, not_text, not_yaml
from campaigns.definition.problems import DefinitionErrors, Path, Problem, dotted

LONGEST_FILE = 500_000
"""Characters; a script that a person can read is a hundred times shorter."""
_DEEPEST = 30
_ODD_NAME = '"{}" begins or ends with a space, perhaps one of another kind, as web pages have it.'
_NOTHING = {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file, with the line of each key and value."""

    content: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the nearest part of the path that was written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """Composes nodes only. Refuses what can blow up a small file: aliases and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem=ANCHOR, problem_mark=event.start_mark)
        if self.depth >= _DEEPEST:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def read_document(text: str, origin: str) -> Document:
    """Reads a campaign file's text.

    Raises:
        DefinitionErrors: it is not YAML, or uses what is refused.
    """
    if len(text) > LONGEST_FILE:
        fix = "A list of contacts is read with: outbound contacts import."
        message = f"the file is longer than {LONGEST_FILE:,} characters, too long for a campaign."
        raise DefinitionErrors(origin, [Problem(1, "", message, fix)])
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise DefinitionErrors(origin, [not_yaml(text, error)]) from error
    except yaml.reader.ReaderError as error:
        raise DefinitionErrors(origin, [not_text(text, error)]) from error
    reader = _Reader()
    content = reader.plain(node, ()) if node is not None else None
    if not isinstance(content, dict):
        fix = "Start with `campaign: my-campaign`."
        raise DefinitionErrors(origin, [Problem(1, "", "a campaign file is a list of `field: value` lines.", fix)])
    if reader.problems:
        raise DefinitionErrors(origin, reader.problems)
    return Document(content, reader.lines)


class _Reader:
    """Turns YAML nodes into dict, list, str and None."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def plain(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self._problem(node, path, f"tags such as {node.tag} are not used here.", "Take it away.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, number)) for number, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode), "YAML has no other kind of node"
        return None if node.style is None and node.value.lower() in _NOTHING else node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, path, "a field's name must be plain text.", "Put quotes around {{ … }}.")
                continue
            key = key_node.value
            if key != key.strip():
                self._problem(key_node, path, _ODD_NAME.format(key), "Type its line anew.")
                continue
            here = (*path, key)
            if key in content:
                first = self.lines[here]
                self._problem(key_node, here, f'"{key}" is written twice, first on line {first}.', "Keep one of them.")
                continue
            self.lines[here] = key_node.start_mark.line + 1
            content[key] = self.plain(value_node, here)
        return content

    def _problem(self, node: yaml.Node, path: Path, message: str, fix: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, dotted(path), message, fix))
