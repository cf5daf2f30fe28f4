"""What people said about robot calls in a survey, to hold a campaign's own figures against.

The figures are those of a 2020 e-commerce service survey: which robot calls people accept, and how many are satisfied
with them. A survey asks for opinions and a campaign counts what people did: the comparison shows where a campaign
stands, it proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

SOURCE = "2020 e-commerce service survey"

ACCEPTING: Mapping[str, float] = {"delivery": 0.441, "renewal": 0.356, "price_drop": 0.297}
"""Matter of the call to the share of people who accept a robot call for it. Other matters were not asked for."""

SATISFIED = 0.253
"""The share of people who are satisfied, or very satisfied, with robot calls."""
