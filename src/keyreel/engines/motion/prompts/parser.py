"""Prompts read as directions: camera moves, effects, what each subject does and where the scene lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.calling import Call, calls, unknown_calls
from keyreel.engines.motion.prompts import camera_vocabulary, subject_vocabulary, vocabulary
from keyreel.engines.motion.prompts.vocabulary import Action, Effect, Hour, Move, Nature, Place, Season

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Table = Sequence[tuple["Word", str]]

Word = TypeVar("Word")

_GENTLE: Final = 0.6
_STRONG: Final = 1.5
_OPPOSED: Final = (
    {Move.ORBIT_LEFT, Move.ORBIT_RIGHT},
    {Move.TILT_UP, Move.RISE},
    {Move.TILT_DOWN, Move.SINK},
    {Move.PUSH_IN, Move.ZOOM_IN},
    {Move.PULL_OUT, Move.ZOOM_OUT},
    {Move.PUSH_IN, Move.PULL_OUT},
    {Move.PULL_OUT, Move.ZOOM_IN},
    {Move.PAN_LEFT, Move.TRACK_LEFT},
    {Move.PAN_RIGHT, Move.TRACK_RIGHT},
)


@dataclass(frozen=True, slots=True)
class Cue:
    """One camera move with its strength (1.0 is usual) and its stretch of the shot, 0.0 … 1.0."""

    move: Move
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class Role:
    """What one subject is asked to do. `name` is empty for what holds for everybody.

    `side` is -1.0 (left) … 1.0 (right), `nearness` -1.0 (far) … 1.0 (near), None where nothing is said;
    `heading` is -1.0, 0.0 or 1.0, and so is `climb`, up or down through the air; `approaches` means towards
    the camera, `recedes` away from it. `is_around` means that others are
    said to be in or on it: what it shows decides whether it is the scene.
    """

    name: str = ""
    action: Action | None = None
    side: float | None = None
    nearness: float | None = None
    heading: float = 0.0
    climb: float = 0.0
    approaches: bool = False
    recedes: bool = False
    is_scene: bool = False
    is_around: bool = False
    is_aloft: bool = False
    nature: Nature | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    """A prompt, understood. `effects` pairs each effect with its strength (1.0 is usual)."""

    cues: tuple[Cue, ...] = ()
    effects: tuple[tuple[Effect, float], ...] = ()
    roles: tuple[Role, ...] = ()
    place: Place | None = None
    hour: Hour | None = None
    season: Season | None = None

    @property
    def moves(self) -> tuple[Move, ...]:
        """The camera moves alone, in order."""
        return tuple(cue.move for cue in self.cues)

    def strength_of(self, effect: Effect) -> float:
        """Return an effect's strength, 0.0 where it was not asked for."""
        return dict(self.effects).get(effect, 0.0)

    def role(self, name: str) -> Role:
        """Return what the subject called `name` is asked to do."""
        named = {role.name: role for role in self.roles}
        return named.get(name) or named.get("") or Role()


def direct(text: str, names: Sequence[str] = ()) -> Direction:
    """Read a prompt. `names` are the subjects it may call `@name`; matching ignores case."""
    spoken = [_clauses(phase) for phase, _ in phases(text)]
    clauses = [clause for phase in spoken for clause in phase]
    return Direction(
        cues=_cues(spoken),
        effects=tuple(_effects(clauses)),
        roles=_roles(clauses, names),
        place=_first(vocabulary.PLACES, clauses),
        hour=_first(vocabulary.HOURS, clauses),
        season=_first(vocabulary.SEASONS, clauses),
    )


def phases(text: str) -> list[tuple[str, bool]]:
    """Part a prompt into what it tells one after the other, and whether each phase begins with a cut."""
    plain = _plain(text)
    joints = [*re.finditer(vocabulary.AND_THEN, plain)]
    starts = (0, *(joint.end() for joint in joints))
    ends = (*(joint.start() for joint in joints), len(plain))
    cuts = (False, *(bool(re.search(vocabulary.CUT, joint[0])) for joint in joints))
    found = [(plain[start:end], cut) for start, end, cut in zip(starts, ends, cuts, strict=True)]
    return [(phase, cut) for phase, cut in found if re.search(r"\w", phase)] or [("", False)]


def _plain(text: str) -> str:
    text = text.lower()
    for pattern, end in vocabulary.PATHS:
        text = re.sub(pattern, end, text)
    return text


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in re.split(vocabulary.CLAUSE_END, text) if clause.strip()]


def _meant(pattern: str, clause: str) -> re.Match[str] | None:
    """Find a pattern that is not denied just before it."""
    for found in re.finditer(pattern, clause):
        before = clause[: found.start()]
        denied = any(re.search(negation, before) for negation in vocabulary.NEGATIONS)
        if not denied and not re.match(vocabulary.DENIED_AFTER, clause[found.end() :]):
            return found
    return None


def _strength(clause: str) -> float:
    if re.search(vocabulary.SLOWER, clause):
        return _GENTLE
    return _STRONG if re.search(vocabulary.FASTER, clause) else 1.0


def _first(table: Table[Word], clauses: Iterable[str]) -> Word | None:
    clauses = list(clauses)
    return next((word for word, pattern in table if any(_meant(pattern, c) for c in clauses)), None)


def _cues(phases: list[list[str]]) -> tuple[Cue, ...]:
    spoken = [cues for cues in (_phase_cues(phase) for phase in phases) if cues]
    return tuple(
        Cue(move, strength, index / len(spoken), (index + 1) / len(spoken))
        for index, cues in enumerate(spoken)
        for move, strength in cues.items()
    )


