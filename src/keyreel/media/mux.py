"""Joins, remuxes and tags encoded video without encoding it again; knows no frames."""

from __future__ import annotations

from fractions import Fraction
from heapq import merge
from typing import TYPE_CHECKING

import av

from keyreel.media.video_reader import open_undecoded
from keyreel.order import FPS
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    Packets = tuple[Sequence[Stream], Iterator[Packet[Stream]]]


def concatenate_videos(paths: Sequence[Path], out: Path, *, fps: int = FPS) -> None:
    """Join videos of one size end to end, frame for frame.

    Raises:
        ValueError: there are no videos, or they were not encoded with the same parameters.
    """
    if not paths:
        raise ValueError("there are no videos to join")
    with replace_atomically(out) as part, av.open(part, "w", format="mp4") as target:
        track: VideoStream | None = None
        start = delay = 0
        for path in paths:
            # Decoded a little: only frames tell how far the decoding times of the shortest videos run ahead.
            with av.open(path) as source:
                stream = source.streams.video[0]
                if track is None:
                    track = target.add_stream_from_template(stream)
                    delay = stream.codec_context.reorder_depth
                elif _get_codec_parameters(stream) != _get_codec_parameters(track):
                    raise ValueError(f"{path.name} was encoded differently from {paths[0].name}")
                count = 0
                for packet in _align_to_frames(source, stream, Fraction(1, fps)):
                    packet.pts, packet.dts = start + (packet.pts or 0), start + count - delay
                    packet.stream = track
                    target.mux(packet)
                    count += 1
            start += count


def remux(path: Path, out: Path, tags: Mapping[str, str], sound: Path | None = None) -> None:
    """Copy a video, the index in front (faststart), with these tags in moov/udta/meta.

    Its own sound is kept unless `sound` names another file: then that file's first sound track replaces it.
    """
    with open_undecoded(path) as source:
        images = source.streams.video[:1]
        if sound is None:
            _copy_packets([_demux_packets(source, [*images, *source.streams.audio[:1]])], out, tags)
            return
        with av.open(sound) as audio:
            _copy_packets(
                [_demux_packets(source, images), _demux_packets(audio, audio.streams.audio[:1])], out, tags
            )


def remove_audio(path: Path, out: Path) -> None:
    """Copy the video stream alone, without any sound track."""
    with open_undecoded(path) as source:
        _copy_packets([_demux_packets(source, source.streams.video[:1])], out, {})


def _demux_packets(source: InputContainer, streams: Sequence[Stream]) -> Packets:
    # The last packet that demux yields of each stream is empty: it flushes decoders.
    return streams, (packet for packet in source.demux(*streams) if packet.dts is not None)


def _copy_packets(sources: Sequence[Packets], out: Path, tags: Mapping[str, str]) -> None:
    # Without use_metadata_tags every key that FFmpeg does not know is dropped silently.
    flags = {"movflags": "+faststart+use_metadata_tags"}
    with replace_atomically(out) as part, av.open(part, "w", format="mp4", container_options=flags) as target:
        target.metadata.update(tags)
        tracks = [
            (stream, target.add_stream_from_template(stream)) for streams, _ in sources for stream in streams
        ]
        # Two files are interleaved by time: a muxer that waits for one track buffers the other.
        for packet in merge(*(packets for _, packets in sources), key=_get_decode_time):
            packet.stream = next(track for stream, track in tracks if stream is packet.stream)
            target.mux(packet)


def _get_decode_time(packet: Packet[Stream]) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _get_codec_parameters(stream: VideoStream) -> tuple[bytes | None, int, int]:
    codec = stream.codec_context
    return codec.extradata, codec.width, codec.height


def _align_to_frames(
    source: InputContainer, stream: VideoStream, frame: Fraction
) -> Iterator[Packet[VideoStream]]:
    """Yield the stream's packets in decoding order, their presentation times counted in frames.

    The caller sets the decoding times: how far they run ahead differs between a short video and a long one.
    """
    for packet in source.demux(stream):
        if packet.pts is None:
            continue
        frame_number = packet.pts * packet.time_base / frame
        if frame_number.denominator != 1:
            raise ValueError("a video's frames are not at equal times")
        packet.time_base = frame
        packet.pts, packet.duration = int(frame_number), 1
        yield packet
