"""API keys: shown once when they are made, stored as a hash. It knows no HTTP."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, literal, select, update

from keyreel.errors import InvalidKey, TenantDisabled, UnknownAccount
from keyreel.tasks.accounts.quotas import QUOTAS_UNSET, Quotas, quotas_from_row
from keyreel.tasks.accounts.standing import FIND_STANDING
from keyreel.tasks.accounts.tenants import ensure_tenant
from keyreel.tasks.audit.log import KEYREEL, Actor, AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.columns import Instant
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import API_KEYS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.prepared import RowValues

_PREFIX: Final = "kr_"
_SECRET_BYTES: Final = 32
"""256 random bits cannot be guessed, nor found from their hash."""


class Scope(StrEnum):
    """What a key may be used for."""

    SUBMIT = "submit"
    """Submitting, uploading, cancelling."""
    READ = "read"
    """Reading tasks, results and lists."""
    ADMIN = "admin"
    """Everything that the operator may, for all tenants."""


DEFAULT_SCOPES: Final = frozenset({Scope.SUBMIT, Scope.READ})


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's record; the key itself is not stored."""

    id: str
    tenant: str
    name: str
    created: datetime
    revoked: datetime | None = None
    scopes: frozenset[Scope] = DEFAULT_SCOPES
    quotas: Quotas = QUOTAS_UNSET


@dataclass(frozen=True, slots=True)
class _FoundKey:
    key: ApiKey
    is_disabled: bool
    """Whether its tenant is."""


