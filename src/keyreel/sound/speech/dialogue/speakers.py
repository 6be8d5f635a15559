"""Who speaks a quoted passage: @names first, then names and people that the words around it mention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keyreel.calling import plain
from keyreel.sound.speech.dialogue.speech_verbs import SAYING
from keyreel.sound.speech.language import HAN
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
_PEOPLE: Final = (
    "man woman boy girl lady gentleman mother father grandmother grandfather king queen prince "
    "princess teacher doctor soldier knight wizard witch robot child kid baby captain chef detective "
    "astronaut monk stranger voice reporter singer student dragon cat dog guard officer nurse waiter "
    "waitress merchant"
)
_PEOPLE_ZH: Final = (
    "老人|男人|女人|男孩|女孩|小男孩|小女孩|男子|女子|孩子|妈妈|爸爸|爷爷|奶奶|老师|医生|国王|王后|公主|王子|士兵|机器人|船长|侦探|"
    "男主角|女主角|主播|主持人|顾客|客人|小猫|小狗|司机|村民|战士|仙女|厨师|记者|学生|店员|店主|姑娘|少年|少女|老板|护士|警察|宇航员|巫师|和尚|将军|老爷爷|老奶奶"
)
_NAMED: Final = re.compile(
    rf"(?<![@\w])([A-Z][a-z]+)(?:,?\s+[a-z]+,?){{0,4}}?\s+(?:{SAYING.pattern})|(?:{SAYING.pattern})\s+([A-Z][a-z]+)"
    r"|^\W*([A-Z][a-z]+)(?:\s*\([^)]*\))?:\s*$"
)
_SOMEBODY: Final = re.compile(
    rf"\b([Aa]n?|[Aa]nother|[Oo]ne|[Tt]he)\s+((?:[a-z]+\s)?[a-z]+)\s+(?:\w+ly\s+)?(?:{SAYING.pattern})"
)
_NOT_NAMES: Final = (
    "He She They It Then I We You Camera Someone Everyone Suddenly Finally Now And But The A An As "
    "While When Who His Her Their Slowly Softly Quietly Next One Two Both "
    "People Narrator Voice Dialogue Dialog Line Lines"
)
_ADDRESSED: Final = re.compile(
    r"(?:\b(?:to|at|with|toward|towards|beside|behind|near|for|from|of|past|around)\s+"
    r"|[对向跟朝给同]|看着|望着|面对|走向|告诉)$"
)
_TELLS: Final = re.compile(
    r"\b(?:tells?|told|asks?|asked|greets?|greeted|warns?|warned|answers?|begs?)\s+$", re.IGNORECASE
)
_CUT: Final = re.compile(
    rf";|；|\bwhile\b|\bwhen\b|\bas\b(?=\s+@)|\bbut\b|,\s*(?=@)|，(?=@)|而(?=@)|(?<![@\w{HAN}])and(?=\s+@)",
    re.IGNORECASE,
)
_UNKNOWN_HAN: Final = (
    rf"[{HAN}]{{1,6}}?"
    rf"(?=[^{HAN}]|$|小声|[说道问喊叫答对向跟朝看走笑哭站坐转低轻大抬高唱念讲告在和与的回跑挥微也突])"
)


class Names:
    """The names of an order's subjects, and how prompts call them: in texts that `plain` has made."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._known = {plain(name).casefold(): name for name in names if name}
        longest = sorted(map(plain, filter(None, names)), key=len, reverse=True)
        exact = "|".join(re.escape(name) + r"(?![A-Za-z0-9_])" for name in longest)
        bare = "|".join(re.escape(name) for name in longest if not name.isdigit())
        called = f"{exact}|" if exact else ""
        self.pattern = rf"(?:@(?P<at>{called}[A-Za-z0-9_-]+|{_UNKNOWN_HAN}){self._bare(bare)})"
        """Matches a name where it is called."""
        self._called = re.compile(self.pattern, re.IGNORECASE)

    @staticmethod
    def _bare(names: str) -> str:
        return rf"|(?<![\w{HAN}@])(?P<bare>{names})(?![A-Za-z0-9_])" if names else ""

    def of(self, match: re.Match[str]) -> str:
        """Return the name that the pattern found, spelled as the order spells it."""
        called = match["at"] or match.groupdict().get("bare") or ""
        return self._known.get(called.casefold(), called)

    def all_in(self, text: str) -> list[re.Match[str]]:
        """Find every name in a text."""
        return list(self._called.finditer(text))

    def any_in(self, text: str) -> bool:
        """Say whether a text calls anybody by name."""
        return bool(self._called.search(text))

    def gender_of(self, prompt: str, name: str) -> Gender | None:
        """Guess from the first sentence that calls the name."""
        for match in self._called.finditer(prompt):
            if self.of(match) == name:
                sentence = re.split(r"[.!?。！？\n\"“「]", prompt[match.end() :], maxsplit=1)[0]
                others = self._called.search(sentence)
                return gender_in(sentence[: others.start()] if others else sentence)
        return None


