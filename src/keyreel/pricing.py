"""What a video costs: a table that the operator may edit, read into whole credits."""

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
_EVERY: Final = "*"
_SIZES: Final[tuple[str, ...]] = tuple(each.value for each in Resolution)
_AMOUNTS: Final = frozenset({"first", "second", "each"})


def usd(credits_: int) -> Decimal:
    """Return credits in US dollars, exactly."""
    return USD_PER_CREDIT * credits_


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price of one size class by whole seconds."""

    first: int
    second: int
    each: int
    exact: Mapping[int, int] = field(default_factory=dict[int, int])

    def credits(self, seconds: int) -> int:
        """Return the price of a length."""
        if seconds in self.exact:
            return self.exact[seconds]
        return self.first if seconds <= 1 else self.second + self.each * (seconds - 2)


@dataclass(frozen=True, slots=True)
class _Entry:
    models: frozenset[str]
    operations: frozenset[str]
    tariffs: Mapping[str, Tariff]

    def fits(self, model: str, operation: Operation) -> bool:
        return bool(self.models & {model, _EVERY}) and bool(self.operations & {operation.value, _EVERY})

    def tariff(self, resolution: Resolution) -> Tariff:
        larger = _SIZES[_SIZES.index(resolution.value) :]
        return next((self.tariffs[size] for size in larger if size in self.tariffs), self._largest)

    @property
    def _largest(self) -> Tariff:
        return self.tariffs[max(self.tariffs, key=_SIZES.index)]


@dataclass(frozen=True, slots=True)
class Bought:
    """What is paid for: a model's video of a size class and length, off-peak or with our prompt perhaps."""

    model: str
    operation: Operation
    resolution: Resolution
    seconds: int
    off_peak: bool = False
    recommended: bool = False


class Prices:
    """The table."""

    def __init__(self, entries: tuple[_Entry, ...], off_peak: Decimal, recommended: int) -> None:
        self._entries = entries
        self._off_peak = off_peak
        self._recommended = recommended

    def credits(self, bought: Bought) -> int:
        """Return the price in whole credits."""
        entry = next(each for each in self._entries if each.fits(bought.model, bought.operation))
        price = entry.tariff(bought.resolution).credits(bought.seconds)
        price += self._recommended if bought.recommended else 0
        factor = self._off_peak if bought.off_peak else Decimal(1)
        return int((price * factor).to_integral_value(ROUND_CEILING))


def read_prices(path: Path | None = None) -> Prices:
    """Read a table of prices, the shipped one by default.

    Raises:
        InvalidSetting: it cannot be read, naming the entry and the rule.
    """
    shipped = files("keyreel").joinpath("prices.toml")
    try:
        text = path.read_text() if path else shipped.read_text()
        table = tomllib.loads(text)
        entries = tuple(_entry(number, raw) for number, raw in enumerate(table["price"], start=1))
        prices = Prices(entries, Decimal(str(table["off_peak"])), _amount("", table["recommended_prompt"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise InvalidSetting(f"prices: {path or 'the shipped table'}: {reason}.") from error
    if not entries or not entries[-1].models & {_EVERY} or not entries[-1].operations & {_EVERY}:
        raise InvalidSetting(f"prices: {path}: the last entry must be for every model and operation ('*').")
    return prices


def _entry(number: int, raw: dict[str, Any]) -> _Entry:
    where = f"price {number}"
    tariffs = {size: _tariff(f"{where}, {size}", raw[size]) for size in _SIZES if size in raw}
    strange = set(raw) - {*_SIZES, "models", "operations"}
    if strange or not tariffs:
        raise ValueError(f"{where} must have models, operations and some of {', '.join(_SIZES)}")
    operations = frozenset(raw["operations"])
    unknown = operations - {_EVERY} - {each.value for each in Operation}
    if unknown:
        raise ValueError(f"{where}: there is no operation {min(unknown)!r}")
    return _Entry(frozenset(raw["models"]), operations, tariffs)


def _tariff(where: str, raw: dict[str, Any]) -> Tariff:
    strange = set(raw) - _AMOUNTS - {"exact"}
    if strange:
        raise ValueError(f"{where}: there is no {min(strange)!r}")
    amounts = {name: _amount(where, raw[name]) for name in _AMOUNTS & set(raw)}
    first, each = amounts["first"], amounts["each"]
    exact = {int(seconds): _amount(where, amount) for seconds, amount in raw.get("exact", {}).items()}
    return Tariff(first, amounts.get("second", first + each), each, exact)


def _amount(where: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{where}: {value!r} is no whole number of credits".lstrip(": "))
    return value
