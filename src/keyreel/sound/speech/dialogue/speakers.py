"""The speaker of a quoted passage: @names first, then names and people in the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keyreel.mentions import HAN_RANGES, normalize_text
from keyreel.sound.speech.dialogue.speech_verbs import SPEECH_VERB
from keyreel.sound.speech.voice_choice import Gender

_FEMALE: Final = (
    "she her woman women girl lady mother mom mum mommy grandmother grandma granny aunt sister queen "
    "princess wife daughter actress waitress witch nun female bride heroine mrs ms miss goddess"
)
_MALE: Final = (
    "he his him man men boy gentleman father dad daddy grandfather grandpa uncle brother king prince "
    "husband son actor waiter wizard monk male groom hero mr sir guy knight soldier emperor god"
)
_FEMALE_ZH: Final = "她|女|妈|母亲|奶奶|姥姥|外婆|阿姨|姐|妹|姑娘|小姐|太太|公主|皇后|妻子|新娘"
_MALE_ZH: Final = (
    "他(?!们)|男|爸|父亲|爷爷|姥爷|外公|叔|哥|弟|先生|国王|皇帝|王子|丈夫|新郎|老头|小伙|和尚|大叔"
)
_PERSON_NOUNS: Final = (
    "man woman boy girl lady gentleman mother father grandmother grandfather king queen prince "
    "princess teacher doctor soldier knight wizard witch robot child kid baby captain chef detective "
    "astronaut monk stranger voice reporter singer student dragon cat dog guard officer nurse waiter "
    "waitress merchant"
)
_PERSON_NOUNS_ZH: Final = (
    "老人|男人|女人|男孩|女孩|小男孩|小女孩|男子|女子|孩子|妈妈|爸爸|爷爷|奶奶|老师|医生|国王|王后|公主|王子|士兵|机器人|船长|侦探|"
    "男主角|女主角|主播|主持人|顾客|客人|小猫|小狗|司机|村民|战士|仙女|厨师|记者|学生|店员|店主|姑娘|少年|少女|老板|护士|警察|宇航员|巫师|和尚|将军|老爷爷|老奶奶"
)
_NAMED_SPEAKER: Final = re.compile(
    rf"(?<![@\w])([A-Z][a-z]+)(?:,?\s+[a-z]+,?){{0,4}}?\s+(?:{SPEECH_VERB.pattern})|(?:{SPEECH_VERB.pattern})\s+([A-Z][a-z]+)"
    r"|^\W*([A-Z][a-z]+)(?:\s*\([^)]*\))?:\s*$"
)
_UNNAMED_SPEAKER: Final = re.compile(
    rf"\b([Aa]n?|[Aa]nother|[Oo]ne|[Tt]he)\s+((?:[a-z]+\s)?[a-z]+)\s+(?:\w+ly\s+)?(?:{SPEECH_VERB.pattern})"
)
_NOT_NAMES: Final = (
    "He She They It Then I We You Camera Someone Everyone Suddenly Finally Now And But The A An As "
    "While When Who His Her Their Slowly Softly Quietly Next One Two Both "
    "People Narrator Voice Dialogue Dialog Line Lines"
)
_BEFORE_ADDRESSEE: Final = re.compile(
    r"(?:\b(?:to|at|with|toward|towards|beside|behind|near|for|from|of|past|around)\s+"
    r"|[对向跟朝给同]|看着|望着|面对|走向|告诉)$"
)
_ADDRESSING_VERB: Final = re.compile(
    r"\b(?:tells?|told|asks?|asked|greets?|greeted|warns?|warned|answers?|begs?)\s+$", re.IGNORECASE
)
_CLAUSE_BREAK: Final = re.compile(
    rf";|；|\bwhile\b|\bwhen\b|\bas\b(?=\s+@)|\bbut\b|,\s*(?=@)|，(?=@)|而(?=@)|(?<![@\w{HAN_RANGES}])and(?=\s+@)",
    re.IGNORECASE,
)
_UNKNOWN_HAN_NAME: Final = (
    rf"[{HAN_RANGES}]{{1,6}}?"
    rf"(?=[^{HAN_RANGES}]|$|小声|[说道问喊叫答对向跟朝看走笑哭站坐转低轻大抬高唱念讲告在和与的回跑挥微也突])"
)


class SubjectNames:
    """The names of an order's subjects, and where texts mention them; texts went through `normalize_text`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._known = {normalize_text(name).casefold(): name for name in names if name}
        longest = sorted(map(normalize_text, filter(None, names)), key=len, reverse=True)
        exact = "|".join(re.escape(name) + r"(?![A-Za-z0-9_])" for name in longest)
        bare = "|".join(re.escape(name) for name in longest if not name.isdigit())
        called = f"{exact}|" if exact else ""
        self.pattern = (
            rf"(?:@(?P<at>{called}[A-Za-z0-9_-]+|{_UNKNOWN_HAN_NAME}){self._build_bare_pattern(bare)})"
        )
        """Matches a mention of a name."""
        self._mention_pattern = re.compile(self.pattern, re.IGNORECASE)

    @staticmethod
    def _build_bare_pattern(names: str) -> str:
        return rf"|(?<![\w{HAN_RANGES}@])(?P<bare>{names})(?![A-Za-z0-9_])" if names else ""

    def resolve_match(self, match: re.Match[str]) -> str:
        """Return the name that the pattern found, spelled as the order spells it."""
        called = match["at"] or match.groupdict().get("bare") or ""
        return self._known.get(called.casefold(), called)

    def find_all(self, text: str) -> list[re.Match[str]]:
        """Return every mention of a name in a text."""
        return list(self._mention_pattern.finditer(text))

    def has_name(self, text: str) -> bool:
        """Say whether a text mentions a name."""
        return bool(self._mention_pattern.search(text))

    def guess_gender(self, prompt: str, name: str) -> Gender | None:
        """Guess a gender from the first sentence that mentions the name."""
        for match in self._mention_pattern.finditer(prompt):
            if self.resolve_match(match) == name:
                sentence = re.split(r"[.!?。！？\n\"“「]", prompt[match.end() :], maxsplit=1)[0]
                others = self._mention_pattern.search(sentence)
                return find_gender(sentence[: others.start()] if others else sentence)
        return None


