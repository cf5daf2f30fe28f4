"""What callees say about time, on their own clock; and a promise that is read back means what was promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.spoken import moment
from outbound.intents.times import LONGEST_AHEAD, when_meant

NEW_YORK = ZoneInfo("America/New_York")
WEDNESDAY = datetime(2026, 3, 4, 10, 20, 30, tzinfo=NEW_YORK)  # the clocks go forward on Sunday the 8th
LANGUAGES = ("en-US", "zh-CN", "ko-KR")

ENGLISH = {
    "tomorrow at three": "Thu 05 15:00",
    "call me back tomorrow at three p.m.": "Thu 05 15:00",
    "in an hour": "Wed 04 11:21",
    "in half an hour": "Wed 04 10:51",
    "in an hour and a half": "Wed 04 11:51",
    "give me twenty minutes": "Wed 04 10:41",
    "in a couple of hours": "Wed 04 12:21",
    "tonight after six": "Wed 04 18:00",
    "this afternoon": "Wed 04 15:00",
    "this morning": "Wed 04 11:00",
    "in the morning": "Thu 05 10:00",
    "monday morning": "Mon 09 10:00",
    "at 4 30": "Wed 04 16:30",
    "4:30": "Wed 04 16:30",
    "four thirty": "Wed 04 16:30",
    "four oh five": "Wed 04 16:05",
    "quarter past two": "Wed 04 14:15",
    "half past three": "Wed 04 15:30",
    "ten to five": "Wed 04 16:50",
    "a quarter to six": "Wed 04 17:45",
    "next week": "Mon 09 10:00",
    "next week on friday at ten": "Fri 13 10:00",
    "maybe after lunch": "Wed 04 13:00",
    "around noon": "Wed 04 12:00",
    "after five": "Wed 04 17:00",
    "before five": "Wed 04 16:00",
    "the day after tomorrow": "Fri 06 10:00",
    "at nine": "Thu 05 09:00",
    "today at nine": "Wed 04 21:00",
    "tomorrow between two and four": "Thu 05 14:00",
    "three o'clock": "Wed 04 15:00",
    "three": "Wed 04 15:00",
    "wednesday": "Wed 11 10:00",
    "this weekend": "Sat 07 10:00",
    "on the twelfth at two": "Thu 12 14:00",
    "in two weeks": "Wed 18 10:20",
    "same time tomorrow": "Thu 05 10:20",
    "tonight at twelve": "Thu 05 00:00",
    "good morning call me tomorrow": "Thu 05 10:00",
    "march fourteenth at two": "Sat 14 14:00",
    "march 14 at two": "Sat 14 14:00",
    "on the 14th of march": "Sat 14 10:00",
    "friday the 13th": "Fri 13 10:00",
    "not tomorrow, the day after": "Fri 06 10:00",
    "not before five": "Wed 04 17:00",
    "not on friday, on monday": "Mon 09 10:00",
}
CHINESE = {
    "明天下午三点": "Thu 05 15:00",
    "明 天 下 午 三 点": "Thu 05 15:00",
    "一个小时以后": "Wed 04 11:21",
    "两个半小时后": "Wed 04 12:51",
    "半小时后": "Wed 04 10:51",
    "过半个小时再打": "Wed 04 10:51",
    "十分钟后打给我": "Wed 04 10:31",
    "一刻钟后": "Wed 04 10:36",
    "今晚六点以后": "Wed 04 18:00",
    "下周一上午": "Mon 09 10:00",
    "下礼拜三下午": "Wed 11 15:00",
    "下周": "Mon 09 10:00",
    "周末": "Sat 07 10:00",
    "后天上午十点半": "Fri 06 10:30",
    "大后天": "Sat 07 10:00",
    "明早九点": "Thu 05 09:00",
    "明晚八点": "Thu 05 20:00",
    "三点": "Wed 04 15:00",
    "三点一刻": "Wed 04 15:15",
    "三四点": "Wed 04 15:00",
    "九点": "Thu 05 09:00",
    "中午": "Wed 04 12:00",
    "吃完午饭再打": "Wed 04 13:00",
    "中午一点": "Wed 04 13:00",
    "下午5点": "Wed 04 17:00",
    "15:30": "Wed 04 15:30",
    "五点之前": "Wed 04 16:00",
    "周五下午两点三十五分": "Fri 06 14:35",
    "两天后": "Fri 06 10:20",
    "三天后下午两点": "Sat 07 14:00",
    "十二号上午": "Thu 12 10:00",
    "明天这个时候": "Thu 05 10:20",
    "今晚十二点": "Thu 05 00:00",
    "明天晚一点": "Thu 05 10:00",
    "三月十四号下午两点": "Sat 14 14:00",
    "3月14号": "Sat 14 10:00",
    "明天不行，后天吧": "Fri 06 10:00",
}
KOREAN = {
    "내일 오후 세 시": "Thu 05 15:00",
    "내일오후세시": "Thu 05 15:00",
    "내일 3시 30분": "Thu 05 15:30",
    "한 시간 뒤에": "Wed 04 11:21",
    "한 시간 반 뒤에": "Wed 04 11:51",
    "삼십 분 뒤에": "Wed 04 10:51",
    "30분 후에 전화 주세요": "Wed 04 10:51",
    "반 시간 뒤에": "Wed 04 10:51",
    "오 분 있다가": "Wed 04 10:26",
    "오늘 저녁 여섯 시 이후": "Wed 04 18:00",
    "오늘 밤 아홉 시": "Wed 04 21:00",
    "다음 주 월요일 오전": "Mon 09 10:00",
    "다음 주": "Mon 09 10:00",
    "금요일 오후 세 시": "Fri 06 15:00",
    "주말에": "Sat 07 10:00",
    "모레 오전": "Fri 06 10:00",
    "내일모레": "Fri 06 10:00",
    "글피": "Sat 07 10:00",
    "세 시 반": "Wed 04 15:30",
    "두 시 십오 분에": "Wed 04 14:15",
    "십오 시": "Wed 04 15:00",
    "점심때": "Wed 04 12:00",
    "점심 먹고 나서": "Wed 04 13:00",
    "정오에": "Wed 04 12:00",
    "자정": "Thu 05 00:00",
    "저녁에": "Wed 04 19:00",
    "이틀 뒤": "Fri 06 10:20",
    "일주일 뒤": "Wed 11 10:20",
    "사흘 뒤 오후 두 시": "Sat 07 14:00",
    "십이 일 오전 열 시": "Thu 12 10:00",
    "내일 이 시간에": "Thu 05 10:20",
    "다섯 시 전에": "Wed 04 16:00",
    "삼월 십사일 오후 두 시": "Sat 14 14:00",
    "3월 14일": "Sat 14 10:00",
    "내일 말고 모레": "Fri 06 10:00",
}
UNTIMED = {
    "en-US": ("", "later", "call me later", "not now", "i am busy", "i called you two hours ago", "good evening",
              "today", "in three weeks", "next time", "yesterday at three", "christmas day at noon",
              "next year at three", "december fourth at three", "february 31st", "any day but monday", "not on friday"),
    "zh-CN": ("", "晚点再打", "晚一点再打", "等会儿", "今天晚点", "我在忙", "我在午休", "说慢一点", "两个小时前打过",
              "三周后", "昨天三点", "圣诞节中午", "明年三点", "十二月四号", "除了周一", "周一不行"),
    "ko-KR": ("", "나중에", "이따가요", "다시 전화 주세요", "지금 바빠요", "다음 달", "한 시간 전에 전화했어요",
              "어제 세 시", "크리스마스 정오", "내년 세 시", "십이월 사일", "월요일 빼고", "월요일은 안 돼요"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        (language, words, expected)
        for language, table in zip(LANGUAGES, (ENGLISH, CHINESE, KOREAN), strict=True)
        for words, expected in table.items()
    ],
)
def test_a_named_time_is_understood_on_the_callees_clock(language: str, words: str, expected: str) -> None:
    meant = when_meant(words, language, WEDNESDAY)
    assert meant is not None
    assert f"{meant:%a %d %H:%M}" == expected


@pytest.mark.parametrize(("language", "words"), [(lang, words) for lang, table in UNTIMED.items() for words in table])
def test_words_that_name_no_time_within_two_weeks_mean_none(language: str, words: str) -> None:
    assert when_meant(words, language, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("language", "words"), [("en-US", "today at three"), ("zh-CN", "今天下午三点"), ("ko-KR", "오늘 오후 세 시")]
)
def test_a_time_that_has_passed_rolls_to_the_next_day(language: str, words: str) -> None:
    late = WEDNESDAY.replace(hour=22)
    assert when_meant(words, language, late) == datetime(2026, 3, 5, 15, tzinfo=NEW_YORK)


def test_todays_part_of_the_day_that_has_begun_is_the_next_full_hour() -> None:
    assert when_meant("this afternoon", "en-US", WEDNESDAY.replace(hour=15)) == datetime(
        2026, 3, 4, 16, tzinfo=NEW_YORK
    )


def test_a_wall_time_that_the_spring_change_skips_is_an_hour_later() -> None:
    saturday = datetime(2026, 3, 7, 20, tzinfo=NEW_YORK)
    assert when_meant("tomorrow at two thirty in the morning", "en-US", saturday) == datetime(
        2026, 3, 8, 3, 30, tzinfo=NEW_YORK
    )


def test_an_hour_from_now_is_an_hour_across_the_spring_change() -> None:
    before = datetime(2026, 3, 8, 1, 30, tzinfo=NEW_YORK)
    assert when_meant("in an hour", "en-US", before) == before.astimezone(UTC) + timedelta(hours=1)


def test_an_unknown_language_has_no_times() -> None:
    assert when_meant("demain à trois heures", "fr-FR", WEDNESDAY) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        when_meant("tomorrow", "en-US", WEDNESDAY.replace(tzinfo=None))


ZONES = st.sampled_from(["America/New_York", "Asia/Shanghai", "Asia/Seoul", "Europe/London", "Australia/Lord_Howe"])
MOMENTS = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, ZoneInfo(zone)),
    st.integers(1_700_000_000, 2_000_000_000),
    ZONES,
)
WORDS = """
tomorrow today tonight at in an hour half past quarter to three 12 4:30 minutes week weeks next on monday the first
morning noon night before 明天 后 点 三 十 半 小时 分钟 下周 晚上 前 天 号 两 内 내일 오후 세 시 시간 분 뒤 다음 주
월요일 밤 반 십 일 전 주말 ² ٣ 〇 0 99 999
"""
SPEECH = st.text(max_size=40) | st.lists(st.sampled_from(WORDS.split()), max_size=8).map(" ".join)


@given(words=SPEECH, language=st.sampled_from(LANGUAGES), now=MOMENTS)
def test_whatever_is_said_the_moment_lies_ahead_and_within_two_weeks(words: str, language: str, now: datetime) -> None:
    meant = when_meant(words, language, now)
    if meant is not None:
        assert meant.tzinfo is now.tzinfo
        assert meant.astimezone(UTC) > now.astimezone(UTC)
        assert meant.replace(tzinfo=None) - now.replace(tzinfo=None) <= LONGEST_AHEAD


@given(
    language=st.sampled_from(LANGUAGES),
    now=MOMENTS,
    days=st.integers(0, 13),
    hour=st.integers(6, 23),
    minute=st.integers(0, 59),
)
def test_a_time_read_back_means_the_same_moment(
    language: str, now: datetime, days: int, hour: int, minute: int
) -> None:
    promised = (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    if promised.astimezone(UTC) > now.astimezone(UTC):
        assert when_meant(moment(promised, now, language), language, now) == promised
