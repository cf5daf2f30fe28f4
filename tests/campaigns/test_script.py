"""What a script's texts are made of."""

from __future__ import annotations

import pytest

from campaigns.script import question_in


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("It comes on Saturday, March 14. Will someone be there?", "Will someone be there?"),
        ("From one to five, how was it? Five is best.", "From one to five, how was it? Five is best."),
        ("All right. From one to five, how was it? Five is best.", "From one to five, how was it? Five is best."),
        ("Your books are here. Can you come? Or shall we send them?", "Or shall we send them?"),
        ("您的包裹已经发货。收货的时候有人在吗？", "收货的时候有人在吗？"),
        ("주문하신 상품이 출고됐습니다. 받으실 수 있나요?", "받으실 수 있나요?"),
        ("Is this Dr. Okafor?", "Is this Dr. Okafor?"),
        ("It comes at 3 p.m. Is that fine?", "It comes at 3 p.m. Is that fine?"),
        ("Thank you, and goodbye.", "Thank you, and goodbye."),
        ("", ""),
    ],
)
def test_a_texts_question_is_what_it_asks_last_and_never_half_a_sentence(text: str, question: str) -> None:
    assert question_in(text) == question
