"""From words to meaning, per language: `understanding_for("en-US").meaning(transcript, expecting)`."""

from outbound.intents.understanding import Meaning, Understanding, understanding_for

__all__ = ["Meaning", "Understanding", "understanding_for"]
