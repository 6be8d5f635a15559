"""Prompts parsed: camera moves, effects, what each subject does, and the scene's place and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.engines.motion.prompts import (
    camera_vocabulary,
    effect_vocabulary,
    place_vocabulary,
    subject_vocabulary,
    technique_vocabulary,
    vocabulary,
)
from keyreel.engines.motion.prompts.act_vocabulary import ACT_PATTERNS, CAMERA_ACTS_PATTERN, Act
from keyreel.engines.motion.prompts.between_subjects import size_vocabulary
from keyreel.engines.motion.prompts.between_subjects.relations import (
    Relation,
    find_relations,
    settle_relations,
)
from keyreel.engines.motion.prompts.pace_vocabulary import PACE_PATTERNS, CameraPace
from keyreel.engines.motion.prompts.unfulfilled.actions import names_being
from keyreel.engines.motion.prompts.vocabulary import (
    TRAVELLING_ACTIONS,
    CameraMove,
    Effect,
    Locomotion,
    Place,
    Playback,
    Season,
    SubjectAction,
    TimeOfDay,
)
from keyreel.mentions import SubjectMention, find_mentions, find_unknown_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    PatternTable = Sequence[tuple["Value", str]]

Value = TypeVar("Value")

_GENTLE_STRENGTH: Final = 0.6
_HIGH_STRENGTH: Final = 1.5
"""Strengths of what a prompt calls gentle or strong; 1.0 is usual."""
_CONFLICTING_MOVES: Final = (
    {CameraMove.ORBIT_LEFT, CameraMove.ORBIT_RIGHT},
    {CameraMove.TILT_UP, CameraMove.RISE},
    {CameraMove.TILT_DOWN, CameraMove.SINK},
    {CameraMove.PUSH_IN, CameraMove.ZOOM_IN},
    {CameraMove.PULL_OUT, CameraMove.ZOOM_OUT},
    {CameraMove.PUSH_IN, CameraMove.PULL_OUT},
    {CameraMove.PULL_OUT, CameraMove.ZOOM_IN},
    {CameraMove.PAN_LEFT, CameraMove.TRACK_LEFT},
    {CameraMove.PAN_RIGHT, CameraMove.TRACK_RIGHT},
)


@dataclass(frozen=True, slots=True)
class CameraCue:
    """One camera move with its strength (1.0 is usual) and the part of the shot, 0.0 … 1.0, that it takes."""

    move: CameraMove
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    pace: CameraPace = CameraPace.STEADY


@dataclass(frozen=True, slots=True)
class SubjectInstruction:
    """What one subject is to do. `name` is empty for what applies to every subject.

    `side` is -1.0 (left) … 1.0 (right), `nearness` -1.0 (far) … 1.0 (near), None where the prompt does not
    say; `heading` is -1.0 (left), 0.0 or 1.0 (right), `vertical_heading` -1.0 (down), 0.0 or 1.0 (up, through
    the air); `approaches` is towards the camera, `recedes` away from it. `contains_others` means that others
    are said to be in or on it: its image decides whether it is the scene. `usual_height` is in metres, by what
    the subject is called, None where that tells nothing.
    """

    name: str = ""
    action: SubjectAction | None = None
    side: float | None = None
    nearness: float | None = None
    heading: float = 0.0
    vertical_heading: float = 0.0
    approaches: bool = False
    recedes: bool = False
    is_scene: bool = False
    contains_others: bool = False
    is_airborne: bool = False
    locomotion: Locomotion | None = None
    usual_height: float | None = None
    is_four_legged: bool = False
    acts: frozenset[Act] = frozenset()


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A parsed prompt.

    `effects` pairs each effect with its strength (1.0 is usual); `denied_effects` are said not to be.
    `names_being` says that it names a person or an animal.
    """

    cues: tuple[CameraCue, ...] = ()
    effects: tuple[tuple[Effect, float], ...] = ()
    instructions: tuple[SubjectInstruction, ...] = ()
    place: Place | None = None
    time_of_day: TimeOfDay | None = None
    season: Season | None = None
    playback: Playback | None = None
    relations: tuple[Relation, ...] = ()
    acts: frozenset[Act] = frozenset()
    denied_effects: frozenset[Effect] = frozenset()
    names_being: bool = False

    @property
    def moves(self) -> tuple[CameraMove, ...]:
        """The camera moves alone, in order."""
        return tuple(cue.move for cue in self.cues)

    def get_effect_strength(self, effect: Effect) -> float:
        """Return an effect's strength, 0.0 where the prompt does not have it."""
        return dict(self.effects).get(effect, 0.0)

    def get_instruction(self, name: str) -> SubjectInstruction:
        """Return what the subject called `name` is to do, or else what applies to every subject."""
        named = {instruction.name: instruction for instruction in self.instructions}
        return named.get(name) or named.get("") or SubjectInstruction()


