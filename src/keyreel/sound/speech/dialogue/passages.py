"""The passages of a prompt that are spoken, and their speakers; knows neither voices nor time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.mentions import HAN_RANGES, normalize_text
from keyreel.sound.speech.dialogue import speech_verbs
from keyreel.sound.speech.dialogue.speakers import QuoteContext, SubjectNames, identify_speaker

if TYPE_CHECKING:
    from keyreel.sound.speech.voice_choice import Gender

NARRATOR: Final = "narrator"
"""The speaker of narration."""

# Longer quoted text is taken for speech, whatever stands around it.
_MIN_SPEECH_CHARACTERS: Final = 12
# Between a speech verb and its quote, English and Chinese, and between a text surface and its quote.
_MAX_GAP_WORDS, _MAX_GAP_CHARACTERS, _MAX_SURFACE_GAP_WORDS = 8, 14, 3
_OPENS_SPEECH: Final = re.compile(r"[:,，：]\s*$")
_DOUBLE_QUOTES: Final = r"“([^“”\n]+)[”\"]|「([^「」\n]+)」|『([^『』\n]+)』|(?<![0-9])\"([^\"“”\n]+)[\"”]"
# An apostrophe opens nothing inside a word, and closes nothing before a letter.
_SINGLE_QUOTES: Final = r"(?<![\w’'])[‘']((?=\S)[^‘\n]*?[\w.!?,…。！？，])[’'](?!\w)"
_QUOTE: Final = re.compile(f"{_DOUBLE_QUOTES}|{_SINGLE_QUOTES}")
_SENTENCE_END: Final = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)[.!?…](?=\s|$)|[。！？\n]")
_SENTENCE_LIKE_END: Final = re.compile(r"[.!?…。！？～~]$")
_UNFINISHED_END: Final = re.compile(r"[,，—–-]$")
_ASIDE: Final = r"(?:\s*[(（][^)）\n]{1,40}[)）])?"
_BEFORE_LABEL: Final = r"(?:^|(?<=[\n.!?。！？;；\]】”\"」])|(?<=[.!?;] ))[ \t]*"
_COLON: Final = r"\s*[:：]\s*"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one speaker says in a row; the speaker is empty where the prompt names none."""

    text: str
    speaker: str
    gender: Gender | None


@dataclass(frozen=True, slots=True)
class _Quote:
    start: int
    end: int
    text: str


def find_passages(prompt: str, names: tuple[str, ...]) -> tuple[Passage, ...]:
    """Return the spoken passages in the prompt's order; `names` are those of the order's subjects."""
    known, text = SubjectNames(names), normalize_text(prompt)
    found = [*_find_labelled(text, known), *_find_quoted(text, known)]
    return tuple(each for _, each in sorted(found, key=lambda item: item[0]))


def _find_labelled(prompt: str, names: SubjectNames) -> list[tuple[int, Passage]]:
    """Find unquoted speech after a speaker's name and a colon."""
    label = re.compile(
        rf"{_BEFORE_LABEL}(?:(?P<narrator>{speech_verbs.NARRATOR_PATTERN})|{names.pattern}){_ASIDE}{_COLON}",
        re.IGNORECASE,
    )
    marks = [mark for mark in label.finditer(prompt) if mark.end() < len(prompt)]
    found: list[tuple[int, Passage]] = []
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        if _QUOTE.match(prompt, mark.end()):
            continue
        end = after.start() if after else len(prompt)
        spoken = prompt[mark.end() : end].split("\n", 1)[0]
        spoken = _strip_stage_directions(speech_verbs.STAGE_DIRECTION.split(spoken, maxsplit=1)[0])
        speaker = NARRATOR if mark["narrator"] else names.resolve_match(mark)
        if _has_words(spoken):
            found.append((mark.start(), Passage(spoken, speaker, names.guess_gender(prompt, speaker))))
    return found


