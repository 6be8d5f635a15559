"""Relations between the subjects of a prompt, English and Chinese: who is next to, behind, on or after whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.vocabulary import SubjectAction
from keyreel.mentions import find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyreel.engines.motion.prompts.parser import SubjectInstruction


class RelationKind(StrEnum):
    """How one subject is to another."""

    NEXT_TO = "next_to"
    LEFT_OF = "left_of"
    RIGHT_OF = "right_of"
    BEHIND = "behind"
    IN_FRONT_OF = "in_front_of"
    ON = "on"
    ABOVE = "above"
    UNDER = "under"
    CHASES = "chases"


@dataclass(frozen=True, slots=True)
class Relation:
    """One subject's relation to another one, by their names."""

    subject: str
    kind: RelationKind
    other: str


# What stands between two mentions, the first of them the subject of the relation.
_BETWEEN_PATTERNS: Final = (
    (RelationKind.CHASES, r"\bchas(?:es|ing|e)\b|\bpursu\w+\b|\bruns? after\b|\brunning after\b|\bfollow(?:s|ing)\b|\bhunt(?:s|ing)\b|追|跟着|跟随|尾随"),
    (RelationKind.LEFT_OF, r"\b(?:to|on|at) the left(?: side)? of\b|\bleft of\b"),
    (RelationKind.RIGHT_OF, r"\b(?:to|on|at) the right(?: side)? of\b|\bright of\b"),
    (RelationKind.IN_FRONT_OF, r"\bin front of\b|\bbefore\b"),
    (RelationKind.BEHIND, r"\bbehind\b|\bat the back of\b"),
    (RelationKind.UNDER, r"\bunder(?:neath)?\b|\bbeneath\b|\bbelow\b"),
    (RelationKind.ON, r"\bon top of\b|\batop\b|\bonto\b|\b(?:sits?|sitting|stands?|standing|lies?|lying|rests?|resting|sleeps?|sleeping|is|rides?|riding|jumps?|perche[sd]|placed|lands?|dances?|dancing)\s+(?:\w+ly )?on(?: the)?\s*$|^\s*on(?: the)?\s*$"),
    (RelationKind.ABOVE, r"\babove\b|\bover(?: the)?\s*$"),
    (RelationKind.NEXT_TO, r"\bnext to\b|\bbeside\b|\balongside\b|\bby the side of\b|\bside by side with\b|\bclose to\b|\bnear(?: the)?\s*$|\b(?:stands?|sits?|waits?|walks?) (?:\w+ly )?(?:by|with)(?: the)?\s*$"),
)  # fmt: skip
# In Chinese the word follows the second mention: @1在@2的左边.
_AFTER_PATTERNS: Final = (
    (RelationKind.LEFT_OF, r"^\s*的?左[边侧面]"),
    (RelationKind.RIGHT_OF, r"^\s*的?右[边侧面]"),
    (RelationKind.BEHIND, r"^\s*的?(?:后[面边方]|身后|背后)"),
    (RelationKind.IN_FRONT_OF, r"^\s*的?(?:前[面边方]|身前|面前)"),
    (RelationKind.ABOVE, r"^\s*的?(?:上方|上空|头顶)"),
    (RelationKind.UNDER, r"^\s*的?(?:下[面方边]|底下)"),
    (RelationKind.ON, r"^\s*的?(?:上(?![升去来方空])|上面|背上)"),
    (RelationKind.NEXT_TO, r"^\s*的?(?:旁边?|身旁|身边|边上|附近|一侧)"),
)
_CHINESE_AT: Final = r"[在站坐躺趴蹲停立睡放飞跳][^，。]{0,4}$|在"
_TOGETHER: Final = r"\b(?:side by side|next to each other|together)\b|并排|并肩|肩并肩|挨在一起"
"""Said after two mentions that only "and" joins."""
_JOINED: Final = r"^\s*(?:,?\s*and|和|与|跟|、|,)\s*(?:the )?$"


def find_relations(clauses: Iterable[str], names: Sequence[str]) -> tuple[Relation, ...]:
    """Find the relations between the subjects called `names` that lower-case clauses tell, in their order."""
    found: list[Relation] = []
    for clause in clauses:
        mentions = list(find_mentions(clause, names))
        for first, second in pairwise(mentions):
            if first.name == second.name:
                continue
            kind = _find_kind(clause[first.end : second.start], clause[second.end :])
            if kind is not None:
                found.append(Relation(first.name, kind, second.name))
    return tuple(found)


def _find_kind(between: str, after: str) -> RelationKind | None:
    if re.search(_CHINESE_AT, between):
        for kind, pattern in _AFTER_PATTERNS:
            if re.search(pattern, after):
                return kind
    if re.match(_JOINED, between) and re.search(_TOGETHER, after):
        return RelationKind.NEXT_TO
    return next((kind for kind, pattern in _BETWEEN_PATTERNS if re.search(pattern, between)), None)


def settle_relations(instruction: SubjectInstruction, relations: Iterable[Relation]) -> SubjectInstruction:
    """Return an instruction without what its words say of one subject by another one: they are relations."""
    for relation in relations:
        if instruction.name not in {relation.subject, relation.other}:
            continue
        if relation.kind in {RelationKind.LEFT_OF, RelationKind.RIGHT_OF}:
            instruction = replace(instruction, side=None)
        elif relation.kind in {RelationKind.BEHIND, RelationKind.IN_FRONT_OF, RelationKind.NEXT_TO}:
            instruction = replace(instruction, nearness=None)
        elif relation.kind is RelationKind.ABOVE and instruction.name == relation.other:
            instruction = replace(instruction, is_airborne=False)
        elif relation.kind is RelationKind.CHASES:
            instruction = replace(instruction, action=instruction.action or SubjectAction.WALK)
    return instruction
