"""The errors of the robot: each message tells the user what to do."""


class OutboundError(Exception):
    """Something about placing calls went wrong.

    Attributes:
        hint: what the user can do about it, one sentence; empty when there is nothing to add.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
