"""Whether an API key may act now: it is not revoked, and its tenant is not disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, literal, select

from keyreel.errors import InvalidKey, TenantDisabled
from keyreel.tasks.database.tables import API_KEYS, TENANTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Submits and downloads run this: two rows by their primary keys.
_ONE_ROW: Final = select(literal(1).label("one")).subquery()
_SELECT_STANDING: Final = select(API_KEYS.c.revoked, TENANTS.c.disabled).select_from(
    _ONE_ROW.outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id")).outerjoin(
        TENANTS, TENANTS.c.name == func.coalesce(API_KEYS.c.tenant, bindparam("tenant"))
    )
)


def require_good_standing(connection: Connection, key_id: str, tenant: str) -> None:
    """Return if a key may act now; one that the database does not know, as the settings' key, is `tenant`'s.

    Raises:
        InvalidKey: the key is revoked.
        TenantDisabled: its tenant is disabled.
    """
    row = connection.execute(_SELECT_STANDING, {"key_id": key_id, "tenant": tenant}).one()
    if row.revoked is not None:
        raise InvalidKey
    if row.disabled is not None:
        raise TenantDisabled