def parse_prompt(text: str, names: Sequence[str] = ()) -> ParsedPrompt:
    """Parse a prompt. `names` are the subjects that it may mention as `@name`; matching ignores case."""
    clauses_by_phase = [_split_into_clauses(phase) for phase, _ in split_into_phases(text)]
    clauses = [clause for phase in clauses_by_phase for clause in phase]
    relations = find_relations(clauses, names)
    return ParsedPrompt(
        cues=_collect_cues(clauses_by_phase),
        effects=tuple(_find_effects(clauses)),
        instructions=tuple(
            settle_relations(each, relations) for each in _collect_instructions(clauses, names)
        ),
        relations=relations,
        place=_find_first_value(place_vocabulary.PLACE_PATTERNS, clauses),
        time_of_day=_find_first_value(place_vocabulary.TIME_OF_DAY_PATTERNS, clauses),
        season=_find_first_value(place_vocabulary.SEASON_PATTERNS, clauses),
        playback=_find_first_value(effect_vocabulary.PLAYBACK_PATTERNS, clauses),
        acts=frozenset(_find_acts(clauses)),
        denied_effects=frozenset(_find_denied_effects(clauses)),
        names_being=names_being(text.lower()),
    )


def split_into_phases(text: str) -> list[tuple[str, bool]]:
    """Split a prompt into its phases in time, each with whether it begins with a cut."""
    plain = _normalize_paths(text)
    joints = [*re.finditer(vocabulary.PHASE_JOINT_PATTERN, plain)]
    starts = (0, *(joint.end() for joint in joints))
    ends = (*(joint.start() for joint in joints), len(plain))
    cuts = (False, *(bool(re.search(vocabulary.CUT_PATTERN, joint[0])) for joint in joints))
    found = [(plain[start:end], cut) for start, end, cut in zip(starts, ends, cuts, strict=True)]
    return [(phase, cut) for phase, cut in found if re.search(r"\w", phase)] or [("", False)]


def _normalize_paths(text: str) -> str:
    text = text.lower()
    for pattern, end in vocabulary.PATH_REWRITES:
        text = re.sub(pattern, end, text)
    return text


def _split_into_clauses(text: str) -> list[str]:
    return [clause.strip() for clause in re.split(vocabulary.CLAUSE_END_PATTERN, text) if clause.strip()]


def _find_undenied(pattern: str, clause: str) -> re.Match[str] | None:
    """Find a match that is not negated just before or after it."""
    for found in re.finditer(pattern, clause):
        before = clause[: found.start()]
        denied = any(re.search(negation, before) for negation in vocabulary.NEGATION_PATTERNS)
        if not denied and not re.match(vocabulary.DENIED_AFTER_PATTERN, clause[found.end() :]):
            return found
    return None


def _read_strength(clause: str) -> float:
    for _, pattern in effect_vocabulary.PLAYBACK_PATTERNS:
        # "slow motion" says nothing of the camera's pace.
        clause = re.sub(pattern, " ", clause)
    if re.search(vocabulary.WEAKER_PATTERN, clause):
        return _GENTLE_STRENGTH
    return _HIGH_STRENGTH if re.search(vocabulary.STRONGER_PATTERN, clause) else 1.0


def _find_first_value(table: PatternTable[Value], clauses: Iterable[str]) -> Value | None:
    clauses = list(clauses)
    return next((word for word, pattern in table if any(_find_undenied(pattern, c) for c in clauses)), None)


