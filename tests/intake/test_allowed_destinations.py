"""What the text of an address tells of where it leads is told on arrival, with the setting that opens it."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidRequest, PictureUnreachable
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.storage.memory import open_memory_storage
from support.hostile import LOOPBACK, OPENED, Request

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = Destinations()
PRIVATE = "leads to a private address; the operator can allow networks with KEYREEL_EGRESS_ALLOW"
PORTS = r"only ports 80, 443, 8080 and 8443 are allowed \(the operator can change this"
MALFORMED = "has a malformed host or port"


def received(url: str, destinations: Destinations) -> str:
    intake = Intake(open_memory_storage(), EgressClient(destinations))
    return asyncio.run(intake.receive(Request(images=(url,)), tenant="ann")).request.images[0]


@pytest.mark.parametrize(
    ("url", "destinations"),
    [
        ("https://example.com/a.png", CLOSED),
        ("https://example.com:8443/a.png", CLOSED),
        ("https://bücher.example/a.png", CLOSED),
        ("http://8.8.8.8/a.png", CLOSED),
        ("http://[2606:4700::1]:443/a.png", CLOSED),
        ("http://127.0.0.1:3000/a.png", OPENED),
        ("http://localhost:3000/a.png", OPENED),
        ("http://app.localhost.:3000/a.png", OPENED),
        ("http://[::1]:3000/a.png", Destinations((ip_network("::1/128"),))),
        ("http://localhost:3000/a.png", Destinations((ip_network("::1/128"),))),
        # Whether a name leads into an opened network is known once it is looked up.
        ("http://minio:9000/a.png", OPENED),
        ("https://example.com:3000/a.png", Destinations(ports=(443, 3000))),
    ],
)
def test_takes_what_may_lead_somewhere(url: str, destinations: Destinations) -> None:
    assert received(url, destinations) == url


@pytest.mark.parametrize(
    ("url", "destinations", "reason"),
    [
        ("http://127.0.0.1:3000/a.png", CLOSED, PRIVATE),
        ("http://localhost/a.png", CLOSED, PRIVATE),
        ("http://LOCALHOST./a.png", CLOSED, PRIVATE),
        ("http://[::1]/a.png", OPENED, PRIVATE),
        ("http://[::ffff:10.0.0.7]/a.png", OPENED, PRIVATE),
        ("http://10.0.0.7/a.png", OPENED, PRIVATE),
        ("http://169.254.169.254/latest/", CLOSED, PRIVATE),
        ("http://168.63.129.16/", CLOSED, PRIVATE),
        ("http://127。0。0。1/", CLOSED, PRIVATE),
        ("https://example.com:3000/a.png", CLOSED, f"uses port 3000; {PORTS}"),
        ("http://8.8.8.8:22/a.png", OPENED, f"uses port 22; {PORTS}"),
        ("http://example.com/a.png", Destinations(ports=(443,)), "uses port 80; only port 443 is allowed"),
        ("http://127.1/", CLOSED, MALFORMED),
        ("http://2130706433/", CLOSED, MALFORMED),
        ("http://a..b/", CLOSED, MALFORMED),
        ("http://-a-.example.com/", CLOSED, MALFORMED),
        ("http://" + "a" * 80 + ".com/", CLOSED, MALFORMED),
    ],
)
def test_tells_what_never_can(url: str, destinations: Destinations, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=rf"^images\[0\]: the URL {reason}") as refused:
        received(url, destinations)
    assert refused.value.field == "images[0]"


@pytest.mark.parametrize("name", ["nowhere.invalid", "inside.test"])
def test_a_port_that_only_a_lookup_can_open_is_named_whatever_the_name_is(name: str, tmp_path: Path) -> None:
    def resolver(host: str, *_: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        if host == "nowhere.invalid":
            raise OSError("no such name")
        return [(2, 1, 6, "", ("10.0.0.7", 9000))]

    egress = EgressClient(Destinations((LOOPBACK,)), resolver=resolver, failure_seconds=0)
    asked = Request(images=(f"http://{name}:9000/a.png",))
    with pytest.raises(PictureUnreachable) as failed:
        asyncio.run(
            Intake(open_memory_storage(), egress).gather(asked, asked.to_order(1), tmp_path, tenant="ann")
        )
    assert failed.value.message == (
        "images[0]: the image could not be downloaded (outside of KEYREEL_EGRESS_ALLOW only ports 80, "
        "443, 8080 and 8443 are allowed)."
    )
