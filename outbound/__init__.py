"""The robot that places the calls, and its faces."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Calls share the cores: threads that wait for each other take longer for a sentence (`outbound/intents/sentences.py`)
than one does. Numpy reads this when it is first imported."""
