"""Every rule that a request breaks: invalid parts are replaced, and the rest is validated again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints import catalogue
from keyreel.wire.endpoints.naming import format_operation_name
from keyreel.wire.requests.examples import build_example_request
from keyreel.wire.requests.parsing import list_violations

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json
    from keyreel.wire.requests.parsing import RuleViolation

_MAX_ROUNDS: Final = 8
"""Of validation and repair; each one repairs every field that it finds invalid."""
_IMAGE: Final = "https://example.com/dawn.png"
_PRICE_FIELDS: Final = frozenset({"duration", "resolution", "image_settings", "off_peak", "audio", "is_rec"})
_OPENAI_FIELDS: Final = frozenset({"input_reference", "seconds", "size"})


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """A request and the rules that it breaks.

    `repaired_request` has an example's values in place of invalid ones, so that price and length can be
    computed from the rest. Where nothing is invalid, it is the request itself.
    """

    repaired_request: Endpoint
    violations: tuple[RuleViolation, ...]

    @property
    def is_price_known(self) -> bool:
        """Whether no field on which the price depends is invalid."""
        return not _PRICE_FIELDS & {str(violation.location[0]) for violation in self.violations}

    def is_original(self, path: str) -> bool:
        """Return whether the value at a path of the repaired request is the original one."""
        own = all(not path.startswith(violation.field) for violation in self.violations)
        return own and not any(violation.field.startswith(path) for violation in self.violations)


def parse_for_model(model: str, body: Json, dialect_name: str = "") -> ParsedSubmit:
    """Read a body for a model in any spelling: flat, or as a dialect wraps it.

    Without `dialect_name` the dialect is detected from the body's form.

    Raises:
        UnknownEndpoint: there is no such model, or no such dialect.
        InvalidRequest: the envelope is wrong.
    """
    endpoint_class = catalogue.find_endpoint(model)
    chosen = (
        find_dialect(dialect_name) if dialect_name else find_dialect(_detect_dialect(endpoint_class, body))
    )
    if not chosen.supports(endpoint_class):
        raise UnknownEndpoint(
            f"model: {chosen.title} does not support {endpoint_class.name()}.", field="model"
        )
    call = chosen.build_submit_request(build_example_request(endpoint_class))
    named = {"model": (call.json or {}).get("model")} if "model" in (call.json or {}) else {}
    last = call.path.rpartition("/")[2]
    return chosen.parse_submit_request({"model": last, "operation": last}, body | named)


def validate_request(submit: ParsedSubmit) -> ValidationResult:
    """Find every rule that a request breaks.

    Rules between fields are checked once the fields themselves are valid; so invalid parts are replaced by an
    example's, round after round, until no rule is broken.
    """
    fields = deepcopy(submit.fields)
    found: dict[str, RuleViolation] = {}
    for _ in range(_MAX_ROUNDS):
        try:
            return ValidationResult(submit.endpoint_class.model_validate(fields), tuple(found.values()))
        except ValidationError as error:
            for violation in list_violations(error):
                found.setdefault(violation.field, violation)
                _repair_field(fields, violation.location, submit.endpoint_class)
    return ValidationResult(build_example_request(submit.endpoint_class), tuple(found.values()))


def _detect_dialect(endpoint_class: type[Endpoint], body: Json) -> str:
    if body.get("input") is not None:
        return "vtrix"
    if _OPENAI_FIELDS & set(body):
        return "openai_videos"
    # What names the model beside the path's operation is native; all others are flat.
    model = body.get("model")
    native = isinstance(model, str) and _is_spelling_of(
        f"{model[:64]}-{format_operation_name(endpoint_class)}", endpoint_class
    )
    return "native" if native else DIALECTS[0].name


def _is_spelling_of(spelling: str, endpoint_class: type[Endpoint]) -> bool:
    try:
        return catalogue.find_endpoint(spelling) is endpoint_class
    except UnknownEndpoint:
        return False


def _repair_field(fields: Json, location: tuple[int | str, ...], endpoint_class: type[Endpoint]) -> None:
    """Replace an invalid value by an example's, or remove it where the example has none."""
    *parent_keys, last = location
    container: Any = fields
    for step in parent_keys:
        container = container[step]
    if isinstance(last, int):
        container[last] = _build_example_entry(str(parent_keys[-1]))
        return
    usual: Json = (
        build_example_request(endpoint_class).to_documented_fields()
        if not parent_keys
        else {"images": [_IMAGE], "key_image": _IMAGE}
    )
    if last in usual and container.get(last) != usual[last]:
        container[last] = usual[last]
    else:
        container.pop(last, None)


def _build_example_entry(name: str) -> Any:
    """Return a valid entry of a list."""
    return {"image_settings": {"key_image": _IMAGE}, "subjects": {"images": [_IMAGE]}}.get(name, _IMAGE)
