"""Everything that is wrong with a request, as a submit refuses it and as a validation lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.intake.image_rules import list_image_errors
from keyreel.wire.requests.parsing import together
from keyreel.wire.requests.validation import examined

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.errors import InvalidRequest
    from keyreel.wire.dialects.dialect import Asked
    from keyreel.wire.requests.validation import Examined

    CheckUrl = Callable[[str, str], None]
    """Holds an address of a field against what its text tells; raises InvalidRequest."""


def picture_problems(found: Examined, check_url: CheckUrl) -> tuple[InvalidRequest, ...]:
    """Return what is wrong with the pictures and addresses that are the request's own."""
    return tuple(error for error in list_image_errors(found.mended, check_url) if found.stood(error.field))


def all_told(asked: Asked, first: InvalidRequest, check_url: CheckUrl) -> InvalidRequest:
    """Return one refusal of what was refused for `first`, which tells of everything else as well."""
    found = examined(asked)
    errors = [*(breach.error() for breach in found.breaches), *picture_problems(found, check_url)]
    return together(errors) if any(error.field == first.field for error in errors) else first