@dataclass(frozen=True, slots=True)
class Mention:
    """A quoted passage's place and what stands around it in its sentence."""

    start: int
    lead: str
    trail: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks; an empty name where nothing tells."""

    speaker: str
    gender: Gender | None


def gender_in(text: str) -> Gender | None:
    """Return the gender of the first person that a text mentions."""
    found = [
        (match.start(), gender)
        for gender, pattern in (
            (Gender.FEMALE, _words(_FEMALE, _FEMALE_ZH)),
            (Gender.MALE, _words(_MALE, _MALE_ZH)),
        )
        if (match := re.search(pattern, text, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


def speaker_of(prompt: str, mention: Mention, names: Names) -> Speaker:
    """Return the first one named in the quote's clause, else in the words after, else the nearest before."""
    lead, trail = mention.lead, mention.trail
    clause = _last_clause(lead, names)
    for text in (clause, lead, trail):
        for match in names.all_in(text):
            if not _addressed(text[: match.start()]):
                return Speaker(names.of(match), names.gender_of(prompt, names.of(match)))
    before = names.all_in(prompt[: mention.start])
    described = _described(clause) or _described(trail)
    if described and (described[1] or not before):
        return Speaker(described[0], gender_in(described[0]) or gender_in(clause) or gender_in(trail))
    if before:
        name = names.of(before[-1])
        return Speaker(name, names.gender_of(prompt, name))
    if clause.strip() or trail.strip():
        return Speaker("", gender_in(clause) or gender_in(lead) or gender_in(trail))
    return _introduced_before(prompt[: mention.start])


def _introduced_before(text: str) -> Speaker:
    """Return whom the sentence before a quote that stands alone is about."""
    sentence = re.split(r"(?<=[.!?。！？])\s*", text.rstrip(" .!?。！？"))[-1]
    described = _described(sentence)
    return Speaker(described[0] if described else "", gender_in(sentence))


def _last_clause(lead: str, names: Names) -> str:
    """Return the lead from its last subject on."""
    called = {match.end() for match in names.all_in(lead)}
    cuts = [cut for cut in _CUT.finditer(lead) if names.any_in(lead[cut.end() :])]
    # "@a and @b say": two who speak together are no two clauses.
    kept = [cut.end() for cut in cuts if len(lead[: cut.start()].rstrip()) not in called]
    return lead[kept[-1] :] if kept else lead


def _addressed(before: str) -> bool:
    return bool(_ADDRESSED.search(before) or _TELLS.search(before))


def _described(text: str) -> tuple[str, bool] | None:
    """Find a person without an @name: "an old man", "Tom", 老人. Also say whether it is somebody new."""
    people = "|".join(_PEOPLE.split())
    match = re.search(
        rf"\b(a|an|another|one|the)\s+((?:[\w-]+\s+){{0,2}}?(?:{people}))\b", text, re.IGNORECASE
    )
    if match and not _addressed(text[: match.start()]):
        return match[2].lower(), match[1].lower() != "the"
    match = _SOMEBODY.search(text)
    if match and not _addressed(text[: match.start()]):
        return match[2].lower(), match[1].lower() != "the"
    named = _NAMED.search(text)
    name = named and (named[1] or named[2] or named[3])
    if name and name not in _NOT_NAMES.split():
        return name, True
    han = re.search(
        rf"(一[个位名只]|另一[个位名])?[{HAN}]{{0,4}}?({_PEOPLE_ZH}|小[{HAN}](?=[说道问喊笑答])|老[王李张刘陈](?=[{HAN}]))",
        text,
    )
    if han and not _addressed(text[: han.start(2)]):
        return han[2], bool(han[1])
    return None


def _words(english: str, chinese: str) -> str:
    return rf"\b(?:{'|'.join(english.split())})\b|(?:{chinese})"
