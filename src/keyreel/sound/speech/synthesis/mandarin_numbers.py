"""Numbers in Chinese text, spelled out as they are read; knows no phonemes."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_POWERS_OF_TEN: Final = ("", "十", "百", "千")
_MYRIADS: Final = ("", "万", "亿", "万亿")
_MAX_DIGITS: Final = 4 * len(_MYRIADS)  # longer numbers are read digit by digit
_UNITS: Final = {
    "km": "公里",
    "kg": "公斤",
    "cm": "厘米",
    "mm": "毫米",
    "m": "米",
    "g": "克",
    "°C": "摄氏度",
    "℃": "摄氏度",
}
_NUMBER: Final = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CLOCK_TIME: Final = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)")
_PERCENT: Final = re.compile(rf"({_NUMBER})\s*[%％]")
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?=年)")
_MONEY: Final = re.compile(rf"([¥￥$€])\s*({_NUMBER})")
_WITH_UNIT: Final = re.compile(rf"({_NUMBER})\s*({'|'.join(_UNITS)})(?![A-Za-z])")
_RANGE: Final = re.compile(rf"({_NUMBER})\s*[-–~～]\s*(?={_NUMBER})")
_COUNTED_TWO: Final = re.compile(
    r"(?<![\d.,第])2(?=[个位只条张本次天年名杯件块家种点倍岁遍双场部](?!\d))(?!年)"
)
_MINUS: Final = re.compile(r"(?<![\w%])[-−](?=\d)")
_PLAIN_NUMBER: Final = re.compile(_NUMBER)
_CURRENCIES: Final = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元"}


def spell_out_numbers(text: str) -> str:
    """Spell out times, years, percentages, money, measures and numbers."""
    text = _MINUS.sub("负", text)
    text = _CLOCK_TIME.sub(lambda m: f"{_read_hour(m[1])}点{_read_minutes(m[2])}", text)
    text = _YEAR.sub(lambda m: _read_digits(m[1]), text)
    text = _PERCENT.sub(lambda m: f"百分之{_read_number(m[1])}", text)
    text = _MONEY.sub(lambda m: f"{_read_number(m[2])}{_CURRENCIES[m[1]]}", text)
    text = _RANGE.sub(lambda m: f"{m[1]}到", text)
    text = _WITH_UNIT.sub(lambda m: f"{_read_number(m[1])}{_UNITS[m[2]]}", text)
    text = _COUNTED_TWO.sub("两", text)
    return _PLAIN_NUMBER.sub(lambda m: _read_number(m[0]), text)


def _read_hour(digits: str) -> str:
    return "两" if int(digits) == 2 else _read_integer(int(digits))


def _read_minutes(digits: str) -> str:
    minutes = int(digits)
    if not minutes:
        return "整"
    return ("零" if digits[0] == "0" else "") + _read_integer(minutes) + "分"


def _read_number(digits: str) -> str:
    whole, _, fraction = digits.replace(",", "").partition(".")
    read = (
        _read_digits(whole)
        if len(whole) > _MAX_DIGITS or _is_digit_code(whole)
        else _read_integer(int(whole))
    )
    return f"{read}点{_read_digits(fraction)}" if fraction else read


def _is_digit_code(digits: str) -> bool:
    """Say whether digits are read one by one: telephone numbers, and whatever starts with a zero."""
    return len(digits) > 1 and (digits[0] == "0" or len(digits) >= len("13800138000"))


def _read_digits(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _read_integer(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    read, myriad, gap = "", 0, False
    while number:
        number, group = divmod(number, 10_000)
        if group:
            read = _read_group(group) + _MYRIADS[myriad] + ("零" if gap and read else "") + read
        gap = (bool(read) and group < 1_000) or (gap and not group)
        myriad += 1
    return re.sub(r"零+", "零", read.removeprefix("一") if read.startswith("一十") else read)


def _read_group(group: int) -> str:
    read, zero = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            read += ("零" if zero and read else "") + _DIGITS[digit] + _POWERS_OF_TEN[place]
        zero = zero or not digit if read else False
        if digit:
            zero = False
    return read
