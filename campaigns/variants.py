"""Which variant of a campaign's texts a contact hears.

Decides it from the contact alone, so that every call to the same person says the same, and so that the gate can
write down which one a call is about to speak. What a variant says is the definition's business. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def variant_for(campaign: str, weights: Mapping[str, int], contact_key: str) -> str:
    """The variant of a contact: always the same, by the weights in the long run; "" without variants."""
    total = sum(weights.values())
    if not total:
        return ""
    digest = hashlib.sha256(f"{campaign}\n{contact_key}".encode()).digest()
    point = int.from_bytes(digest[:8]) % total
    for variant, weight in weights.items():
        if point < weight:
            return variant
        point -= weight
    raise AssertionError("weights add up to their total")
