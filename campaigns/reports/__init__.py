"""How campaigns did: the figures, how sure they are, and what to hold them against.

`report` is the way in: it asks the store a few questions (`queries`), computes (`statistics`) and answers in frozen
values (`model`). Showing them is the faces' business.
"""

from __future__ import annotations

from campaigns.reports.assembly import report
from campaigns.reports.model import CampaignReport, Report

__all__ = ["CampaignReport", "Report", "report"]
