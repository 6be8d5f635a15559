"""Everything that is wrong with a request, as a submit refuses it and as a validation lists it."""

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
    """Holds an address of a field against what its text tells; raises InvalidRequest."""


def find_image_problems(found: ValidationResult, check_url: CheckUrl) -> tuple[InvalidRequest, ...]:
    """Return what is wrong with the images and addresses that are the request's own."""
    return tuple(
        error
        for error in list_image_errors(found.repaired_request, check_url)
        if found.is_original(error.field)
    )


def combine_all_errors(parsed: ParsedSubmit, first: InvalidRequest, check_url: CheckUrl) -> InvalidRequest:
    """Return one refusal of what was refused for `first`, which tells of everything else as well."""
    found = validate_request(parsed)
    errors = [*(breach.to_error() for breach in found.violations), *find_image_problems(found, check_url)]
    return combine_errors(errors) if any(error.field == first.field for error in errors) else first
