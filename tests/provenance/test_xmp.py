"""Packets are written as other tools read them, and read whoever wrote them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from keyreel.engine import DigitalSourceType
from keyreel.provenance.xmp import XmpProperties, build_box, build_jpeg_packet, build_packet, read_properties

if TYPE_CHECKING:
    from pathlib import Path

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def in_a_file(content: bytes) -> BytesIO:
    """Wrap a packet into an MP4's box, between two others."""
    return BytesIO(b"\0\0\0\x08free" + build_box(content) + b"\0\0\0\x08skip")


@pytest.mark.parametrize(
    "identifier",
    ['{"Label":"1"}', '{"name": "画面 \\"x\\" \\\\"} \n', "a < b & c > d ]]> \t\r\n", "", "x" * 500_000],
    ids=["json", "unicode", "markup", "none", "500 kB"],
)
def test_what_is_written_is_read(identifier: str) -> None:
    found = read_properties(in_a_file(build_packet(identifier, DigitalSourceType.COMPOSITE)))
    assert found == XmpProperties(identifier, COMPOSITE)


def test_a_packet_is_xml_in_the_published_namespaces() -> None:
    tree = ET.fromstring(build_packet("text", DigitalSourceType.TRAINED).decode())  # noqa: S314 - we wrote it
    assert tree.tag == "{adobe:ns:meta/}xmpmeta"
    names = {element.tag for element in tree.iter()}
    assert "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC" in names
    assert "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType" in names


@pytest.mark.parametrize("unwritable", ["a\x01b", "a\ufffeb", "\ud800"])
def test_what_xml_cannot_hold_is_left_out(unwritable: str) -> None:
    assert read_properties(in_a_file(build_packet(unwritable, DigitalSourceType.TRAINED))).identifier == ""


def test_a_jpegs_packet_fits_into_its_segment() -> None:
    assert b"x" * 500 in build_jpeg_packet("x" * 500, DigitalSourceType.TRAINED)
    short = build_jpeg_packet("x" * 66_000, DigitalSourceType.TRAINED)
    assert len(short) < 1000
    assert b"trainedAlgorithmicMedia" in short


def test_properties_as_attributes_are_read_too() -> None:
    content = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:RDF><rdf:Description xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/" T:AIGC="one"/></rdf:RDF>'
        b"</x:xmpmeta>"
    )
    assert read_properties(in_a_file(content)) == XmpProperties("one", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<x>",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        b"<x>" * 100_000,
        bytes(range(256)),
    ],
    ids=["empty", "text", "cut off", "entities", "deep", "bytes"],
)
def test_a_box_that_holds_no_packet_says_nothing(content: bytes) -> None:
    assert read_properties(in_a_file(content)) == XmpProperties()


def test_a_file_without_the_box_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\0\0\0\x08free" * 5000)
    with (tmp_path / "file").open("rb") as file:
        assert read_properties(file) == XmpProperties()