class ApiKeyStore:
    """The API keys in a database. `random` must be fit for secrets (`random.SystemRandom`).

    `by` is whom the audit log names for a change.
    """

    def __init__(self, database: Database, clock: Clock, random: Random) -> None:
        self.database = database
        self._clock = clock
        self._random = random

    def create(
        self,
        tenant: str,
        name: str = "",
        *,
        scopes: frozenset[Scope] = DEFAULT_SCOPES,
        quotas: Quotas = QUOTAS_UNSET,
        by: Actor = KEYREEL,
    ) -> tuple[ApiKey, str]:
        """Make a key; return its record and the key itself, which cannot be shown again.

        Its tenant is created if there is none.
        """
        secret = urlsafe_b64encode(self._random.randbytes(_SECRET_BYTES)).rstrip(b"=").decode()
        plaintext = _PREFIX + secret
        key = ApiKey(
            f"key_{self._random.randbytes(8).hex()}",
            tenant,
            name,
            self._clock.now(),
            scopes=scopes,
            quotas=quotas,
        )
        row = {"id": key.id, "tenant": tenant, "name": name, "created": key.created, **asdict(quotas)}
        with self.database.write() as connection:
            if ensure_tenant(connection, tenant, key.created):
                made = AuditEntry(AuditAction.TENANT_CREATED, tenant, tenant)
                append_entry(connection, self._clock, by, made)
            values = {**row, "scopes": " ".join(sorted(scopes)), "sha256": _hash_key(plaintext)}
            connection.execute(insert(API_KEYS).values(values))
            self._record(connection, by, AuditAction.KEY_CREATED, after=key)
        return key, plaintext

    def list(self, tenant: str = "") -> tuple[ApiKey, ...]:
        """List keys, revoked ones too, oldest first; of every tenant if none is named."""
        query = select(API_KEYS).order_by(API_KEYS.c.created, API_KEYS.c.id)
        if tenant:
            query = query.where(API_KEYS.c.tenant == tenant)
        with self.database.read() as connection:
            return tuple(_key_from_row(row) for row in connection.execute(query).mappings())

    def revoke(self, key_id: str, *, by: Actor = KEYREEL) -> ApiKey:
        """Revoke a key from now on; revoking twice changes nothing.

        Raises:
            UnknownAccount: there is no key with this id.
        """
        now = literal(self._clock.now(), Instant)
        values = {"revoked": func.coalesce(API_KEYS.c.revoked, now)}
        return self._update_key(key_id, values, AuditAction.KEY_REVOKED, by=by)

    def set_quotas(self, key_id: str, quotas: Quotas, *, by: Actor = KEYREEL) -> ApiKey:
        """Set those of a key's quotas that are not None.

        Raises:
            UnknownAccount: there is no key with this id.
        """
        given = {name: value for name, value in asdict(quotas).items() if value is not None}
        return self._update_key(key_id, given or {"id": key_id}, AuditAction.KEY_LIMITED, by=by)

    def _update_key(self, key_id: str, values: dict[str, Any], action: AuditAction, *, by: Actor) -> ApiKey:
        mine = API_KEYS.c.id == key_id
        with self.database.write() as connection:
            row = connection.execute(select(API_KEYS).where(mine).with_for_update()).mappings().one_or_none()
            if row is None:
                raise UnknownAccount(
                    f"There is no API key with the ID {key_id[:64]!r}: `keyreel keys list` shows all keys."
                )
            changed = connection.execute(update(API_KEYS).where(mine).values(values).returning(API_KEYS))
            before, after = _key_from_row(row), _key_from_row(changed.mappings().one())
            self._record(connection, by, action, before=before, after=after)
        return after

    def _record(
        self,
        connection: Connection,
        by: Actor,
        action: AuditAction,
        *,
        after: ApiKey,
        before: ApiKey | None = None,
    ) -> None:
        """Record what is otherwise than before: everything of a new key."""
        old = {} if before is None else _describe_key(before)
        new = {name: value for name, value in _describe_key(after).items() if old.get(name) != value}
        details = {"before": {name: old.get(name) for name in new if before}, "after": new}
        append_entry(connection, self._clock, by, AuditEntry(action, after.id, after.tenant, details))

    def find(self, plaintext: str) -> ApiKey:
        """Return the record of a key that a client sent.

        Raises:
            InvalidKey: the key is unknown or revoked.
            TenantDisabled: its tenant is disabled.
        """
        found = self.database.find(_FIND_BY_HASH, {"sha256": _hash_key(plaintext)})
        if found is None:
            raise InvalidKey
        if found.is_disabled:
            raise TenantDisabled
        return found.key

    def require_good_standing(self, key_id: str, tenant: str) -> None:
        """Return if a key may act now; one that is not stored, as the settings' key, is `tenant`'s.

        Raises:
            InvalidKey: the key is revoked.
            TenantDisabled: its tenant is disabled.
        """
        standing = self.database.find(FIND_STANDING, {"key_id": key_id, "tenant": tenant})
        assert standing is not None, "the query always has a row"
        standing.require_good()


def _hash_key(plaintext: str) -> str:
    # 256 random bits need no slow hash, and one would let anybody keep this server busy.
    return sha256(plaintext.encode("utf-8", "surrogateescape")).hexdigest()


def _describe_key(key: ApiKey) -> dict[str, Any]:
    """Describe a key for the audit log."""
    described = {"name": key.name, "scopes": sorted(key.scopes), "revoked": key.revoked, **asdict(key.quotas)}
    return {name: value for name, value in described.items() if value is not None}


def _key_from_row(row: RowValues) -> ApiKey:
    return ApiKey(
        row["id"],
        row["tenant"],
        row["name"],
        row["created"],
        row["revoked"],
        scopes=frozenset(map(Scope, row["scopes"].split())),
        quotas=quotas_from_row(row),
    )


_FIND_BY_HASH: Final = PreparedQuery(
    select(API_KEYS, TENANTS.c.disabled)
    .join_from(API_KEYS, TENANTS, TENANTS.c.name == API_KEYS.c.tenant, isouter=True)
    .where(API_KEYS.c.sha256 == bindparam("sha256"), API_KEYS.c.revoked.is_(None)),
    lambda row: _FoundKey(_key_from_row(row), row["disabled"] is not None),
)
