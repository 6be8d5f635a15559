"""What of a prompt is spoken, and by whom; knows neither voices nor time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.calling import plain
from keyreel.sound.speech.dialogue import speech_verbs
from keyreel.sound.speech.dialogue.speakers import Mention, Names, speaker_of
from keyreel.sound.speech.language import HAN

if TYPE_CHECKING:
    from keyreel.sound.speech.voice_choice import Gender

NARRATOR: Final = "narrator"
"""The speaker of narration."""

_LONG: Final = 12  # characters from which quoted text is taken for speech, whatever stands around it
_NEAR_WORDS, _NEAR_CHARACTERS, _NEAR_SURFACE = 8, 14, 3
_OPENS_SPEECH: Final = re.compile(r"[:,，：]\s*$")
_DOUBLE: Final = r"“([^“”\n]+)[”\"]|「([^「」\n]+)」|『([^『』\n]+)』|(?<![0-9])\"([^\"“”\n]+)[\"”]"
# An apostrophe opens nothing inside a word, and closes nothing before a letter.
_SINGLE: Final = r"(?<![\w’'])[‘']((?=\S)[^‘\n]*?[\w.!?,…。！？，])[’'](?!\w)"
_QUOTE: Final = re.compile(f"{_DOUBLE}|{_SINGLE}")
_SENTENCE_END: Final = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)[.!?…](?=\s|$)|[。！？\n]")
_LIKE_A_SENTENCE: Final = re.compile(r"[.!?…。！？～~]$")
_SPLIT: Final = re.compile(r"[,，—–-]$")
_ASIDE: Final = r"(?:\s*[(（][^)）\n]{1,40}[)）])?"
_BEFORE_LABEL: Final = r"(?:^|(?<=[\n.!?。！？;；\]】”\"」])|(?<=[.!?;] ))[ \t]*"
_COLON: Final = r"\s*[:：]\s*"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one speaker says in a row; the speaker is empty where the prompt tells none."""

    text: str
    speaker: str
    gender: Gender | None


@dataclass(frozen=True, slots=True)
class _Quote:
    start: int
    end: int
    text: str


def passages(prompt: str, names: tuple[str, ...]) -> tuple[Passage, ...]:
    """Return what is spoken, in the prompt's order. `names` are the subjects that prompts call by name."""
    known, text = Names(names), plain(prompt)
    found = [*_labelled(text, known), *_quoted(text, known)]
    return tuple(each for _, each in sorted(found, key=lambda item: item[0]))


def _labelled(prompt: str, names: Names) -> list[tuple[int, Passage]]:
    """Find unquoted speech after its speaker's name and a colon."""
    label = re.compile(
        rf"{_BEFORE_LABEL}(?:(?P<narrator>{speech_verbs.NARRATOR_WORDS})|{names.pattern}){_ASIDE}{_COLON}",
        re.IGNORECASE,
    )
    marks = [mark for mark in label.finditer(prompt) if mark.end() < len(prompt)]
    found: list[tuple[int, Passage]] = []
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        if _QUOTE.match(prompt, mark.end()):
            continue
        end = after.start() if after else len(prompt)
        spoken = prompt[mark.end() : end].split("\n", 1)[0]
        spoken = _bare(speech_verbs.STAGE_DIRECTION.split(spoken, maxsplit=1)[0])
        speaker = NARRATOR if mark["narrator"] else names.of(mark)
        if _says_something(spoken):
            found.append((mark.start(), Passage(spoken, speaker, names.gender_of(prompt, speaker))))
    return found


def _quoted(prompt: str, names: Names) -> list[tuple[int, Passage]]:
    quotes = [_Quote(m.start(), m.end(), next(filter(None, m.groups()))) for m in _QUOTE.finditer(prompt)]
    taken = _label_spans(prompt, names)
    found: list[tuple[int, Passage]] = []
    last = ""
    for index, quote in enumerate(quotes):
        before = quotes[index - 1].end if index else 0
        after = quotes[index + 1].start if index + 1 < len(quotes) else len(prompt)
        if any(start <= quote.start < end for start, end in taken):
            continue
        lead = prompt[_clause_start(prompt, before, quote.start) : quote.start]
        trail = _SENTENCE_END.split(prompt[quote.end : after], maxsplit=1)[0]
        if not _spoken(quote.text, lead, trail, joins=after < len(prompt)):
            continue
        goes_on = bool(found) and bool(_SPLIT.search(found[-1][1].text)) and not names.any_in(lead)
        after_it = trail if _tells_who(quote.text, trail) else ""
        mention = speaker_of(prompt, Mention(quote.start, lead, after_it), names)
        speaker, gender = (last, mention.gender) if goes_on and last else (mention.speaker, mention.gender)
        speaker = NARRATOR if _narrates(lead) else speaker
        found.append((quote.start, Passage(_bare(quote.text), speaker, gender)))
        last = speaker
    return found


def _tells_who(text: str, trail: str) -> bool:
    """Say whether the words after a quote belong to it, and do not begin the next one's."""
    goes_on = re.search(r"[:：,，]\s*$", trail) and _LIKE_A_SENTENCE.search(text.strip())
    return bool(speech_verbs.SAYING.search(trail)) and not goes_on