def _find_quoted(prompt: str, names: SubjectNames) -> list[tuple[int, Passage]]:
    quotes = [_Quote(m.start(), m.end(), next(filter(None, m.groups()))) for m in _QUOTE.finditer(prompt)]
    taken = _find_label_spans(prompt, names)
    found: list[tuple[int, Passage]] = []
    last = ""
    for index, quote in enumerate(quotes):
        before = quotes[index - 1].end if index else 0
        after = quotes[index + 1].start if index + 1 < len(quotes) else len(prompt)
        if any(start <= quote.start < end for start, end in taken):
            continue
        lead = prompt[_find_clause_start(prompt, before, quote.start) : quote.start]
        trail = _SENTENCE_END.split(prompt[quote.end : after], maxsplit=1)[0]
        if not _is_spoken(quote.text, lead, trail, joins=after < len(prompt)):
            continue
        goes_on = bool(found) and bool(_UNFINISHED_END.search(found[-1][1].text)) and not names.has_name(lead)
        after_it = trail if _is_part_of_quote(quote.text, trail) else ""
        mention = identify_speaker(prompt, QuoteContext(quote.start, lead, after_it), names)
        speaker, gender = (last, mention.gender) if goes_on and last else (mention.name, mention.gender)
        speaker = NARRATOR if _is_narration(lead) else speaker
        found.append((quote.start, Passage(_strip_stage_directions(quote.text), speaker, gender)))
        last = speaker
    return found


def _is_part_of_quote(text: str, trail: str) -> bool:
    """Say whether the words after a quote refer to it and do not introduce the next one."""
    goes_on = re.search(r"[:：,，]\s*$", trail) and _SENTENCE_LIKE_END.search(text.strip())
    return bool(speech_verbs.SPEECH_VERB.search(trail)) and not goes_on


def _find_label_spans(prompt: str, names: SubjectNames) -> list[tuple[int, int]]:
    """Return the spans of unquoted speech: quotes inside it are part of it."""
    label = re.compile(
        rf"{_BEFORE_LABEL}(?:{speech_verbs.NARRATOR_PATTERN}|{names.pattern}){_ASIDE}{_COLON}", re.IGNORECASE
    )
    spans: list[tuple[int, int]] = []
    for mark in label.finditer(prompt):
        if _QUOTE.match(prompt, mark.end()):
            continue
        line = prompt[mark.end() :].split("\n", 1)[0]
        spoken = speech_verbs.STAGE_DIRECTION.split(line, maxsplit=1)[0]
        spans.append((mark.end(), mark.end() + len(spoken)))
    return spans


def _find_clause_start(prompt: str, earliest: int, end: int) -> int:
    ends = [each.end() for each in _SENTENCE_END.finditer(prompt, earliest, end)]
    return ends[-1] if ends else earliest


def _is_spoken(text: str, lead: str, trail: str, *, joins: bool) -> bool:
    if not _has_words(text) or _is_written(lead, trail):
        return False
    if _is_introduced(text, lead) or _is_attributed(text, trail, joins=joins):
        return True
    if _SENTENCE_LIKE_END.search(text.strip()):
        return True
    return (
        len(text) > _MIN_SPEECH_CHARACTERS
        and not _is_title(text)
        and not speech_verbs.DETERMINER_END.search(lead.rstrip())
    )


