"""A conversation by sound: the mouth that speaks, the ears that understand, and the channel between them."""

from outbound.speech.conversation import SpokenConversation

__all__ = ["SpokenConversation"]
