"""The field types of requests: each has its rule, its parsing and its JSON schema.

They know nothing of any endpoint. A value that breaks its rule raises pydantic's own custom error, whose type
names the domain error it becomes (see `requests.parsing`).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Final, LiteralString

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from keyreel.order import Amplitude, Corner

PAYLOAD_LENGTH: Final = 1_048_576
"""Characters of `payload` and `meta_data`, as documented."""

_SEED_MASK: Final = 2**31 - 1
_NUMBER: Final = re.compile(r"([+-]?[0-9]{1,20})(?:\.0{1,6})?", re.ASCII)
_RATIO: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,4})?):([0-9]{1,5}(?:\.[0-9]{1,4})?)")
_WIDEST: Final = 4
"""Width over height of the widest frame; its inverse is the tallest."""
_MAX_WORD_CHARACTERS: Final = 64
"""Longer text is not parsed as a number, a flag, a ratio or a choice."""


def make_rule_error(
    rule: str, error_type: LiteralString = "wrong", *, field: str = ""
) -> PydanticCustomError:
    """Return the error of a value that breaks `rule`, text that follows the field's name and value.

    The error of a rule of a whole object names `field`, the one to correct.
    """
    return PydanticCustomError(error_type, "{rule}", {"rule": rule} | ({"field": field} if field else {}))


@dataclass(frozen=True)
class Rule:
    """A field's rule, put into an annotation: `Annotated[int, IntegerRange(1, 10)]`."""

    def read(self, value: Any) -> object:
        """Return the value in its normal form, or raise `make_rule_error(...)`."""
        raise NotImplementedError

    def to_json_schema(self) -> dict[str, Any]:
        """Return the JSON schema of what is accepted."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return self.to_json_schema()


@dataclass(frozen=True)
class IntegerRange(Rule):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def read(self, value: Any) -> int:
        """Accept 5, 5.0 and "5"; reject true, "five" and 5.5."""
        number = parse_integer(value)
        if number is None or not self.low <= number <= self.high:
            bounds = (
                f"{self.low}" if self.low == self.high else f"a whole number from {self.low} to {self.high}"
            )
            raise make_rule_error(f"must be {bounds}")
        return number

    def to_json_schema(self) -> dict[str, Any]:
        """Return an integer with its bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class IntegerChoice(Rule):
    """One of some whole numbers."""

    numbers: tuple[int, ...]

    def read(self, value: Any) -> int:
        """Accept 4, 4.0 and "4"; reject "four"."""
        number = parse_integer(value)
        if number not in self.numbers:
            raise make_rule_error(f"must be {' or '.join(map(str, self.numbers))}")
        return number

    def to_json_schema(self) -> dict[str, Any]:
        """Return the numbers."""
        return {"type": "integer", "enum": [*self.numbers]}


@dataclass(frozen=True)
class BoundedText(Rule):
    """Text of at most `limit` Unicode code points; `needed` rejects blank text."""

    limit: int
    needed: bool = False

    def read(self, value: Any) -> str:
        """Accept text as it is."""
        if not isinstance(value, str):
            raise make_rule_error("must be text")
        if len(value) > self.limit:
            raise make_rule_error(f"must have at most {self.limit} characters")
        # Neither databases nor video containers can hold it.
        if "\0" in value:
            raise make_rule_error("must not hold NUL characters")
        if not value.isascii() and not _is_unicode(value):
            raise make_rule_error("must be valid Unicode text")
        if self.needed and not value.strip():
            raise make_rule_error("must not be empty")
        return value

    def to_json_schema(self) -> dict[str, Any]:
        """Return a string with its length."""
        return {"type": "string", "maxLength": self.limit} | ({"minLength": 1} if self.needed else {})


@dataclass(frozen=True)
class OneOf(Rule):
    """One of some words, in any case; `also` maps further spellings to the word they mean."""

    words: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()

    def read(self, value: Any) -> str:
        """Return the word in its usual case."""
        known = {word.lower(): word for word in self.words} | dict(self.also)
        word = (
            known.get(value.strip().lower())
            if isinstance(value, str) and len(value) < _MAX_WORD_CHARACTERS
            else None
        )
        if word is None:
            choice = ", ".join((*self.words, *(spelling for spelling, _ in self.also)))
            raise make_rule_error(f"must be {'' if len(self.words) == 1 else 'one of '}{choice}")
        return word

    def to_json_schema(self) -> dict[str, Any]:
        """Return the words."""
        return {"type": "string", "enum": [*self.words, *(spelling for spelling, _ in self.also)]}


