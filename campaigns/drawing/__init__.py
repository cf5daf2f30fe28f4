"""A script as a picture: Mermaid text for documents, SVG for people. No program but Python is needed."""

from campaigns.drawing.chart import Chart, Edge, Kind, Node, chart_of
from campaigns.drawing.mermaid import mermaid
from campaigns.drawing.svg import svg

__all__ = ["Chart", "Edge", "Kind", "Node", "chart_of", "mermaid", "svg"]
