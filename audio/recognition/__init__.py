"""Speech to text: engines chosen by name, one `Recognizer` per language."""
