"""All rules that a request breaks, for the error response of a submit and for a validation's list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.intake.image_rules import list_image_errors
from keyreel.wire.requests.parsing import combine_errors
from keyreel.wire.requests.validation import validate_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.errors import InvalidRequest
    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.requests.validation import ValidationResult

    CheckUrl = Callable[[str, str], None]
    """Checks a URL, given the field that holds it, by its text alone; raises InvalidRequest."""


def find_image_problems(found: ValidationResult, check_url: CheckUrl) -> tuple[InvalidRequest, ...]:
    """Return what is wrong with the images and URLs that are the client's, not stand-ins for invalid ones."""
    return tuple(
        error
        for error in list_image_errors(found.repaired_request, check_url)
        if found.is_original(error.field)
    )


def combine_all_errors(parsed: ParsedSubmit, first: InvalidRequest, check_url: CheckUrl) -> InvalidRequest:
    """Return an error of the kind and field of `first` whose message lists every broken rule."""
    found = validate_request(parsed)
    errors = [
        *(violation.to_error() for violation in found.violations),
        *find_image_problems(found, check_url),
    ]
    return combine_errors(errors) if any(error.field == first.field for error in errors) else first