def _phase_cues(clauses: list[str]) -> dict[Move, float]:
    found: dict[Move, float] = {}
    for clause in clauses:
        rest = clause
        for move, pattern in camera_vocabulary.MOVES:
            match = _meant(pattern, rest)
            if match is None:
                continue
            if not any(move in pair and pair & found.keys() - {move} for pair in _OPPOSED):
                # "handheld, strongly shaking": the clause that says how strongly counts.
                found[move] = found[move] if found.get(move, 1.0) != 1.0 else _strength(clause)
            # What one move has used says nothing about the others ("dolly zoom in" is no zoom).
            rest = f"{rest[: match.start()]} ~ {rest[match.end() :]}"
    if len(found) > 1:
        found.pop(Move.STATIC, None)
    return found


def _effects(clauses: list[str]) -> Iterable[tuple[Effect, float]]:
    for effect, pattern in vocabulary.EFFECTS:
        for clause in clauses:
            if _meant(pattern, clause):
                yield effect, _strength(clause)
                break


def _roles(clauses: list[str], names: Sequence[str]) -> tuple[Role, ...]:
    spoken: dict[str, list[str]] = {}
    current = [""]
    for clause in clauses:
        pieces = re.split(r"\b(?:and|while|with|whereas)\b|而|同时", clause)
        for piece in pieces:
            called = _mentions(piece, names)
            # What somebody unknown does, nobody else does in their place.
            before = [] if unknown_calls(piece, names) else current
            current = [name for name in names if name in called] or before
            for name in current:
                spoken.setdefault(name, []).append(piece)
    return tuple(_role(name, pieces, names) for name, pieces in spoken.items())


def _mentions(clause: str, names: Sequence[str]) -> dict[str, Call]:
    """Return where a clause first calls each subject."""
    found: dict[str, Call] = {}
    for call in calls(clause, names):
        found.setdefault(call.name, call)
    return found


def _is_around(piece: str, name: str, names: Sequence[str]) -> bool:
    """Say whether a piece puts somebody in, on or over this one."""
    found = _mentions(piece, names).get(name)
    if found is None:
        return False
    before = re.search(subject_vocabulary.WITHIN, piece[: found.start])
    if before is None:
        return False
    return before[0].isascii() or bool(re.match(subject_vocabulary.INSIDE, piece[found.end :]))


def _nature(name: str, pieces: list[str], names: Sequence[str]) -> Nature | None:
    """Return what a subject does of itself, by its name, or by the word next to its name."""
    plain = re.sub(r"[_\d-]+", " ", name.lower())
    for nature, pattern in subject_vocabulary.NATURES:
        if re.search(pattern, plain):
            return nature
        for piece in pieces:
            found = _mentions(piece, names).get(name)
            for word in re.finditer(pattern, piece):
                if not name or (found and _is_called(piece, found, word)):
                    return nature
                # "@1, a paper boat, ...": the clause after a name says what it is.
                if not found and re.fullmatch(r"(?:an?|the) (?:[\w-]+ ){0,2}", piece[: word.start()]):
                    return nature
    return None


def _is_called(piece: str, name: Call, word: re.Match[str]) -> bool:
    if word.start() >= name.end:
        return bool(re.match(subject_vocabulary.CALLED, piece[name.end : word.start()]))
    return not piece[word.end() : name.start].strip(" ,(:@\uff08\uff1a")


def _is_scene(piece: str, name: str, names: Sequence[str]) -> bool:
    """Say whether a piece makes this one the scene: of all that it mentions, the one next to the word."""
    found = _mentions(piece, names)
    if name not in found:
        return False
    words = [
        word
        for word in re.finditer(subject_vocabulary.AS_SCENE, piece)
        if not any(call.start <= word.start() < call.end for call in found.values())
    ]
    return any(min(found, key=lambda each: _apart(found[each], word)) == name for word in words)


def _apart(call: Call, word: re.Match[str]) -> int:
    return max(call.start - word.end(), word.start() - call.end, 0)


def _acted(piece: str) -> str:
    """Leave out of a piece what the camera and the weather do."""
    for _, pattern in camera_vocabulary.MOVES:
        piece = re.sub(pattern, " ~ ", piece)
    return re.sub(subject_vocabulary.OF_NATURE, " ~ ", piece)


def _role(name: str, pieces: list[str], names: Sequence[str]) -> Role:
    stage = [_acted(piece) for piece in pieces if not re.search(subject_vocabulary.OF_THE_CAMERA, piece)]
    towards, away = (
        any(_meant(words, piece) for piece in stage)
        for words in (subject_vocabulary.TOWARDS_US, subject_vocabulary.AWAY_FROM_US)
    )
    heading = _first(subject_vocabulary.HEADINGS, stage)
    side = _first(subject_vocabulary.SIDES, stage)
    action = _first(subject_vocabulary.ACTIONS, stage)
    travels = action in {Action.WALK, Action.RUN, Action.DRIVE, Action.FLY, Action.JUMP, Action.FLOAT}
    return Role(
        name=name,
        action=action,
        side=None if travels and heading is not None and heading == side else side,
        nearness=_first(subject_vocabulary.NEARNESS, stage),
        heading=heading or 0.0,
        climb=_first(subject_vocabulary.CLIMBS, stage) or 0.0,
        approaches=towards and not away,
        recedes=away,
        is_scene=any(_is_scene(piece, name, names) for piece in stage),
        is_around=any(_is_around(piece, name, names) for piece in stage),
        is_aloft=any(_meant(subject_vocabulary.ALOFT, piece) for piece in stage),
        nature=_nature(name, stage, names),
    )