@dataclass(frozen=True, slots=True)
class QuoteContext:
    """A quote's position in the prompt, and the words before and after it in its sentence."""

    start: int
    lead: str
    trail: str


@dataclass(frozen=True, slots=True)
class AttributedSpeaker:
    """The speaker of a quote; an empty name where the prompt tells none."""

    name: str
    gender: Gender | None


def find_gender(text: str) -> Gender | None:
    """Return the gender of the first person that a text mentions."""
    found = [
        (match.start(), gender)
        for gender, pattern in (
            (Gender.FEMALE, _build_word_pattern(_FEMALE, _FEMALE_ZH)),
            (Gender.MALE, _build_word_pattern(_MALE, _MALE_ZH)),
        )
        if (match := re.search(pattern, text, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


def identify_speaker(prompt: str, quote: QuoteContext, names: SubjectNames) -> AttributedSpeaker:
    """Return the first name in the clause or sentence, else a described person, else the last name before."""
    lead, trail = quote.lead, quote.trail
    clause = _find_last_clause(lead, names)
    for text in (clause, lead, trail):
        for match in names.find_all(text):
            if not _is_addressee(text[: match.start()]):
                return AttributedSpeaker(
                    names.resolve_match(match), names.guess_gender(prompt, names.resolve_match(match))
                )
    before = names.find_all(prompt[: quote.start])
    described = _find_described_person(clause) or _find_described_person(trail)
    if described and (described[1] or not before):
        return AttributedSpeaker(
            described[0], find_gender(described[0]) or find_gender(clause) or find_gender(trail)
        )
    if before:
        name = names.resolve_match(before[-1])
        return AttributedSpeaker(name, names.guess_gender(prompt, name))
    if clause.strip() or trail.strip():
        return AttributedSpeaker("", find_gender(clause) or find_gender(lead) or find_gender(trail))
    return _find_introduced_speaker(prompt[: quote.start])


def _find_introduced_speaker(text: str) -> AttributedSpeaker:
    """Return the person in the sentence before a quote that stands alone."""
    sentence = re.split(r"(?<=[.!?。！？])\s*", text.rstrip(" .!?。！？"))[-1]
    described = _find_described_person(sentence)
    return AttributedSpeaker(described[0] if described else "", find_gender(sentence))


def _find_last_clause(lead: str, names: SubjectNames) -> str:
    """Return the last clause of the lead that mentions a name."""
    called = {match.end() for match in names.find_all(lead)}
    cuts = [cut for cut in _CLAUSE_BREAK.finditer(lead) if names.has_name(lead[cut.end() :])]
    # "@a and @b say": two who speak together are one clause.
    kept = [cut.end() for cut in cuts if len(lead[: cut.start()].rstrip()) not in called]
    return lead[kept[-1] :] if kept else lead


def _is_addressee(before: str) -> bool:
    return bool(_BEFORE_ADDRESSEE.search(before) or _ADDRESSING_VERB.search(before))


def _find_described_person(text: str) -> tuple[str, bool] | None:
    """Find a person without an @name: "an old man", "Tom", 老人; also return whether it is a new one."""
    people = "|".join(_PERSON_NOUNS.split())
    match = re.search(
        rf"\b(a|an|another|one|the)\s+((?:[\w-]+\s+){{0,2}}?(?:{people}))\b", text, re.IGNORECASE
    )
    if match and not _is_addressee(text[: match.start()]):
        return match[2].lower(), match[1].lower() != "the"
    match = _UNNAMED_SPEAKER.search(text)
    if match and not _is_addressee(text[: match.start()]):
        return match[2].lower(), match[1].lower() != "the"
    named = _NAMED_SPEAKER.search(text)
    name = named and (named[1] or named[2] or named[3])
    if name and name not in _NOT_NAMES.split():
        return name, True
    han = re.search(
        rf"(一[个位名只]|另一[个位名])?[{HAN_RANGES}]{{0,4}}?({_PERSON_NOUNS_ZH}|小[{HAN_RANGES}](?=[说道问喊笑答])|老[王李张刘陈](?=[{HAN_RANGES}]))",
        text,
    )
    if han and not _is_addressee(text[: han.start(2)]):
        return han[2], bool(han[1])
    return None


def _build_word_pattern(english: str, chinese: str) -> str:
    return rf"\b(?:{'|'.join(english.split())})\b|(?:{chinese})"