def _collect_cues(phases: list[list[str]]) -> tuple[CameraCue, ...]:
    found = [(_collect_phase_cues(phase), _find_pace(phase)) for phase in phases]
    moving = [(cues, pace) for cues, pace in found if cues]
    return tuple(
        CameraCue(move, strength, index / len(moving), (index + 1) / len(moving), pace)
        for index, (cues, pace) in enumerate(moving)
        for move, strength in cues.items()
    )


def _find_pace(clauses: list[str]) -> CameraPace:
    return _find_first_value(PACE_PATTERNS, clauses) or CameraPace.STEADY


def _collect_phase_cues(clauses: list[str]) -> dict[CameraMove, float]:
    found: dict[CameraMove, float] = {}
    for clause in clauses:
        rest = clause
        for pattern in technique_vocabulary.UNAVAILABLE_PATTERNS:
            # "a first-person view of the climb" is no camera that climbs.
            rest = re.sub(pattern, " ~ ", rest)
        for move, pattern in camera_vocabulary.CAMERA_MOVE_PATTERNS:
            match = _find_undenied(pattern, rest)
            if match is None:
                continue
            if not any(move in pair and pair & found.keys() - {move} for pair in _CONFLICTING_MOVES):
                # "handheld, strongly shaking": the clause that says how strongly counts.
                found[move] = found[move] if found.get(move, 1.0) != 1.0 else _read_strength(clause)
            # The words of one move do not count for others ("dolly zoom in" is no zoom).
            rest = f"{rest[: match.start()]} ~ {rest[match.end() :]}"
    if len(found) > 1:
        found.pop(CameraMove.STATIC, None)
    return found


def _find_effects(clauses: list[str]) -> Iterable[tuple[Effect, float]]:
    for effect, pattern in effect_vocabulary.EFFECT_PATTERNS:
        for clause in clauses:
            if _find_undenied(pattern, clause):
                yield effect, _read_strength(clause)
                break


def _find_denied_effects(clauses: list[str]) -> Iterator[Effect]:
    for effect, pattern in effect_vocabulary.EFFECT_PATTERNS:
        named = [clause for clause in clauses if re.search(pattern, clause)]
        if named and not any(_find_undenied(pattern, clause) for clause in named):
            yield effect


def _find_acts(clauses: list[str]) -> Iterator[Act]:
    for clause in clauses:
        for act, pattern in ACT_PATTERNS:
            found = _find_undenied(pattern, clause)
            if found and not re.search(CAMERA_ACTS_PATTERN, clause[: found.start()]):
                yield act


def _collect_instructions(clauses: list[str], names: Sequence[str]) -> tuple[SubjectInstruction, ...]:
    pieces_by_name: dict[str, list[str]] = {}
    current = [""]
    for clause in clauses:
        pieces = re.split(r"\b(?:and|while|with|whereas)\b|而|同时", clause)
        for piece in pieces:
            mentions = _find_first_mentions(piece, names)
            # What an unknown mention does is no other subject's action.
            before = [] if find_unknown_mentions(piece, names) else current
            current = [name for name in names if name in mentions] or before
            for name in current:
                pieces_by_name.setdefault(name, []).append(piece)
    return tuple(_build_instruction(name, pieces, names) for name, pieces in pieces_by_name.items())


def _find_first_mentions(clause: str, names: Sequence[str]) -> dict[str, SubjectMention]:
    """Return where a clause first mentions each subject."""
    found: dict[str, SubjectMention] = {}
    for mention in find_mentions(clause, names):
        found.setdefault(mention.name, mention)
    return found


def _contains_others(piece: str, name: str, names: Sequence[str]) -> bool:
    """Say whether a piece of a clause puts somebody in, on or over this subject."""
    found = _find_first_mentions(piece, names).get(name)
    if found is None:
        return False
    before = re.search(subject_vocabulary.CONTAINER_BEFORE_PATTERN, piece[: found.start])
    if before is None:
        return False
    return before[0].isascii() or bool(
        re.match(subject_vocabulary.CONTAINER_AFTER_PATTERN, piece[found.end :])
    )