@dataclass(frozen=True)
class BoundedList(Rule):
    """A list with `low` to `high` entries (None: no upper limit); `empty_error` is the error type of none."""

    low: int
    high: int | None = None
    noun: str = "entries"
    empty_error: LiteralString = "count"

    def read(self, value: Any) -> tuple[object, ...]:
        """Accept a list."""
        if not isinstance(value, list | tuple):
            raise make_rule_error(f"must be a list of {self.noun}")
        if len(value) < self.low or (self.high is not None and len(value) > self.high):
            error_type: LiteralString = self.empty_error if not value else "count"
            raise make_rule_error(f"must hold {self._format_count()} {self.noun}", error_type)
        return tuple(value)

    def to_json_schema(self) -> dict[str, Any]:
        """Return the number of entries."""
        return {"minItems": self.low} | ({} if self.high is None else {"maxItems": self.high})

    def _format_count(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of the list and its entries."""
        return {"type": "array", "items": handler(core).get("items", {}), **self.to_json_schema()}


@dataclass(frozen=True)
class _BooleanRule(Rule):
    def read(self, value: Any) -> bool:
        read = parse_boolean(value)
        if read is None:
            raise make_rule_error("must be true or false")
        return read

    def to_json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class _SeedRule(Rule):
    def read(self, value: Any) -> int | None:
        number = parse_integer(value)
        if value is None or number in {0, -1}:
            return None
        if number is None or not -(2**63) <= number < 2**64:
            raise make_rule_error("must be a whole number of up to 64 bits; 0 and -1 select a random seed")
        # Seeds are 31 bits wide; the few whose low bits are all zero must not turn into "random".
        return number & _SEED_MASK or 1

    def to_json_schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "format": "int64"}, {"type": "null"}]}


@dataclass(frozen=True)
class _CornerRule(Rule):
    def read(self, value: Any) -> Corner:
        corners = (Corner.TOP_LEFT, Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT, Corner.BOTTOM_LEFT)
        number = parse_integer(value)
        word = str(number) if number is not None else value
        if isinstance(word, str):
            word = word.strip().lower().replace("-", "_")
            for position, corner in enumerate(corners, start=1):
                if word in {str(position), corner.value}:
                    return corner
        names = ", ".join(f"{corner.value} ({position})" for position, corner in enumerate(corners, start=1))
        raise make_rule_error(f"must be one of {names}")

    def to_json_schema(self) -> dict[str, Any]:
        words = [corner.value for corner in Corner]
        return {"oneOf": [{"type": "string", "enum": words}, {"type": "integer", "minimum": 1, "maximum": 4}]}


@dataclass(frozen=True)
class _AspectRatioRule(Rule):
    def read(self, value: Any) -> str:
        match = (
            _RATIO.fullmatch(value.strip())
            if isinstance(value, str) and len(value) < _MAX_WORD_CHARACTERS
            else None
        )
        if match is None or not _is_ratio_allowed(*match.groups()):
            raise make_rule_error("must be a width:height such as 16:9, between 1:4 and 4:1")
        return match[0]

    def to_json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[0-9.]+:[0-9.]+$", "examples": ["16:9", "9:16", "1:1"]}


Flag = Annotated[bool, _BooleanRule()]
Seed = Annotated[int | None, _SeedRule()]
CornerName = Annotated[Corner, _CornerRule()]
RatioText = Annotated[str, _AspectRatioRule()]
MovementAmplitude = Annotated[
    Amplitude,
    OneOf(("auto", "small", "medium", "large"), also=(("high", "large"),)),
    Field(description="Amount of motion. high and large mean the same."),
]


def get_field_limits(object_class: type[BaseModel], name: str) -> dict[str, Any]:
    """Return a field's limits as a JSON schema; empty where there is no such field or no limit."""
    field = object_class.model_fields.get(name)
    rules = [each for each in field.metadata if isinstance(each, Rule)] if field else []
    return rules[0].to_json_schema() if rules else {}


def parse_boolean(value: object) -> bool | None:
    """Parse true, false, or either as text in any case; None for everything else."""
    if isinstance(value, str) and len(value) < _MAX_WORD_CHARACTERS:
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


@lru_cache(maxsize=256)
def parse_aspect_ratio(ratio: str) -> Fraction:
    """Return width over height of a checked ratio."""
    width, height = ratio.split(":")
    return Fraction(width) / Fraction(height)


def _is_unicode(text: str) -> bool:
    """Return whether the text holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_ratio_allowed(width: str, height: str) -> bool:
    if not Fraction(width) or not Fraction(height):
        return False
    return Fraction(1, _WIDEST) <= Fraction(width) / Fraction(height) <= _WIDEST


def parse_integer(value: object) -> int | None:
    """Return a number without fraction as int, be it a JSON number or text; None for everything else.

    Forms and the templates of workflow tools have nothing but text.
    """
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip()) if len(value) < _MAX_WORD_CHARACTERS else None
        return int(match[1]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value)
