"""Whoever submits: whether key and tenant may, and what credits and storage the tenant has left.

The submits that one transaction stores share what is read, and each sees what those before it have used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, literal, select

from keyreel.errors import InvalidKey, TenantDisabled
from keyreel.tasks.accounts.ledger import get_free_account, require_affordable
from keyreel.tasks.accounts.stored_files import StorageUse, sum_new_bytes
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import ACCOUNTS, API_KEYS, STORED_FILES, TENANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_SELECT_SUBMITTER: Final = PreparedStatement(
    select(
        API_KEYS.c.revoked,
        TENANTS.c.disabled,
        TENANTS.c.storage_bytes,
        ACCOUNTS.c.prepaid,
        ACCOUNTS.c.balance,
        select(func.coalesce(func.sum(STORED_FILES.c.bytes), 0))
        .where(STORED_FILES.c.tenant == bindparam("tenant"))
        .scalar_subquery()
        .label("stored"),
    ).select_from(
        select(literal(1).label("one"))
        .subquery()
        .outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id"))
        .outerjoin(TENANTS, TENANTS.c.name == bindparam("tenant"))
        .outerjoin(ACCOUNTS, ACCOUNTS.c.name == bindparam("account"))
    )
)


@dataclass(slots=True)
class _Means:
    """What a tenant may still use, as far as it is known in this transaction."""

    is_disabled: bool
    credits_left: int | None
    """None for a tenant that does not pay in advance."""
    stored_bytes: int
    storage_quota: int | None
    """None for what is usual."""


class Submitters:
    """The keys and tenants that submit within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._revoked_keys: dict[str, bool] = {}
        self._tenants: dict[str, _Means] = {}
        self._new_files: set[tuple[str, str]] = set()

    def require_good_standing(self, key_id: str, tenant: str) -> None:
        """Return if a key may act now; it comes before all else that is asked about its tenant.

        Raises:
            InvalidKey: the key is revoked.
            TenantDisabled: its tenant is disabled.
        """
        if key_id not in self._revoked_keys or tenant not in self._tenants:
            self._load(key_id, tenant)
        if self._revoked_keys[key_id]:
            raise InvalidKey
        if self._tenants[tenant].is_disabled:
            raise TenantDisabled

    def require_storage(self, tenant: str, files: Mapping[str, int], *, usual_quota: int) -> None:
        """Return if a tenant may store these files, given by key and size; those it has already cost nothing.

        Raises:
            QuotaExceeded: its quota is used up, or would be passed.
        """
        means = self._tenants[tenant]
        quota = usual_quota if means.storage_quota is None else means.storage_quota
        if quota:
            StorageUse(means.stored_bytes, quota).require_room(self._sum_new_bytes(tenant, files))

    def require_credits(self, tenant: str, credits_: int) -> None:
        """Return if a tenant can pay a price.

        Raises:
            InsufficientCredits: it pays in advance and has less.
        """
        left = self._tenants[tenant].credits_left
        if left is not None:
            require_affordable(credits_, left=left)

    def take(self, tenant: str, credits_: int, files: Mapping[str, int]) -> None:
        """Count what a submit uses that was accepted."""
        means = self._tenants[tenant]
        if means.credits_left is not None:
            means.credits_left -= credits_
        means.stored_bytes += self._sum_new_bytes(tenant, files)
        self._new_files.update((tenant, key) for key in files)

    def _sum_new_bytes(self, tenant: str, files: Mapping[str, int]) -> int:
        if not files:
            return 0
        new = {key: size for key, size in files.items() if (tenant, key) not in self._new_files}
        return sum_new_bytes(self._connection, tenant, new)

    def _load(self, key_id: str, tenant: str) -> None:
        parameters = {"key_id": key_id, "tenant": tenant, "account": get_free_account(tenant)}
        row = _SELECT_SUBMITTER.fetch_one(self._connection, parameters)
        assert row is not None, "the query has a row, whatever it finds"
        revoked, disabled, storage_quota, is_prepaid, balance, stored = row
        self._revoked_keys[key_id] = revoked is not None
        # What submits before this one have used is not in the database yet.
        self._tenants.setdefault(
            tenant,
            _Means(disabled is not None, balance if is_prepaid else None, int(stored), storage_quota),
        )
