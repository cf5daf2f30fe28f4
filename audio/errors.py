"""The errors of sound: each message tells the user what to do."""


class AudioError(Exception):
    """Something about sound went wrong.

    Attributes:
        hint: what the user can do about it, one sentence; empty when there is nothing to add.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class MissingExtra(AudioError):
    """An engine was asked for whose package is not installed."""

    def __init__(self, engine: str, extra: str) -> None:
        super().__init__(
            f"the engine {engine!r} is not installed",
            f"install it with: pip install 'outbound[{extra}]'",
        )


class ModelMissing(AudioError):
    """An engine is installed, but it has no model or voice for the language."""


class DeviceError(AudioError):
    """There is no usable microphone or speaker."""