def _is_written(lead: str, trail: str) -> bool:
    """Say whether a quote is text written on something, or a name of something."""
    if re.match(
        rf"\s*(?:[\w-]+\s+)?(?:{speech_verbs.TEXT_SURFACE.pattern})", trail, re.IGNORECASE
    ) or re.match(rf"的[{HAN_RANGES}]{{0,4}}(?:{speech_verbs.TEXT_SURFACE.pattern})|字样|几个字|的字", trail):
        return True
    label = re.fullmatch(rf"\W*([\w -]+|[{HAN_RANGES}]+){_COLON}", lead)
    if label and speech_verbs.NON_SPEAKER_LABEL.match(label[1].strip()):
        return True
    sign = _find_last(speech_verbs.TEXT_SURFACE, lead)
    said = _find_last(speech_verbs.SPEECH_VERB, lead)
    wrote = _find_last(speech_verbs.WRITING_VERB, lead)
    if wrote and _is_about_writing(wrote, lead) and (not said or wrote.start() > said.start()):
        return True
    if sign is None or (said and said.start() < sign.start()):
        return False
    if said is None:
        return not _OPENS_SPEECH.search(lead) and len(lead[sign.end() :].split()) <= _MAX_SURFACE_GAP_WORDS
    return bool(speech_verbs.SURFACE_VERB.fullmatch(said[0])) and not speech_verbs.OTHER_SPEAKER.search(
        lead, sign.end(), said.start()
    )


def _is_about_writing(wrote: re.Match[str], lead: str) -> bool:
    """Say whether a verb means writing here: people also read aloud and show things."""
    return not speech_verbs.READING_ALOUD.search(lead) and not (
        speech_verbs.SHOWING_VERB.fullmatch(wrote[0]) and "@" in lead
    )


def _is_introduced(text: str, lead: str) -> bool:
    """Say whether the words before a quote introduce speech."""
    label = re.fullmatch(rf"\W*(@?[\w .-]{{1,40}}|@?[{HAN_RANGES}\w]{{1,12}})[\])】]?{_ASIDE}{_COLON}", lead)
    if label or speech_verbs.READING_ALOUD.search(lead):
        return True
    said = _find_last(speech_verbs.SPEECH_VERB, lead)
    if said is None:
        return bool(re.search(r"@\S+[,，:：]\s*$", lead))
    rest = lead[said.end() :].strip()
    if re.fullmatch(r"(?i)called|calling|named", said[0]) and not re.match(r"\w*[,:]|out\b", rest):
        return bool(_SENTENCE_LIKE_END.search(text.strip()))
    near = len(rest.split()) <= _MAX_GAP_WORDS if rest.isascii() else len(rest) <= _MAX_GAP_CHARACTERS
    ends = (
        re.search(r"[,:，：]$", rest)
        or _SENTENCE_LIKE_END.search(text.strip())
        or len(text) > _MIN_SPEECH_CHARACTERS
    )
    return near and bool(ends or len(rest.split()) <= 1 or re.match(r"to |with |in ", rest))


def _is_attributed(text: str, trail: str, *, joins: bool) -> bool:
    """Say whether the words after a quote attribute it to a speaker."""
    start = re.match(
        rf"\s*[,，]?\s*(?:[^\s,，]+\s+){{0,4}}?(?:{speech_verbs.SPEECH_VERB.pattern})", trail, re.IGNORECASE
    )
    start_zh = re.match(rf"[，,]?[@{HAN_RANGES}\w]{{0,10}}?(?:{speech_verbs.SPEECH_VERB.pattern})", trail)
    if not start and not start_zh:
        return False
    leads_on = joins and re.search(r"[:：]\s*$", trail)
    return bool(re.search(r"[,，.!?…。！？—]$", text.strip())) or not leads_on


def _is_title(text: str) -> bool:
    """Say whether text is in title case: every longer word begins with a capital."""
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > len("the")]
    return bool(words) and all(word[0].isupper() for word in words)


def _is_narration(lead: str) -> bool:
    return bool(re.search(speech_verbs.NARRATOR_PATTERN, lead, re.IGNORECASE))


def _find_last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def _strip_stage_directions(text: str) -> str:
    """Return the text without stage directions in brackets and without blanks around it."""
    return re.sub(r"\s*[(（\[][^)）\]]*[)）\]]\s*", " ", text).strip().strip('"“”「」『』').strip()


def _has_words(text: str) -> bool:
    return bool(re.search(r"[^\W_]", text))
