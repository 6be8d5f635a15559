"""A signed URL opens one file until it expires; nothing else about it can be changed."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from keyreel.errors import InvalidSetting, LinkExpired, LinkForged
from keyreel.storage.secret_files import SecretFiles
from keyreel.storage.signed_urls import LinkSigner, load_or_create_secret

if TYPE_CHECKING:
    from pathlib import Path

KEY = "videos/123/1.mp4"
SECRET, OTHER = b"s" * 32, b"o" * 32


@dataclass
class DrivenClock:
    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def verified(signer: LinkSigner, link: str) -> str:
    parts = urlsplit(link)
    return signer.verify(parts.path, dict(parse_qsl(parts.query)))


def test_a_link_leads_to_its_key_and_ends_in_the_files_name() -> None:
    signer = LinkSigner([SECRET], DrivenClock())
    link = signer.sign(KEY, 60)
    assert urlsplit(link).path == f"/files/{KEY}"
    assert verified(signer, link) == KEY


def test_a_link_expires() -> None:
    clock = DrivenClock()
    signer = LinkSigner([SECRET], clock)
    link = signer.sign(KEY, 60)
    clock.time += timedelta(seconds=59)
    assert verified(signer, link) == KEY
    clock.time += timedelta(seconds=1)
    with pytest.raises(LinkExpired):
        verified(signer, link)


@pytest.mark.parametrize(
    ("old", "new"),
    [("123", "124"), (".mp4", ".mp3"), ("v=1", "v=2"), ("e=1", "e=2"), ("k=", "k=0"), ("&s=", "&s=A"),
     ("&s=", "&t="), ("e=", "e=+"), ("e=", "e=0"), ("e=", "e=%C3%A9"), ("&s=", "&s=%C3%A9")],
)  # fmt: skip
def test_a_changed_link_is_forged(old: str, new: str) -> None:
    clock = DrivenClock()
    signer = LinkSigner([SECRET], clock)
    link = signer.sign(KEY, 60)
    assert old in link
    with pytest.raises(LinkForged):
        verified(signer, link.replace(old, new, 1))


def test_a_forged_link_is_forged_even_when_it_is_old() -> None:
    clock = DrivenClock()
    link = LinkSigner([OTHER], clock).sign(KEY, 60)
    clock.time += timedelta(days=1)
    with pytest.raises(LinkForged):
        verified(LinkSigner([SECRET], clock), link)


def test_a_link_signed_with_an_older_secret_of_the_ring_still_works() -> None:
    clock = DrivenClock()
    link = LinkSigner([SECRET], clock).sign(KEY, 60)
    ring = LinkSigner([OTHER, SECRET], clock)
    assert verified(ring, link) == KEY
    assert verified(LinkSigner([OTHER], clock), ring.sign(KEY, 60)) == KEY


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LinkSigner([b"short"], DrivenClock())


def test_a_secret_survives_a_restart_and_is_its_owners_alone(tmp_path: Path) -> None:
    kept = SecretFiles(tmp_path / "data")
    secret = load_or_create_secret(kept, "link-secret")
    assert len(secret) == 32
    assert load_or_create_secret(kept, "link-secret") == secret
    assert stat.S_IMODE((tmp_path / "data" / "link-secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abcd")
    with pytest.raises(InvalidSetting, match="must hold 64 hexadecimal digits"):
        load_or_create_secret(SecretFiles(tmp_path), "secret")


def test_a_link_names_the_owner_that_it_was_signed_for() -> None:
    def refuse(owner: str) -> None:
        raise LinkExpired(owner)

    signer = LinkSigner([SECRET], DrivenClock(), check_owner=refuse)
    link = signer.for_owner("key_1").sign(KEY, 60)
    with pytest.raises(LinkExpired, match="key_1"):
        verified(signer, link)
    for changed in (link.replace("o=key_1&", ""), link.replace("key_1", "key_2")):
        with pytest.raises(LinkForged):
            verified(signer, changed)
    assert verified(signer, signer.sign(KEY, 60)) == KEY