def _label_spans(prompt: str, names: Names) -> list[tuple[int, int]]:
    """Return where unquoted speech stands: quotes inside it are part of it."""
    label = re.compile(
        rf"{_BEFORE_LABEL}(?:{speech_verbs.NARRATOR_WORDS}|{names.pattern}){_ASIDE}{_COLON}", re.IGNORECASE
    )
    spans: list[tuple[int, int]] = []
    for mark in label.finditer(prompt):
        if _QUOTE.match(prompt, mark.end()):
            continue
        line = prompt[mark.end() :].split("\n", 1)[0]
        spoken = speech_verbs.STAGE_DIRECTION.split(line, maxsplit=1)[0]
        spans.append((mark.end(), mark.end() + len(spoken)))
    return spans


def _clause_start(prompt: str, earliest: int, end: int) -> int:
    ends = [each.end() for each in _SENTENCE_END.finditer(prompt, earliest, end)]
    return ends[-1] if ends else earliest


def _spoken(text: str, lead: str, trail: str, *, joins: bool) -> bool:
    if not _says_something(text) or _is_written(lead, trail):
        return False
    if _introduced(text, lead) or _attributed(text, trail, joins=joins):
        return True
    if _LIKE_A_SENTENCE.search(text.strip()):
        return True
    return len(text) > _LONG and not _is_a_name(text) and not speech_verbs.DETERMINER.search(lead.rstrip())


def _is_written(lead: str, trail: str) -> bool:
    """Say whether the text stands on something, or names something."""
    if re.match(rf"\s*(?:[\w-]+\s+)?(?:{speech_verbs.SURFACE.pattern})", trail, re.IGNORECASE) or re.match(
        rf"的[{HAN}]{{0,4}}(?:{speech_verbs.SURFACE.pattern})|字样|几个字|的字", trail
    ):
        return True
    label = re.fullmatch(rf"\W*([\w -]+|[{HAN}]+){_COLON}", lead)
    if label and speech_verbs.NOT_SPEAKERS.match(label[1].strip()):
        return True
    sign = _last(speech_verbs.SURFACE, lead)
    said = _last(speech_verbs.SAYING, lead)
    wrote = _last(speech_verbs.WRITING, lead)
    if wrote and _writes(wrote, lead) and (not said or wrote.start() > said.start()):
        return True
    if sign is None or (said and said.start() < sign.start()):
        return False
    if said is None:
        return not _OPENS_SPEECH.search(lead) and len(lead[sign.end() :].split()) <= _NEAR_SURFACE
    return bool(speech_verbs.OF_SURFACES.fullmatch(said[0])) and not speech_verbs.SOMEONE.search(
        lead, sign.end(), said.start()
    )


def _writes(wrote: re.Match[str], lead: str) -> bool:
    """Say whether a word means writing here: people read aloud and show things as well."""
    return not speech_verbs.ALOUD.search(lead) and not (
        speech_verbs.SHOWING.fullmatch(wrote[0]) and "@" in lead
    )


def _introduced(text: str, lead: str) -> bool:
    """Say whether the words before a quote lead up to speech."""
    label = re.fullmatch(rf"\W*(@?[\w .-]{{1,40}}|@?[{HAN}\w]{{1,12}})[\])】]?{_ASIDE}{_COLON}", lead)
    if label or speech_verbs.ALOUD.search(lead):
        return True
    said = _last(speech_verbs.SAYING, lead)
    if said is None:
        return bool(re.search(r"@\S+[,，:：]\s*$", lead))
    rest = lead[said.end() :].strip()
    if re.fullmatch(r"(?i)called|calling|named", said[0]) and not re.match(r"\w*[,:]|out\b", rest):
        return bool(_LIKE_A_SENTENCE.search(text.strip()))
    near = len(rest.split()) <= _NEAR_WORDS if rest.isascii() else len(rest) <= _NEAR_CHARACTERS
    ends = re.search(r"[,:，：]$", rest) or _LIKE_A_SENTENCE.search(text.strip()) or len(text) > _LONG
    return near and bool(ends or len(rest.split()) <= 1 or re.match(r"to |with |in ", rest))


def _attributed(text: str, trail: str, *, joins: bool) -> bool:
    """Say whether the words after a quote tell who said it."""
    start = re.match(
        rf"\s*[,，]?\s*(?:[^\s,，]+\s+){{0,4}}?(?:{speech_verbs.SAYING.pattern})", trail, re.IGNORECASE
    )
    start_zh = re.match(rf"[，,]?[@{HAN}\w]{{0,10}}?(?:{speech_verbs.SAYING.pattern})", trail)
    if not start and not start_zh:
        return False
    leads_on = joins and re.search(r"[:：]\s*$", trail)
    return bool(re.search(r"[,，.!?…。！？—]$", text.strip())) or not leads_on


def _is_a_name(text: str) -> bool:
    """Say whether text is written like a title: every longer word with a capital."""
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > len("the")]
    return bool(words) and all(word[0].isupper() for word in words)


def _narrates(lead: str) -> bool:
    return bool(re.search(speech_verbs.NARRATOR_WORDS, lead, re.IGNORECASE))


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def _bare(text: str) -> str:
    """Return the text without stage directions in brackets and without blanks around it."""
    return re.sub(r"\s*[(（\[][^)）\]]*[)）\]]\s*", " ", text).strip().strip('"“”「」『』').strip()


def _says_something(text: str) -> bool:
    return bool(re.search(r"[^\W_]", text))
