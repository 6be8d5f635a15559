"""The vocabulary of prompts, English and Chinese, as data: what its words stand for, phases and negation.

A pattern is a regular expression over one lower-case clause.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CameraMove(StrEnum):
    """What the camera does. Directions are the camera's: panning left moves the image's content right."""

    PUSH_IN = "push_in"
    PULL_OUT = "pull_out"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    DOLLY_ZOOM = "dolly_zoom"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    TRACK_LEFT = "track_left"
    TRACK_RIGHT = "track_right"
    RISE = "rise"
    SINK = "sink"
    ORBIT_LEFT = "orbit_left"
    ORBIT_RIGHT = "orbit_right"
    HANDHELD = "handheld"
    STATIC = "static"


class Effect(StrEnum):
    """What happens to air and light."""

    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    FIRE = "fire"
    EMBERS = "embers"
    STEAM = "steam"
    LEAVES = "leaves"
    PETALS = "petals"
    WIND = "wind"
    NIGHT = "night"
    DAY = "day"
    SUNSET = "sunset"
    DAWN = "dawn"
    STORM = "storm"
    LIGHTNING = "lightning"
    STARS = "stars"
    AURORA = "aurora"
    UNDERWATER = "underwater"
    CAMPFIRE = "campfire"
    MONOCHROME = "monochrome"
    SEPIA = "sepia"


class Playback(StrEnum):
    """How the time of a scene runs; the camera keeps its own pace."""

    TIMELAPSE = "timelapse"
    SLOW_MOTION = "slow_motion"
    FREEZE = "freeze"
    REVERSE = "reverse"


class SubjectAction(StrEnum):
    """What a subject does."""

    IDLE = "idle"
    WALK = "walk"
    RUN = "run"
    DRIVE = "drive"
    JUMP = "jump"
    FLY = "fly"
    FLOAT = "float"
    DANCE = "dance"
    WAVE = "wave"
    TURN = "turn"


TRAVELLING_ACTIONS: Final = frozenset(
    {
        SubjectAction.WALK,
        SubjectAction.RUN,
        SubjectAction.DRIVE,
        SubjectAction.FLY,
        SubjectAction.JUMP,
        SubjectAction.FLOAT,
    }
)
"""What takes a subject to another place."""


class Place(StrEnum):
    """Where a scene lies."""

    SEA = "sea"
    BEACH = "beach"
    LAKE = "lake"
    UNDERWATER = "underwater"
    MOUNTAINS = "mountains"
    FOREST = "forest"
    CITY = "city"
    DESERT = "desert"
    ROOM = "room"
    SPACE = "space"
    SKY = "sky"
    SNOWFIELD = "snowfield"
    SNOWPEAKS = "snowpeaks"
    MEADOW = "meadow"
    SKYLINE = "skyline"
    VILLAGE = "village"
    WATERFALL = "waterfall"
    BAMBOO = "bamboo"
    SNOWWOOD = "snowwood"
    FIREPLACE = "fireplace"
    CAFE = "cafe"
    TABLE = "table"


class TimeOfDay(StrEnum):
    """The light of a scene; an overcast sky counts as one."""

    DAWN = "dawn"
    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    OVERCAST = "overcast"


class Season(StrEnum):
    """The season of a scene."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Locomotion(StrEnum):
    """How a subject moves by nature, known from its name."""

    FLIES = "flies"
    SWIMS = "swims"


_CN_GO = r"[^左右，。]{0,2}(?:走|跑|飞|游|驶|移|划|飘|漂|滑|冲|摇)[^左右，。]{0,2}?"
_EN_HOURS = r"(?:day(?:light|time)?|noon|afternoon|sunset|dusk|evening|night(?:time|fall)?|midnight|dawn|sunrise|morning)"
_EN_BECOMES = (
    r"\s+(?:\w+ly\s+)?(?:turn|chang|fad|becom|transition|pass|shift|giv)(?:e|s|es|ing)?(?:\s+way)?\s+(?:in)?(?:to\s+)?"
    r"|\s+(?:in)?to\s+|\s*->\s*"
)
_CN_HOURS = r"(?:白天|白昼|夜晚|黑夜|夜里|黄昏|傍晚|日落|日出|清晨|早晨|早上|正午|晚上)"
_CN_BECOMES = r"(?:渐渐|逐渐|慢慢|缓缓)?(?:变成了?|变为|变到|转为|转成|转到|过渡到|过渡为|化为|到|至|入)"

