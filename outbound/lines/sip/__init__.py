"""Calls over the telephone network: a SIP trunk or a registered account.

The SIP stack is baresip (package `baresip-python`, extra `sip`); it moves RTP on native threads, while one clock
on the event loop moves the 20 ms frames of all calls. `settings.py` says where calls go, `guard.py` which never
leave, `outcomes.py` what an answer of the network means; `leg.py` is one SIP call, `channel.py` one call of the robot.
"""

from __future__ import annotations

from outbound.lines.sip.line import SipLine
from outbound.lines.sip.settings import SipSettings

__all__ = ["SipLine", "SipSettings"]
