"""Text to speech: engines chosen by name, one `Voice` per language."""
