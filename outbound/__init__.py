"""The robot that places the calls, and its faces."""
