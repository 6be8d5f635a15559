"""The price of a video in whole credits, by a table that the operator may edit. It charges nobody."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import InvalidSetting
from keyreel.order import Operation, Resolution
from keyreel.system.toml_file import check_keys, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USD_PER_CREDIT: Final = Decimal("0.005")
_WILDCARD: Final = "*"
"""Stands for every model, or every operation."""
_RESOLUTIONS: Final[tuple[str, ...]] = tuple(each.value for each in Resolution)
_TABLE_KEYS: Final = ("price", "off_peak", "recommended_prompt")
_TARIFF_KEYS: Final = ("first", "second", "each")
_MAX_CREDITS: Final = 1_000_000_000


def to_usd(credits_: int) -> Decimal:
    """Return credits in US dollars, exactly."""
    return USD_PER_CREDIT * credits_


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price in credits of one resolution, by whole seconds."""

    first: int
    second: int
    per_further_second: int
    by_exact_seconds: Mapping[int, int] = field(default_factory=dict[int, int])

    def compute_price(self, seconds: int) -> int:
        """Return the price in credits of a video of this length."""
        if seconds in self.by_exact_seconds:
            return self.by_exact_seconds[seconds]
        return self.first if seconds <= 1 else self.second + self.per_further_second * (seconds - 2)


@dataclass(frozen=True, slots=True)
class _PriceRule:
    models: frozenset[str]
    operations: frozenset[str]
    tariffs: Mapping[str, Tariff]

    def matches(self, model: str, operation: Operation) -> bool:
        return bool(self.models & {model, _WILDCARD}) and bool(self.operations & {operation.value, _WILDCARD})

    def choose_tariff(self, resolution: Resolution) -> Tariff:
        larger = _RESOLUTIONS[_RESOLUTIONS.index(resolution.value) :]
        return next((self.tariffs[size] for size in larger if size in self.tariffs), self._largest_tariff)

    @property
    def _largest_tariff(self) -> Tariff:
        return self.tariffs[max(self.tariffs, key=_RESOLUTIONS.index)]


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is paid for; `recommended` is whether the prompt is a recommended one."""

    model: str
    operation: Operation
    resolution: Resolution
    seconds: int
    off_peak: bool = False
    recommended: bool = False


class PriceTable:
    """Rules tried in order, the factor of off-peak videos, and the credits of a recommended prompt."""

    def __init__(self, entries: tuple[_PriceRule, ...], off_peak: Decimal, recommended: int) -> None:
        self._entries = entries
        self._off_peak = off_peak
        self._recommended = recommended

    def compute_price(self, purchase: Purchase) -> int:
        """Return the price in whole credits."""
        entry = next(each for each in self._entries if each.matches(purchase.model, purchase.operation))
        price = entry.choose_tariff(purchase.resolution).compute_price(purchase.seconds)
        price += self._recommended if purchase.recommended else 0
        factor = self._off_peak if purchase.off_peak else Decimal(1)
        return int((price * factor).to_integral_value(ROUND_CEILING))


def read_price_table(path: Path | None = None) -> PriceTable:
    """Read a table of prices, the shipped one by default.

    Raises:
        InvalidSetting: it cannot be read, naming the entry and the rule.
    """
    try:
        return _parse_table(read_toml(path) if path else tomllib.loads(_read_shipped()))
    except ValueError as error:
        message = f"prices: {path or 'the shipped table'}: {error}"
        raise InvalidSetting(message if message.endswith("?") else f"{message}.") from None


def _read_shipped() -> str:
    return files("keyreel").joinpath("prices.toml").read_text("utf-8")


def _parse_table(table: dict[str, Any]) -> PriceTable:
    check_keys(table, _TABLE_KEYS)
    _require_keys("", table, _TABLE_KEYS)
    if not isinstance(table["price"], list):
        raise ValueError("price must be a table [[price]]")  # noqa: TRY004 - the caller's own kind
    entries = tuple(_parse_rule(f"price {number}", raw) for number, raw in enumerate(table["price"], start=1))
    if not entries or not entries[-1].models & {_WILDCARD} or not entries[-1].operations & {_WILDCARD}:
        raise ValueError("the last entry must be for every model and operation ('*')")
    factor = _parse_factor("off_peak", table["off_peak"])
    return PriceTable(entries, factor, _parse_amount("recommended_prompt", table["recommended_prompt"]))


def _parse_rule(location: str, raw: object) -> _PriceRule:
    fields = _parse_keys(location, raw, (*_RESOLUTIONS, "models", "operations"))
    _require_keys(location, fields, ("models", "operations"))
    tariffs = {
        size: _parse_tariff(f"{location}, {size}", fields[size]) for size in _RESOLUTIONS if size in fields
    }
    if not tariffs:
        raise ValueError(f"{location} must have some of {', '.join(_RESOLUTIONS)}")
    models, operations = (_parse_names(location, name, fields[name]) for name in ("models", "operations"))
    unknown = operations - {_WILDCARD} - {each.value for each in Operation}
    if unknown:
        raise ValueError(f"{location}: there is no operation {min(unknown)!r}")
    return _PriceRule(models, operations, tariffs)


def _parse_tariff(location: str, raw: object) -> Tariff:
    fields = _parse_keys(location, raw, (*_TARIFF_KEYS, "exact"))
    _require_keys(location, fields, ("first", "each"))
    amounts = {
        name: _parse_amount(f"{location}, {name}", fields[name]) for name in _TARIFF_KEYS if name in fields
    }
    first, each = amounts["first"], amounts["each"]
    exact = fields.get("exact", {})
    if not isinstance(exact, dict) or not all(seconds.isdecimal() and seconds.isascii() for seconds in exact):
        raise ValueError(f"{location}, exact must be a table of whole seconds and their credits")
    by_exact_seconds = {
        int(seconds): _parse_amount(f"{location}, exact {seconds}", amount)
        for seconds, amount in exact.items()
    }
    return Tariff(first, amounts.get("second", first + each), each, by_exact_seconds)


def _parse_keys(location: str, raw: object, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError(f"{location} must be a table")  # noqa: TRY004 - the caller's own kind
    try:
        check_keys(raw, known)
    except ValueError as error:
        raise ValueError(f"{location}: {error}") from None
    return raw


def _require_keys(location: str, table: dict[str, Any], required: tuple[str, ...]) -> None:
    missing = [name for name in required if name not in table]
    if missing:
        raise ValueError(f"{location}: {missing[0]!r} is missing".lstrip(": "))


def _parse_names(location: str, name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{location}, {name} must be a list of names")
    return frozenset(value)


def _parse_factor(location: str, value: object) -> Decimal:
    try:
        factor = Decimal(str(value))
    except InvalidOperation:
        factor = Decimal("nan")
    if not factor.is_finite() or not 0 <= factor <= 1:
        raise ValueError(f"{location}: got {str(value)[:64]!r}; must be a number from 0 to 1")
    return factor


def _parse_amount(location: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_CREDITS:
        raise ValueError(
            f"{location}: {str(value)[:64]!r} is not a whole number of credits from 0 to {_MAX_CREDITS}"
        )
    return value
