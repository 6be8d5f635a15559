from __future__ import annotations

import json
from importlib import resources

import pytest

from keyreel.sound.speech.synthesis.mandarin_numbers import spell_out_numbers
from keyreel.sound.speech.synthesis.mandarin_phonemes import phonemize_mandarin


def spoken(text: str) -> str:
    return phonemize_mandarin(text, lambda english: f"<{english}>")


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("妈", "ma→"),
        ("麻", "ma↗"),
        ("马", "ma↓"),
        ("骂", "ma↘"),
        ("知", "ꭧɨ→"),
        ("四", "sɨ↘"),
        ("去", "ʨʰy↘"),
        ("远", "ɥɛ↓n"),
        ("月", "ɥe↘"),
        ("王", "wa↗ŋ"),
        ("问", "wə↘n"),
        ("有", "jou↓"),
        ("绿", "ly↘"),
        ("女儿", "ny↓ɚ↗"),
        ("中国", "ꭧʊ→ŋkwo↗"),
    ],
)
def test_syllables_become_the_voices_phonemes(text: str, phonemes: str) -> None:
    assert spoken(text) == phonemes


def test_two_third_tones_in_one_word_are_spoken_as_a_second_and_a_third() -> None:
    assert spoken("你好") == "ni↗xau↓"


def test_a_character_is_read_as_its_word_wants() -> None:
    assert spoken("银行行长") == "i↗nxa↗ŋ xa↗ŋꭧa↓ŋ"


def test_punctuation_and_english_words_stay_in_place() -> None:
    assert spoken("好，用iPhone吧！") == "xau↓, jʊ↘ŋ <iPhone> pa!"


def test_the_voices_know_every_phoneme() -> None:
    known = json.loads(resources.files("hibari").joinpath("assets/vocab.json").read_text("utf-8"))
    common = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着"
    rare = "嗯哦呣哼欸儿日女略虐穷熊癣轩闩瓮嗡薄佛翁"
    assert set(spoken(common + rare)) <= set(known)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026年3月15日", "二零二六年三月十五日"),
        ("10:30", "十点三十分"),
        ("2:05", "两点零五分"),
        ("14:00", "十四点整"),
        ("50%", "百分之五十"),
        ("1005", "一千零五"),
        ("10050", "一万零五十"),
        ("30010", "三万零一十"),
        ("1000500", "一百万零五百"),
        ("100000000", "一亿"),
        ("12", "十二"),
        ("110", "一百一十"),
        ("¥1,250.50", "一千二百五十点五零元"),
        ("3.14", "三点一四"),
        ("2个人", "两个人"),
        ("第2次", "第二次"),
        ("13800138000", "一三八零零一三八零零零"),
        ("007", "零零七"),
        ("3-5天", "三到五天"),
        ("5km", "五公里"),
        ("-3℃", "负三摄氏度"),
        ("0.5", "零点五"),
    ],
)
def test_numbers_are_read_as_chinese_reads_them(written: str, read: str) -> None:
    assert spell_out_numbers(written) == read
