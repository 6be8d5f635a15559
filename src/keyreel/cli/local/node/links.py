"""Links to stored files as an installation judges them: whose are still good, which URLs are its own."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from keyreel.cli.local.installation_secrets import LINK_KEY
from keyreel.errors import InvalidKey, LinkExpired, LinkForged, TenantDisabled
from keyreel.storage.signed_urls import FILES_PREFIX, LinkSigner, load_or_create_secret
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.settings import Settings
    from keyreel.storage.bucket.presigned_links import PresignedLinks
    from keyreel.storage.secret_files import SecretStore
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore


def open_link_signer(
    settings: Settings,
    secrets: SecretStore,
    store: TaskStore,
    *,
    keys: ApiKeyStore,
    presigned: PresignedLinks | None,
) -> LinkSigner:
    """Return the signer of links, with the installation's secret; results may have links to the bucket."""
    return LinkSigner(
        [load_or_create_secret(secrets, LINK_KEY)],
        store.trusted_clock,
        check_owner=_build_owner_check(keys) if settings.links_follow_keys else None,
        presign=presigned.sign if presigned else None,
    )


def _build_owner_check(keys: ApiKeyStore) -> Callable[[str], None]:
    """Return a function that raises LinkExpired for an API key whose links are no longer good."""

    def check_owner(key_id: str) -> None:
        try:
            keys.require_good_standing(key_id, DEFAULT_TENANT)
        except (InvalidKey, TenantDisabled):
            raise LinkExpired("The API key for which this link was made is no longer valid.") from None

    return check_owner


def build_link_resolver(signer: LinkSigner, own_urls: tuple[str, ...]) -> Callable[[str], str | None]:
    """Return a function that finds the storage key behind a link signed here; None for all other URLs.

    A good signature proves a link to be ours under whatever name the server was reached; a bad one under
    `own_urls` raises LinkForged.
    """

    def resolve_key(url: str) -> str | None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        for own_url in own_urls:
            if url.startswith(f"{own_url}{FILES_PREFIX}"):
                return signer.verify(parts.path.removeprefix(urlsplit(own_url).path), query)
        _, found, key = parts.path.partition(FILES_PREFIX)
        with suppress(LinkForged):
            return signer.verify(found + key, query)
        return None

    return resolve_key
