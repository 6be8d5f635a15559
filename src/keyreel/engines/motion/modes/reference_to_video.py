"""Reference-to-video: subjects cut out of their images act in one scene, seen by a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.acting.living_cutout import enliven_cutouts
from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.campfire import create_campfire
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.effects.steam import create_steam
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.playback import compute_scene_seconds
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.subjects import (
    choose_default_place,
    list_instructions,
    list_subject_names,
)
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect, Locomotion, Playback, SubjectAction
from keyreel.engines.motion.scenery.moving.hearth import Anchor, Hearth
from keyreel.engines.motion.scenery.place_recipe import EffectSpot
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.subjects import cutouts, scene, staging
from keyreel.engines.motion.subjects.drawing import draw_steam_over, draw_subject
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.steam import Steam
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import ParsedPrompt, SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.order import Order

_PIVOT_DISPARITY: Final = 0.6
"""The disparity around which the camera orbits."""
_DEFAULT_CAMERA_STRENGTH: Final = 0.75
"""Factor on the default camera moves where the amplitude is left to the engine."""


_CAMPFIRE_SPOT: Final = EffectSpot(0.76, 0.84, 0.24, 0.6)
"""Where a campfire burns in a scene that is a given image."""


def render_reference_to_video(order: Order, networks: Networks) -> Iterator[Frame]:
    """Yield the shot's frames, uint8 [height, width, 3], RGB.

    Raises:
        RenderFailed: an image cannot be read.
    """
    shot = order.shots[0]
    parsed = parse_prompt(shot.prompt, list_subject_names(order))
    cast, scene_image = _split_references(order, parsed, networks)
    if scene_image is None:
        parsed = _move_to_land(_add_default_place(parsed, cast), cast)
    reference_scene = _create_scene(scene_image, parsed, cast, order)
    staged_subjects = staging.position_subjects(cast, reference_scene, order, parsed.relations)
    living_cutouts = enliven_cutouts(staged_subjects, order, networks)
    camera_options = path.CameraOptions(shot.frames, order.amplitude, _PIVOT_DISPARITY, order.seed)
    effects = ShotEffects(
        parsed, reference_scene.canvas.rest_frame, order.frame_size, order.seed, fade_in=False
    )
    hearth = _create_hearth(parsed, reference_scene, order)
    steam = _create_steam(parsed, order)
    # The smallest is most likely the cup; far ones come first.
    steaming = min(staged_subjects, key=lambda each: each.start.height, default=None)
    poses = path.plan_camera_path(_choose_cues(parsed, order), camera_options)
    for index, pose in enumerate(parallax.confine_path(poses, reference_scene.view)):
        frame = reference_scene.render_view(pose, reference_scene.view)
        effects.draw_behind(frame, index, shot.frames)
        seconds = compute_scene_seconds(parsed.playback, index, shot.frames, begins_at_rest=False)
        if hearth:
            hearth.draw(frame, pose, reference_scene.view, seconds)
        # In a timelapse the subjects keep their own pace: six times as fast they would be gone at once.
        own_seconds = index / FPS if parsed.playback is Playback.TIMELAPSE else seconds
        for living in living_cutouts:
            living.draw(own_seconds)
        for subject in staged_subjects:
            draw_subject(subject, frame, pose, scene=reference_scene, seconds=own_seconds)
        if steam and steaming:
            draw_steam_over(steam, steaming, frame, pose, scene=reference_scene, seconds=own_seconds)
        effects.draw_in_front(frame, index, shot.frames)
        yield frame


def _create_scene(
    scene_image: Frame | None,
    parsed: ParsedPrompt,
    cast: list[tuple[Cutout, SubjectInstruction]],
    order: Order,
) -> scene.Scene:
    """Create the scene of a given image, or else the drawn one of the prompt."""
    if scene_image is not None:
        return scene.create_scene_from_image(scene_image, parsed, order.frame_size)
    aerial = bool(cast) and all(_is_flying(instruction) for _, instruction in cast)
    return scene.create_scene_from_prompt(parsed, order.frame_size, order.seed, aerial=aerial)


def _create_steam(parsed: ParsedPrompt, order: Order) -> Steam | None:
    strength = parsed.get_effect_strength(Effect.STEAM)
    return create_steam(np.random.default_rng([order.seed, 41]), strength) if strength else None


def _create_hearth(parsed: ParsedPrompt, reference_scene: scene.Scene, order: Order) -> Hearth | None:
    """Create the fire of a scene: in its hearth, or where a given image is asked to have one."""
    strength, spot = parsed.get_effect_strength(Effect.CAMPFIRE), reference_scene.hearth
    if spot is None and strength:
        spot = _CAMPFIRE_SPOT
    if spot is None:
        return None
    x, row, height, _ = spot.fit_to(order.frame_size)
    fire = create_campfire(np.random.default_rng([order.seed, 61]), strength or 1.0)
    return Hearth(fire, Anchor(x, row, height, reference_scene.compute_disparity(row)))


def _split_references(
    order: Order, parsed: ParsedPrompt, networks: Networks
) -> tuple[list[tuple[Cutout, SubjectInstruction]], Frame | None]:
    """Split the references into the subjects, cut out, and the scene image.

    The scene is the one that the prompt says, or else the first image in which nothing stands out.
    """
    cast: list[tuple[Cutout, SubjectInstruction]] = []
    scene_image: Frame | None = None
    for subject, instruction in zip(order.subjects, list_instructions(order, parsed), strict=True):
        images = [load_image(Path(image)) for image in subject.images]
        if instruction.is_scene and instruction.name and scene_image is None:
            scene_image = images[0]
            continue
        cutout = _choose_cutout(
            images,
            networks,
            is_place_expected=instruction.contains_others and bool(instruction.name) and scene_image is None,
        )
        if cutout is not None:
            cast.append((cutout, instruction))
        elif scene_image is None:
            scene_image = images[0]
    return cast, scene_image


def _choose_cutout(images: list[Frame], networks: Networks, *, is_place_expected: bool) -> Cutout | None:
    """Return the first cutout that no edge of its image cuts off; else the first at all."""
    first: Cutout | None = None
    for image in images:
        cutout = cutouts.extract_cutout(image, networks, is_place_expected=is_place_expected)
        if cutout and not (cutout.cut_left or cutout.cut_right or cutout.cut_below or cutout.cut_above):
            return cutout
        first = first or cutout
    return first


def _add_default_place(parsed: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    return replace(parsed, place=parsed.place or choose_default_place(instruction for _, instruction in cast))


def _move_to_land(parsed: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    """Move the scene to land where a subject neither swims nor flies: to a beach, or into a street."""
    stands = any(
        not (
            cutout.cut_below
            or _is_flying(instruction)
            or instruction.locomotion is Locomotion.SWIMS
            or instruction.action is SubjectAction.FLOAT
        )
        for cutout, instruction in cast
    )
    place = RECIPES[parsed.place].land_alternative if parsed.place else None
    return replace(parsed, place=place) if place and stands else parsed


def _is_flying(instruction: SubjectInstruction) -> bool:
    return (
        instruction.locomotion is Locomotion.FLIES
        or instruction.is_airborne
        or instruction.action is SubjectAction.FLY
    )


def _choose_cues(parsed: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    if parsed.cues:
        return parsed.cues
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    strength = _DEFAULT_CAMERA_STRENGTH if order.amplitude is Amplitude.AUTO else 1.0
    return tuple(
        replace(cue, strength=cue.strength * strength)
        for cue in (CameraCue(CameraMove.PUSH_IN, 0.7), CameraCue(side, 0.35))
    )
