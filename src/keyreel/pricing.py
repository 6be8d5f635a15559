"""The price of a video in whole credits, by a table that the operator may edit. It charges nobody."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import InvalidSetting
from keyreel.order import Operation, Resolution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USD_PER_CREDIT: Final = Decimal("0.005")
_WILDCARD: Final = "*"
"""Stands for every model, or every operation."""
_RESOLUTIONS: Final[tuple[str, ...]] = tuple(each.value for each in Resolution)
_TARIFF_KEYS: Final = frozenset({"first", "second", "each"})


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
    shipped = files("keyreel").joinpath("prices.toml")
    try:
        text = path.read_text() if path else shipped.read_text()
        table = tomllib.loads(text)
        entries = tuple(_parse_rule(number, raw) for number, raw in enumerate(table["price"], start=1))
        prices = PriceTable(
            entries, Decimal(str(table["off_peak"])), _parse_amount("", table["recommended_prompt"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise InvalidSetting(f"prices: {path or 'the shipped table'}: {reason}.") from error
    if not entries or not entries[-1].models & {_WILDCARD} or not entries[-1].operations & {_WILDCARD}:
        raise InvalidSetting(f"prices: {path}: the last entry must be for every model and operation ('*').")
    return prices


def _parse_rule(number: int, raw: dict[str, Any]) -> _PriceRule:
    location = f"price {number}"
    tariffs = {size: _parse_tariff(f"{location}, {size}", raw[size]) for size in _RESOLUTIONS if size in raw}
    unknown_keys = set(raw) - {*_RESOLUTIONS, "models", "operations"}
    if unknown_keys or not tariffs:
        raise ValueError(f"{location} must have models, operations and some of {', '.join(_RESOLUTIONS)}")
    operations = frozenset(raw["operations"])
    unknown = operations - {_WILDCARD} - {each.value for each in Operation}
    if unknown:
        raise ValueError(f"{location}: there is no operation {min(unknown)!r}")
    return _PriceRule(frozenset(raw["models"]), operations, tariffs)


def _parse_tariff(location: str, raw: dict[str, Any]) -> Tariff:
    unknown_keys = set(raw) - _TARIFF_KEYS - {"exact"}
    if unknown_keys:
        raise ValueError(f"{location}: there is no {min(unknown_keys)!r}")
    amounts = {name: _parse_amount(location, raw[name]) for name in _TARIFF_KEYS & set(raw)}
    first, each = amounts["first"], amounts["each"]
    exact = {
        int(seconds): _parse_amount(location, amount) for seconds, amount in raw.get("exact", {}).items()
    }
    return Tariff(first, amounts.get("second", first + each), each, exact)


def _parse_amount(location: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{location}: {value!r} is no whole number of credits".lstrip(": "))
    return value
