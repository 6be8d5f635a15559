"""Everything that is wrong with a request: broken parts are put aside, and the rest is looked at again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.native_family.responses import operation_word
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints import catalogue
from keyreel.wire.requests.examples import example
from keyreel.wire.requests.parsing import breaches_of

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Asked, Json
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.requests.parsing import Breach

_MOST_ROUNDS: Final = 8
_PICTURE: Final = "https://example.com/dawn.png"
_PRICED: Final = frozenset({"duration", "resolution", "image_settings", "off_peak", "audio", "is_rec"})
_OF_VIDEOS: Final = frozenset({"input_reference", "seconds", "size"})


@dataclass(frozen=True, slots=True)
class Examined:
    """A request and the rules that it breaks.

    `mended` is the request with an example's values in the place of broken ones: what can be said of the rest
    is said of it. Where nothing is broken, it is the request.
    """

    mended: Endpoint
    breaches: tuple[Breach, ...]

    @property
    def priced(self) -> bool:
        """Whether what is broken has no part in the price."""
        return not _PRICED & {str(breach.location[0]) for breach in self.breaches}

    def stood(self, path: str) -> bool:
        """Say whether what is at a path of the mended request is the request's own."""
        own = all(not path.startswith(breach.field) for breach in self.breaches)
        return own and not any(breach.field.startswith(path) for breach in self.breaches)


def understood(model: str, body: Json, spoken: str = "") -> Asked:
    """Read a body for a model in any spelling: flat, or as a dialect wraps it.

    Without `spoken`, a dialect's name, the body tells by its form which one it is.

    Raises:
        UnknownEndpoint: there is no such model, or no such dialect.
        InvalidRequest: the envelope is wrong.
    """
    kind = catalogue.find(model)
    chosen = find_dialect(spoken) if spoken else find_dialect(_spoken(kind, body))
    if not chosen.offers(kind):
        raise UnknownEndpoint(f"model: {chosen.title} has no words for {kind.name()}.", field="model")
    call = chosen.submit_call(example(kind))
    named = {"model": (call.json or {}).get("model")} if "model" in (call.json or {}) else {}
    last = call.path.rpartition("/")[2]
    return chosen.asked({"model": last, "operation": last}, body | named)


def examined(asked: Asked) -> Examined:
    """Find every rule that a request breaks.

    Rules between fields are looked at once the fields themselves are good; so broken parts are replaced by an
    example's, round after round, until nothing new is found.
    """
    fields = deepcopy(asked.fields)
    found: dict[str, Breach] = {}
    for _ in range(_MOST_ROUNDS):
        try:
            return Examined(asked.endpoint.model_validate(fields), tuple(found.values()))
        except ValidationError as error:
            for breach in breaches_of(error):
                found.setdefault(breach.field, breach)
                _mend(fields, breach.location, asked.endpoint)
    return Examined(example(asked.endpoint), tuple(found.values()))


def _spoken(kind: type[Endpoint], body: Json) -> str:
    if body.get("input") is not None:
        return "vtrix"
    if _OF_VIDEOS & set(body):
        return "openai_videos"
    # What names the model beside the path's operation is native; all others are flat.
    model = body.get("model")
    native = isinstance(model, str) and _finds(f"{model[:64]}-{operation_word(kind)}", kind)
    return "native" if native else DIALECTS[0].name


def _finds(spelling: str, kind: type[Endpoint]) -> bool:
    try:
        return catalogue.find(spelling) is kind
    except UnknownEndpoint:
        return False


def _mend(fields: Json, location: tuple[int | str, ...], kind: type[Endpoint]) -> None:
    """Put an example's value in the place of a broken one, or nothing where the example has none."""
    *way, last = location
    place: Any = fields
    for step in way:
        place = place[step]
    if isinstance(last, int):
        place[last] = _entry(str(way[-1]))
        return
    usual: Json = example(kind).documented() if not way else {"images": [_PICTURE], "key_image": _PICTURE}
    if last in usual and place.get(last) != usual[last]:
        place[last] = usual[last]
    else:
        place.pop(last, None)


def _entry(name: str) -> Any:
    """Return a good entry of a list."""
    return {"image_settings": {"key_image": _PICTURE}, "subjects": {"images": [_PICTURE]}}.get(name, _PICTURE)