def _find_by_kind(
    table: PatternTable[Value], name: str, pieces: list[str], names: Sequence[str]
) -> Value | None:
    """Return what a table has for what a subject is, by its name, or by the noun next to its name."""
    plain = re.sub(r"[_\d-]+", " ", name.lower())
    for value, pattern in table:
        if re.search(pattern, plain):
            return value
        for piece in pieces:
            found = _find_first_mentions(piece, names).get(name)
            for word in re.finditer(pattern, piece):
                if not name or (found and _is_apposition(piece, found, word)):
                    return value
                # "@1, a paper boat, ...": the clause after a name is its apposition.
                if not found and re.fullmatch(r"(?:an?|the) (?:[\w-]+ ){0,2}", piece[: word.start()]):
                    return value
    return None


def _is_apposition(piece: str, mention: SubjectMention, word: re.Match[str]) -> bool:
    if word.start() >= mention.end:
        return bool(re.match(subject_vocabulary.APPOSITION_PATTERN, piece[mention.end : word.start()]))
    return not piece[word.end() : mention.start].strip(" ,(:@\uff08\uff1a")


def _is_scene(piece: str, name: str, names: Sequence[str]) -> bool:
    """Say whether a piece makes this subject the scene: of all mentioned, the one nearest to the word."""
    found = _find_first_mentions(piece, names)
    if name not in found:
        return False
    words = [
        word
        for word in re.finditer(subject_vocabulary.SCENE_PATTERN, piece)
        if not any(call.start <= word.start() < call.end for call in found.values())
    ]
    return any(min(found, key=lambda each: _measure_gap(found[each], word)) == name for word in words)


def _measure_gap(mention: SubjectMention, word: re.Match[str]) -> int:
    return max(mention.start - word.end(), word.start() - mention.end, 0)


def _remove_camera_and_weather(piece: str) -> str:
    """Return a piece without what the camera, the weather and the time do."""
    for _, pattern in camera_vocabulary.CAMERA_MOVE_PATTERNS:
        piece = re.sub(pattern, " ~ ", piece)
    for _, pattern in effect_vocabulary.PLAYBACK_PATTERNS:
        piece = re.sub(pattern, " ~ ", piece)
    return re.sub(subject_vocabulary.WEATHER_MOTION_PATTERN, " ~ ", piece)


def _build_instruction(name: str, pieces: list[str], names: Sequence[str]) -> SubjectInstruction:
    subject_pieces = [
        _remove_camera_and_weather(piece)
        for piece in pieces
        if not re.search(subject_vocabulary.CAMERA_SUBJECT_PATTERN, piece)
    ]
    towards, away = (
        any(_find_undenied(words, piece) for piece in subject_pieces)
        for words in (subject_vocabulary.TOWARDS_CAMERA_PATTERN, subject_vocabulary.AWAY_FROM_CAMERA_PATTERN)
    )
    heading = _find_first_value(subject_vocabulary.HEADING_PATTERNS, subject_pieces)
    side = _find_first_value(subject_vocabulary.SIDE_PATTERNS, subject_pieces)
    action = _find_first_value(subject_vocabulary.ACTION_PATTERNS, subject_pieces)
    travels = action in TRAVELLING_ACTIONS
    return SubjectInstruction(
        name=name,
        action=action,
        side=None if travels and heading is not None and heading == side else side,
        nearness=_find_first_value(subject_vocabulary.NEARNESS_PATTERNS, subject_pieces),
        heading=heading or 0.0,
        vertical_heading=_find_first_value(subject_vocabulary.VERTICAL_HEADING_PATTERNS, subject_pieces)
        or 0.0,
        approaches=towards and not away,
        recedes=away,
        is_scene=any(_is_scene(piece, name, names) for piece in subject_pieces),
        contains_others=any(_contains_others(piece, name, names) for piece in subject_pieces),
        is_airborne=any(
            _find_undenied(subject_vocabulary.AIRBORNE_PATTERN, piece) for piece in subject_pieces
        ),
        locomotion=_find_by_kind(subject_vocabulary.LOCOMOTION_PATTERNS, name, subject_pieces, names),
        usual_height=_find_by_kind(size_vocabulary.USUAL_HEIGHT_PATTERNS, name, pieces, names),
        is_four_legged=bool(
            _find_by_kind(((True, size_vocabulary.FOUR_LEGGED_PATTERN),), name, pieces, names)
        ),
        acts=frozenset(_find_acts(pieces)),
    )
