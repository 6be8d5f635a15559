"""How many statements the database runs for a submit, from its API key to its task on disk."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from random import SystemRandom
from typing import Final

from keyreel.clock import SystemClock
from keyreel.task import Submission
from keyreel.tasks.accounts.api_keys import ApiKeyStore
from keyreel.tasks.accounts.quotas import NO_QUOTAS, get_quotas
from keyreel.tasks.admission import Admission
from keyreel.tasks.store import TaskStore

NO_STATEMENTS: Final = frozenset({"BEGIN", "COMMIT", "PRAGMA"})
"""What begins and ends a transaction, and asks whether anything was committed."""
_SUBMISSION: Final = Submission(
    tenant="bench",
    key_id="bench",
    dialect="async_v3",
    endpoint="q2-text2video",
    fields="{}",
    seed=1,
    seconds=5,
)


def count_submit_statements(clients: int = 1) -> Counter[str]:
    """Count what the database runs for submits of so many clients at the same moment, by kind.

    Divide by `clients` for one submit: those that come together share most of it. What begins and ends their
    transaction is left out, and so is asking whether anything was committed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        clock, random = SystemClock(), SystemRandom()
        store = TaskStore.open(Path(scratch), clock, random)
        try:
            keys = ApiKeyStore(store.database, clock, random)
            with store.database.count_statements() as counts:
                asyncio.run(_submit_together(store, keys, clients))
            return Counter({kind: count for kind, count in counts.items() if kind not in NO_STATEMENTS})
        finally:
            store.close()


async def _submit_together(store: TaskStore, keys: ApiKeyStore, clients: int) -> None:
    await asyncio.gather(*(_submit(store, keys) for _ in range(clients)))


async def _submit(store: TaskStore, keys: ApiKeyStore) -> None:
    tenant, key_id = _SUBMISSION.tenant, _SUBMISSION.key_id
    keys.require_good_standing(key_id, tenant)
    admission = Admission(get_quotas(store.database, tenant, key_id, NO_QUOTAS))
    await store.admit_in_group(store.compose(_SUBMISSION), admission=admission)
