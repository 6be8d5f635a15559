"""What of a prompt the engine did not show: acts that nobody did, and things that nobody drew.

Only words that are known to name an act or a thing are told. What a given picture may well show is left
unsaid: its figures, its places, how they stand.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from keyreel.calling import calls, unknown_calls
from keyreel.engines.motion.prompt import direct
from keyreel.engines.motion.reference import names_of, role_of
from keyreel.engines.motion.unmet_acts import Done, Told, clauses, things, things_in, undone
from keyreel.order import Operation
from keyreel.sound.dialogue import lines_of
from keyreel.sound.language import Language, language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.motion.lexicon import Action
    from keyreel.order import Order

_MOST: Final = 6
_CLOSING: Final = {
    Language.ENGLISH: (
        "Not shown: {}. The built-in engine moves given images; it draws no new things.",
        "Not shown: {}. The built-in engine draws places, weather and light, no figures.",
    ),
    Language.CHINESE: (
        "未呈现：{}。内置引擎只让给定的图像动起来，不画新的事物。",  # noqa: RUF001 - a sentence in Chinese
        "未呈现：{}。内置引擎只画地点、天气和光线，不画人物和物体。",  # noqa: RUF001 - a sentence in Chinese
    ),
}
_NO_SUBJECT: Final = {
    Language.ENGLISH: "No subject is called: {}.",
    Language.CHINESE: "没有这样的主体：{}。",  # noqa: RUF001 - a sentence in Chinese
}
_BETWEEN_KEYFRAMES: Final = (Operation.START_END2VIDEO, Operation.MULTIFRAME)
_DRAWN: Final = (Operation.REFERENCE2VIDEO, Operation.TEXT2VIDEO)
"""These begin from no picture: what they are to show has to come from somewhere."""
_IS: Final = r"\W*(?:is|as|being|是|为)?\W*"


def unmet(order: Order) -> tuple[str, ...]:
    """Return sentences, in the prompt's language, about lost calls of subjects and what was not shown.

    Nothing is said where all was done.
    """
    prompts = tuple(dict.fromkeys(shot.prompt for shot in order.shots))
    language = language_of(" ".join(prompts))
    joint = "、" if language is Language.CHINESE else ", "
    found = dict.fromkeys(chain.from_iterable(_missing(prompt, order) for prompt in prompts))
    sentence = _CLOSING[language][order.operation is Operation.TEXT2VIDEO]
    return tuple(
        each.format(joint.join(list(told)[:_MOST]))
        for each, told in ((_NO_SUBJECT[language], _lost_calls(prompts, order)), (sentence, found))
        if told
    )


def _lost_calls(prompts: tuple[str, ...], order: Order) -> dict[str, None]:
    if order.operation is not Operation.REFERENCE2VIDEO:
        return {}
    return dict.fromkeys(chain.from_iterable(unknown_calls(each, names_of(order)) for each in prompts))


def _missing(prompt: str, order: Order) -> Iterator[str]:
    """Tell what of one prompt was not shown, in its own spelling and order."""
    done = _done(prompt, order)
    things = _Things(prompt, order)
    before = ""
    for clause in clauses(prompt, drawn=order.operation in _DRAWN):
        acts = list(undone(clause, before, done))
        actors = {act.thing for act in acts}
        told = [*acts, *(thing for thing in things.missing(clause, before) if thing.thing not in actors)]
        yield from (each.text for each in sorted(told, key=lambda each: each.at))
        before = clause


def _done(prompt: str, order: Order) -> Done:
    """Return what the order's engine does of acts."""
    actions: frozenset[Action] = frozenset()
    if order.operation is Operation.REFERENCE2VIDEO:
        direction = direct(prompt, names_of(order))
        roles = [role_of(each, number, direction) for number, each in enumerate(order.subjects, start=1)]
        actions = frozenset(role.action for role in roles if role.action)
    return Done(
        actions=actions,
        travels=order.operation is Operation.REFERENCE2VIDEO,
        changes=order.operation in _BETWEEN_KEYFRAMES,
        speech=bool(lines_of(order)),
    )


class _Things:
    """The things of one prompt that have to be drawn, as far as no subject is one of them."""

    def __init__(self, prompt: str, order: Order) -> None:
        self._operation = order.operation
        self._names = names_of(order)
        called = {call.name for call in calls(prompt, self._names)}
        numbered = enumerate(order.subjects, start=1)
        # Subjects that the prompt calls by no name are the first things that it mentions.
        self._spare = sum(not {subject.name, str(number)} & called for number, subject in numbered)
        self._subjects = {thing for name in self._names for thing in things_in(name.lower())}

    def missing(self, clause: str, before: str) -> Iterator[Told]:
        """Find them in a clause; `before` is the clause before it."""
        if self._operation not in _DRAWN:
            return
        for found in things(clause):
            if found.thing in self._subjects:
                continue
            if self._spare or self._is_subject(clause[: found.phrase], before):
                self._spare = max(self._spare - 1, 0)
                self._subjects.add(found.thing)
            elif found.is_new or self._operation is Operation.TEXT2VIDEO:
                yield found

    def _is_subject(self, lead: str, before: str) -> bool:
        """Say whether the words before a thing make it what a subject is: "@1, a paper boat"."""
        text = lead if lead.strip() else before
        return any(re.fullmatch(_IS, text[call.end :]) for call in calls(text, self._names))
