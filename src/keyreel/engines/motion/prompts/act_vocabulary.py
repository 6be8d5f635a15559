"""What prompts have faces do, English and Chinese, as data: smile, blink, nod, look somewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """What the head and the face of a person do. Left and right are the image's."""

    SMILE = "smile"
    LAUGH = "laugh"
    BLINK = "blink"
    CLOSE_EYES = "close_eyes"
    NOD = "nod"
    SHAKE_HEAD = "shake_head"
    TILT_HEAD = "tilt_head"
    LOOK_LEFT = "look_left"
    LOOK_RIGHT = "look_right"
    LOOK_UP = "look_up"
    LOOK_DOWN = "look_down"
    LOOK_AT_VIEWER = "look_at_viewer"
    TURN_HEAD = "turn_head"
    BREATHE = "breathe"


_OWN: Final = r"(?:her|his|their|its|the)"
_LOOK: Final = (
    r"\b(?:look(?:s|ing)?|glanc(?:e|es|ing)|gaz(?:e|es|ing)|star(?:e|es|ing)|peer(?:s|ing)?"
    rf"|turn(?:s|ing)? {_OWN} (?:head|face|eyes|gaze))(?: \w+ly)?"
)
ACT_PATTERNS: Final = (
    (
        Act.SMILE,
        r"\b(?:smil(?:e|es|ing)|grin(?:s|ning)?)\b|微笑|浅笑|含笑|笑容|笑了|笑着|笑起来|露出.{0,3}笑",
    ),
    (Act.LAUGH, r"\b(?:laugh(?:s|ing)?|giggl(?:e|es|ing)|chuckl(?:e|es|ing))\b|大笑|欢笑|哈哈|笑出声"),
    (Act.BLINK, rf"\bblink(?:s|ing)?\b(?: {_OWN} eyes?)?|眨.{{0,2}}眼睛?|眨眼"),
    (Act.CLOSE_EYES, rf"\b(?:clos|shut)(?:e|es|s|ing|ting)? {_OWN} eyes\b|闭上?.{{0,2}}眼睛?|闭目"),
    (Act.NOD, rf"\bnod(?:s|ding)?\b(?: {_OWN} head)?|点了?点?头"),
    (Act.SHAKE_HEAD, rf"\bsh(?:ake|akes|aking) {_OWN} head\b|摇了?摇?头(?!发)"),
    (Act.TILT_HEAD, rf"\b(?:tilt|cock)(?:s|ing)? {_OWN} head\b|歪.{{0,2}}头|侧着?头"),
    (
        Act.LOOK_LEFT,
        rf"{_LOOK} (?:(?:to|towards?) (?:{_OWN} )?)?left(?:wards?)?\b|[看望]向?左[边侧方面]?|[向往朝]左[边侧方面]?[看望]|头[转扭]?向左",
    ),
    (
        Act.LOOK_RIGHT,
        rf"{_LOOK} (?:(?:to|towards?) (?:{_OWN} )?)?right(?:wards?)?\b|[看望]向?右[边侧方面]?|[向往朝]右[边侧方面]?[看望]|头[转扭]?向右",
    ),
    (Act.LOOK_UP, rf"{_LOOK} up(?:wards?)?\b|抬.{{0,2}}头|仰望|[向往朝]上[看望]|[看望]向天空"),
    (Act.LOOK_DOWN, rf"{_LOOK} down(?:wards?)?\b|低.{{0,2}}头|俯视|[向往朝]下[看望]"),
    (
        Act.LOOK_AT_VIEWER,
        rf"{_LOOK} (?:at|to|into|towards?) (?:the camera|the viewer|the lens|us|me)\b|[看望]着?向?(?:镜头|观众|我们)|直视镜头|面向镜头",
    ),
    (Act.TURN_HEAD, rf"\bturn(?:s|ing)? {_OWN} head\b(?: around)?|[转扭]过?头"),
    (Act.BREATHE, r"\bbreath(?:e|es|ing)\b|呼吸"),
)
"""A clause may have several; what names a direction also turns the head."""

CAMERA_ACTS_PATTERN: Final = r"\b(?:camera|shot|view)(?: \w+ly| then)? ?$|(?<![看向对着])镜头[^，。]?$"
"""What stands before an act of the camera's: "the camera looks up"."""
