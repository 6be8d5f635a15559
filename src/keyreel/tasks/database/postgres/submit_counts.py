"""The statement that counts a submit for all processes, while it reads the quotas of its key and tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection, RowMapping

# A second is kept for 60 more, so that no 60 seconds ever have too many submits. One in the future, which a
# clock that was turned back leaves behind, is kept for no longer.
_COUNT: Final = """WITH moment AS MATERIALIZED (
    SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS now
), quotas AS MATERIALIZED (
    SELECT k.rpm AS key_rpm, k.running AS key_running,
           k.queued AS key_queued, k.daily_credits AS key_daily_credits,
           t.rpm AS tenant_rpm, t.running AS tenant_running,
           t.queued AS tenant_queued, t.daily_credits AS tenant_daily_credits
    FROM (SELECT 1) AS one
    LEFT JOIN api_keys AS k ON k.id = %(key_id)s
    LEFT JOIN tenants AS t ON t.name = %(tenant)s
), owners AS MATERIALIZED (
    SELECT 'key' AS kind, %(key_id)s::text AS id, coalesce(key_rpm, %(usual)s) AS most FROM quotas
    UNION ALL
    SELECT 'tenant', %(tenant)s::text, coalesce(tenant_rpm, 0) FROM quotas
), before AS MATERIALIZED (
    SELECT owners.*, c.seconds, c.submits, (
        SELECT coalesce(sum(n), 0) FROM unnest(c.seconds, c.submits) AS at(second, n)
        WHERE second BETWEEN now - 60 AND now + 60
    ) AS recent
    FROM moment CROSS JOIN owners
    LEFT JOIN submit_counts AS c ON c.owner_kind = owners.kind AND c.owner_id = owners.id
    WHERE owners.most > 0
), counted AS (
    INSERT INTO submit_counts AS c (owner_kind, owner_id, most, seconds, submits)
    SELECT kind, id, most, ARRAY[now], ARRAY[1] FROM before CROSS JOIN moment
    WHERE NOT EXISTS (SELECT FROM before WHERE recent >= most)
    ORDER BY kind
    ON CONFLICT (owner_kind, owner_id) DO UPDATE SET most = excluded.most, (seconds, submits) = (
        SELECT array_agg(second ORDER BY second), array_agg(n ORDER BY second) FROM (
            SELECT second, sum(n)::int AS n FROM (
                SELECT * FROM unnest(c.seconds, c.submits) UNION ALL SELECT excluded.seconds[1], 1
            ) AS each(second, n)
            WHERE second BETWEEN excluded.seconds[1] - 60 AND excluded.seconds[1] + 60 GROUP BY second
        ) AS kept
    )
    WHERE excluded.most > (
        SELECT coalesce(sum(n), 0) FROM unnest(c.seconds, c.submits) AS at(second, n)
        WHERE second BETWEEN excluded.seconds[1] - 60 AND excluded.seconds[1] + 60
    )
    RETURNING owner_kind, seconds, submits
)
SELECT quotas.*, moment.now, before.kind, before.most, counted.owner_kind IS NOT NULL AS is_counted,
       coalesce(counted.seconds, before.seconds) AS seconds,
       coalesce(counted.submits, before.submits) AS submits
FROM quotas CROSS JOIN moment
LEFT JOIN before ON true
LEFT JOIN counted ON counted.owner_kind = before.kind
"""


def count_submit(connection: Connection, parameters: Mapping[str, Any]) -> Sequence[RowMapping]:
    """Count a submit against its key and its tenant, where they have a rate limit, and return their quotas.

    The parameters are `tenant`, `key_id` and `usual`, the rate of keys that have none of their own. There is
    a row for each owner with a limit, and one without a `kind` where none has: the quotas by their names
    after `key_` and `tenant_`; the database's time `now`; `most` submits a minute; whether this one
    `is_counted`; and how many `submits` were counted in which `seconds` around the last minute.

    A submit that is one too many is counted for nobody and locks nothing. Of those that come at the very
    same moment one may be counted for its key although its tenant's last one was just taken, or the other
    way about: never more than the limits allow.
    """
    return connection.exec_driver_sql(_COUNT, dict(parameters)).mappings().all()
