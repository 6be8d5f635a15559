"""Whether an API key may act now: it is not revoked, and its tenant is not disabled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, literal, select

from keyreel.errors import InvalidKey, TenantDisabled
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import API_KEYS, TENANTS

if TYPE_CHECKING:
    from keyreel.tasks.database.prepared import RowValues

# Submits and downloads run this: two rows by their primary keys.
_ONE_ROW: Final = select(literal(1).label("one")).subquery()
_SELECT_STANDING: Final = select(API_KEYS.c.revoked, TENANTS.c.disabled).select_from(
    _ONE_ROW.outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id")).outerjoin(
        TENANTS, TENANTS.c.name == func.coalesce(API_KEYS.c.tenant, bindparam("tenant"))
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is wrong with a key, if anything."""

    is_revoked: bool
    is_tenant_disabled: bool

    def require_good(self) -> None:
        """Return if the key may act.

        Raises:
            InvalidKey: it is revoked.
            TenantDisabled: its tenant is disabled.
        """
        if self.is_revoked:
            raise InvalidKey
        if self.is_tenant_disabled:
            raise TenantDisabled


def _standing_from_row(row: RowValues) -> Standing:
    return Standing(row["revoked"] is not None, row["disabled"] is not None)


FIND_STANDING: Final = PreparedQuery(_SELECT_STANDING, _standing_from_row)
"""By `key_id` and `tenant`: a key that the database does not know, as the settings' key, is `tenant`'s."""
