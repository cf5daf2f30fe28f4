"""How written things are read aloud, per language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.synthesis.reading import chinese, read_out

LANGUAGES = ("en-US", "zh-CN", "ko-KR")

ENGLISH = {
    "Order A12B": "Order eh one two B",
    "ORD-2024-0012": "O R D, two zero two four, zero zero one two",
    "order #12345": "order one two three, four five",
    "your code is 4821.": "your code is four eight two one.",
    "#5": "number five",
    "$1,234.50": "one thousand two hundred thirty-four dollars and fifty cents",
    "$1": "one dollar",
    "€0.99": "ninety-nine cents",
    "$5 million": "five million dollars",
    "12 USD": "twelve dollars",
    "£1.01": "one pound and one pence",
    "2025-03-04": "March fourth, twenty twenty-five",
    "3/4/2025": "March fourth, twenty twenty-five",
    "Mar 4": "March fourth",
    "March 21st, 1999": "March twenty-first, nineteen ninety-nine",
    "14:30": "two thirty PM",
    "2:05 p.m. Thanks": "two oh five PM. Thanks",
    "at 2 pm": "at two PM",
    "12:00": "noon",
    "0:00": "midnight",
    "between 9:00 and 17:00": "between nine AM and five PM",
    "1-800-555-0199": "one, eight hundred, five five five, zero one nine nine",
    "(555) 123-4567": "five five five, one two three, four five six seven",
    "+18005550199": "one eight zero, zero five five five, zero one nine nine",
    "help@example.com": "help at example dot com",
    "https://www.example.com/track/12": "example dot com slash track slash one two",
    "20% off": "twenty percent off",
    "2-3 days": "two to three days",
    "3.5 kg": "three point five kilograms",
    "4G": "four G",
    "10000 points": "ten thousand points",
    "in 2025": "in twenty twenty-five",
    "2000 points": "two thousand points",
    "3rd": "third",
    "-5 degrees": "minus five degrees",
    "½": "one half",
    "Mr. Smith & Mrs. Jones": "Mister Smith and Missus Jones",
    "press # or press *": "press pound or press star",
    "**Good** news 🎉": "Good news",
    "１２": "twelve",
}
CHINESE = {
    "订单A12B已发货": "订单 A 幺二 B 已发货",
    "订单号123456": "订单号 幺二三，四五六",
    "¥1,234.56": "一千二百三十四元五角六分",
    "¥0.05": "五分",
    "199元": "一百九十九元",
    "$20": "二十美元",
    "2025-03-04": "二零二五年三月四日",
    "2025年3月4日": "二零二五年三月四日",
    "14:30": "下午两点半",
    "9:05": "上午九点零五分",
    "13812345678": "幺三八，幺二三四，五六七八",
    "400-810-1234": "四零零，八幺零，幺二三四",
    "20%": "百分之二十",
    "3-5天": "三到五天",
    "2件": "两件",
    "12个": "十二个",
    "5kg": "五公斤",
    "8.5折": "八点五折",
    "请按1，或按#": "请按一，或按井号",
    "help@example.com": "help 艾特 example 点 com",
}
KOREAN = {
    "주문 A12B": "주문 에이 일이 비",
    "주문번호 123456": "주문번호 일이삼, 사오육",
    "₩12,900": "만 이천구백 원",
    "3만원": "삼만 원",
    "2025-03-04": "이천이십오년 삼월 사일",
    "6월 10일": "유월 십일",
    "14:30": "오후 두시 반",
    "010-1234-5678": "공일공, 일이삼사, 오육칠팔",
    "20%": "이십 퍼센트",
    "2개": "두 개",
    "20명": "스무 명",
    "3개월": "삼 개월",
    "1번을 누르세요": "일 번을 누르세요",
    "5kg": "오 킬로그램",
    "help@example.com": "help 골뱅이 example 점 com",
}


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        (language, written, spoken)
        for language, table in zip(LANGUAGES, (ENGLISH, CHINESE, KOREAN), strict=True)
        for written, spoken in table.items()
    ],
)
def test_reads_as_people_read(language: str, written: str, spoken: str) -> None:
    assert read_out(written, language) == spoken


written = st.text(max_size=60) | st.text(alphabet="0123456789ABab .,:-/%#$€¥₩@+年月日元点月원번개시&*()", max_size=40)


@given(text=written, language=st.sampled_from((*LANGUAGES, "fr-FR", "")))
def test_never_fails_and_reading_twice_changes_nothing(text: str, language: str) -> None:
    once = read_out(text, language)
    assert read_out(once, language) == once


@given(text=written, language=st.sampled_from(LANGUAGES))
def test_leaves_no_digit_to_the_voice(text: str, language: str) -> None:
    assert not any(character in "0123456789" for character in read_out(text, language))


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "零"),
        ("10", "十"),
        ("110", "一百一十"),
        ("101", "一百零一"),
        ("1001", "一千零一"),
        ("10010", "一万零一十"),
        ("10500", "一万零五百"),
        ("100001", "十万零一"),
        ("20000000", "二千万"),
        ("100000001", "一亿零一"),
        ("1000000000000", "一万亿"),
    ],
)
def test_chinese_numerals(digits: str, words: str) -> None:
    assert chinese.cardinal(digits) == words
