"""What to say, to whom, when, and whom not to call. It knows nothing of sound or telephone lines."""
