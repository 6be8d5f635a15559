"""XMP packets: the AIGC identifier and the IPTC digital source type, as image and video tools read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from keyreel.provenance.mp4_boxes import boxes

if TYPE_CHECKING:
    from keyreel.engine import SourceType

BOX: Final = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
"""The extended type of the MP4 box that holds a packet (XMP specification, part 3)."""

SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The vocabulary of digital source types (IPTC NewsCodes)."""

_TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# What XML 1.0 has no way to write at all.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_BYTES: Final = 1 << 20
# An APP1 segment's 65,533 bytes less the name of its kind (XMP specification, part 3).
_MOST_IN_A_JPEG: Final = 65_502
_BOX_HEADER: Final = 8


@dataclass(frozen=True, slots=True)
class Marks:
    """What a packet says: the AIGC identifier and the full address of the source type, empty where silent."""

    identifier: str = ""
    source: str = ""


def packet(identifier: str, source: SourceType) -> bytes:
    """Write a packet; an identifier that XML cannot hold is left out."""
    aigc = "" if _UNWRITABLE.search(identifier) else _element("TC260:AIGC", identifier)
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{_TC260}" xmlns:Iptc4xmpExt="{_IPTC}">'
        f"{_element('Iptc4xmpExt:DigitalSourceType', SOURCE_TYPES + source)}{aigc}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    return text.encode()


def packet_for_jpeg(identifier: str, source: SourceType) -> bytes:
    """Write a packet that fits into a JPEG's segment: without the identifier where that is too long."""
    whole = packet(identifier, source)
    return whole if len(whole) <= _MOST_IN_A_JPEG else packet("\0", source)


def box(content: bytes) -> bytes:
    """Wrap a packet into the MP4 box for it, which may stand at a file's end."""
    return (_BOX_HEADER + len(BOX) + len(content)).to_bytes(4, "big") + b"uuid" + BOX + content


def marks_in(file: BinaryIO) -> Marks:
    """Read the marks of an MP4's first XMP box; nothing where there is none that can be read."""
    content = _packet_in(file)
    # A document type can define entities that expand without end; no XMP has one.
    if not content or b"<!" in content:
        return Marks()
    try:
        tree = ET.fromstring(content.strip(b"\0 \r\n\t"))  # noqa: S314 - bounded, and no entities, see above
    except (ET.ParseError, ValueError):
        return Marks()
    return Marks(_value(tree, f"{{{_TC260}}}AIGC"), _value(tree, f"{{{_IPTC}}}DigitalSourceType"))


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, {chr(13): '&#13;'})}</{name}>"


def _value(tree: ET.Element, name: str) -> str:
    """Read a property, written as an element or as an attribute."""
    for element in tree.iter():
        if element.tag == name:
            return "".join(element.itertext())
        if name in element.attrib:
            return element.attrib[name]
    return ""


def _packet_in(file: BinaryIO) -> bytes:
    for found in boxes(file):
        if found.kind == BOX:
            file.seek(found.start)
            return file.read(min(found.size, _MOST_BYTES))
    return b""