# Of a path only its end counts: these are rewritten before anything is matched.
PATH_REWRITES: Final = (
    (r"(?:from )?(?:the )?left(?: side)?[\s-]+to[\s-]+(?:the )?right(?: side)?", " rightwards "),
    (r"(?:from )?(?:the )?right(?: side)?[\s-]+to[\s-]+(?:the )?left(?: side)?", " leftwards "),
    (
        r"\b((?:pan|mov|com|enter|walk|run|slid|fl[iy]|driv|sail|swim)\w*(?:\s+\w+){0,2}?)\s+from (?:the )?left\b(?! to)",
        r"\1 rightwards ",
    ),
    (
        r"\b((?:pan|mov|com|enter|walk|run|slid|fl[iy]|driv|sail|swim)\w*(?:\s+\w+){0,2}?)\s+from (?:the )?right\b(?! to)",
        r"\1 leftwards ",
    ),
    (r"(?:from )?(?:the )?(?:bottom|ground)[\s-]+(?:up )?to[\s-]+(?:the )?(?:top|sky)", " upwards "),
    (r"(?:from )?(?:the )?(?:top|sky)[\s-]+(?:down )?to[\s-]+(?:the )?(?:bottom|ground)", " downwards "),
    (rf"\b(?:from )?{_EN_HOURS}(?:{_EN_BECOMES})(?=day)", " daylight "),
    (rf"\b(?:from )?{_EN_HOURS}(?:{_EN_BECOMES})(?={_EN_HOURS}\b)", " "),
    (r"[从由自]左[侧边]?[到往向至朝]右[侧边]?", "向右"),
    (r"[从由自]右[侧边]?[到往向至朝]左[侧边]?", "向左"),
    (rf"[从由自]左[侧边面]?({_CN_GO})[到往向至朝]右[侧边面]?", r"向右\1"),
    (rf"[从由自]右[侧边面]?({_CN_GO})[到往向至朝]左[侧边面]?", r"向左\1"),
    (r"[从由自]左[侧边面](?=[走跑飞游驶移划飘漂滑冲摇进入])", "向右"),
    (r"[从由自]右[侧边面](?=[走跑飞游驶移划飘漂滑冲摇进入])", "向左"),
    (r"[从由自][下底][到往向至朝]上", "向上"),
    (r"[从由自][上顶][到往向至朝]下", "向下"),
    (rf"[从由]?{_CN_HOURS}{_CN_BECOMES}(?={_CN_HOURS})", ""),
)

NEGATION_PATTERNS: Final = (
    r"(?:\bno|\bnot|n['’]t|\bwithout|\bnever|\bavoid(?:ing)?|\bdont|\bstop(?= \w+ing\b))\s+(?:[\w-]+\s+){0,2}$",
    r"(?:不要|不(?![断停时由禁知仅但过同])|没有|没(?!入)|无(?![人比数尽边限])|别(?![墅致的人])|禁止|避免|停止)(?:[^，。,.]{0,2})$",
)
DENIED_AFTER_PATTERN: Final = (
    r"\s*(?:\w+\s+)?(?:stop(?:s|ped)?|ends?\b(?! (?:on|in|at|with|up))|ended|ceas\w+|clears?(?: up)?|lifts|fades? away)\b"
    r"|(?:渐渐|逐渐|慢慢|已经|都)?(?:停|止|散[去开了]|消[失散])"
)

CLAUSE_END_PATTERN: Final = r"[.,;!?\n，。；！？、]+"
CUT_PATTERN: Final = (
    r"\b(?:(?:hard |jump |smash )?cut(?:s|ting)?|switch(?:es)?) to\b|\b(?:next|new) (?:shot|scene)\b"
    r"|切换?[到至]|切镜|转场|下一[个镜幕]+头?"
)
PHASE_JOINT_PATTERN: Final = (
    rf"{CUT_PATTERN}|\b(?:fad|dissolv|transition)(?:e|es|s|ing)? (?:in)?to (?=(?:a|an|the) )|"
    r"\b(?:and then|then|after that|afterwards|finally|followed by|next(?! (?:to|door)))\b|然后|接着|随后|之后|最后|接下来|最终"
    r"|再(?=[推拉摇移缩放向往朝缓慢快环绕升降]|镜头)"
)

WEAKER_PATTERN: Final = r"\b(?:slow(?:ly)?|gentl[ey]|subtl[ey]|slight(?:ly)?|soft(?:ly)?|calm(?:ly)?|light|a little|delicate(?:ly)?)\b|缓缓|慢慢|缓慢|轻轻|微微|稍微|小幅|轻微|小(?=雨|雪|雾)|薄(?=雾)|微(?=风)"
STRONGER_PATTERN: Final = r"\b(?:fast|quick(?:ly)?|rapid(?:ly)?|dramatic(?:ally)?|heavy|heavily|strong(?:ly)?|thick|dense|intense(?:ly)?|wild(?:ly)?|storm\w*|whip|hard|blizzard|downpour|sudden(?:ly)?)\b|快速|迅速|猛|剧烈|大幅|强烈|飞快|浓|暴|狂|大(?=雨|雪|雾|风|火)"
