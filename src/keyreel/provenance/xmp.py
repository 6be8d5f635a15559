"""XMP packets with the AIGC identifier and the IPTC digital source type; knows no orders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from keyreel.media.mp4_boxes import iterate_boxes

if TYPE_CHECKING:
    from keyreel.engine import DigitalSourceType

XMP_BOX_UUID: Final = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
"""The extended type of the MP4 box that holds a packet (XMP specification, part 3)."""

SOURCE_TYPE_PREFIX: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The vocabulary of digital source types (IPTC NewsCodes)."""

_TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# What XML 1.0 cannot represent at all.
_INVALID_XML_PATTERN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_PACKET_BYTES: Final = 1 << 20  # of a packet that is read
# An APP1 segment's 65,533 bytes less the namespace that begins it (XMP specification, part 3).
_MAX_JPEG_PACKET_BYTES: Final = 65_502
_BOX_HEADER: Final = 8  # bytes


@dataclass(frozen=True, slots=True)
class XmpProperties:
    """What a packet states: the AIGC identifier and the source type's URL, each empty where absent."""

    identifier: str = ""
    source: str = ""


def build_packet(identifier: str, source: DigitalSourceType) -> bytes:
    """Return a packet; an identifier that XML cannot represent is left out."""
    aigc = "" if _INVALID_XML_PATTERN.search(identifier) else _format_element("TC260:AIGC", identifier)
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{_TC260}" xmlns:Iptc4xmpExt="{_IPTC}">'
        f"{_format_element('Iptc4xmpExt:DigitalSourceType', SOURCE_TYPE_PREFIX + source)}{aigc}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    return text.encode()


def build_jpeg_packet(identifier: str, source: DigitalSourceType) -> bytes:
    """Return a packet that fits into a JPEG's segment: without the identifier if that is too long."""
    whole = build_packet(identifier, source)
    return whole if len(whole) <= _MAX_JPEG_PACKET_BYTES else build_packet("\0", source)


def build_box(content: bytes) -> bytes:
    """Return the MP4 box that holds a packet; it may stand at a file's end."""
    return (
        (_BOX_HEADER + len(XMP_BOX_UUID) + len(content)).to_bytes(4, "big") + b"uuid" + XMP_BOX_UUID + content
    )


def read_properties(file: BinaryIO) -> XmpProperties:
    """Read the properties of an MP4's first XMP box; empty ones where none can be read."""
    content = _read_packet(file)
    # A document type can define entities that expand without end; no XMP has one.
    if not content or b"<!" in content:
        return XmpProperties()
    try:
        tree = ET.fromstring(content.strip(b"\0 \r\n\t"))  # noqa: S314 - bounded, and no entities, see above
    except (ET.ParseError, ValueError):
        return XmpProperties()
    return XmpProperties(
        _read_property(tree, f"{{{_TC260}}}AIGC"), _read_property(tree, f"{{{_IPTC}}}DigitalSourceType")
    )


def _format_element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, {chr(13): '&#13;'})}</{name}>"


def _read_property(tree: ET.Element, name: str) -> str:
    """Read a property, written as an element or as an attribute."""
    for element in tree.iter():
        if element.tag == name:
            return "".join(element.itertext())
        if name in element.attrib:
            return element.attrib[name]
    return ""


def _read_packet(file: BinaryIO) -> bytes:
    for found in iterate_boxes(file):
        if found.kind == XMP_BOX_UUID:
            file.seek(found.start)
            return file.read(min(found.size, _MAX_PACKET_BYTES))
    return b""
