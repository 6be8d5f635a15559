"""What prompts call the moves of a camera, English and Chinese, as data; patterns as in `vocabulary`."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts import pace_vocabulary
from keyreel.engines.motion.prompts.vocabulary import CameraMove

_UP_TO_FOUR_WORDS = r"(?:[\s-]+[\w@'’]+){0,4}?[\s-]+"
_CAMERA = r"\b(?:camera|shot|view|lens|drone|gimbal|we)\b"
_EN_LEFT = r"(?:to the |to |towards? the |towards? )?left(?:wards?)?\b"
_EN_RIGHT = r"(?:to the |to |towards? the |towards? )?right(?:wards?)?\b"
_EN_SIDEWAYS = r"\s+(?:\w+ly )?(?:to the |towards? the )?(?:left|right)(?:wards?)?\b"
_SLIDE = r"^(?:(?:an?|the|slow|smooth|lateral|gentle|quick|fast|long|short|then)\s+)*slid(?:es?|ing)\b"
_EN_UP = r"(?:up(?:wards?)?|skywards?)\b(?! close)"
_EN_DOWN = r"down(?:wards?)?\b"
_MOVE_VERB = r"\b(?:mov|slid|glid|travel|drift|go|float|fly|shift|sweep|swing|truck|track|dolly|dolli)(?:e|es|s|ing|ies|y)?"
_PAN = r"\b(?:whip[\s-])?pan(?:s|ned|ning)?\b"
_TILT = (
    r"(?:\b(?:tilt|pitch)(?:s|ed|ing)?\b(?! (?:her|his|its|their|the) (?:head|face|chin))"
    r"|(?:^|\b(?:camera|shot|view|lens|drone|gimbal|we)\b(?:\s+\w+){0,2}?\s+)(?:slowly )?look(?:s|ed|ing)?\b)"
)
# With the camera as the subject, or none, as in instructions to a camera.
_CAMERA_OR_ORDER = rf"(?:{_CAMERA}(?:[\s-]+[\w’]+){{0,3}}?[\s-]+|^(?:(?:and|then|first|start by|slowly|gently|smoothly|quickly|slow|smooth|fast)\s+)*)"
_ORBIT_VERB = r"(?:circl|arc|rotat|revolv|spin|swirl)"
_IN = r"(?:in(?:to|wards?)?|closer|forwards?|nearer)\b"
_OUT = r"(?:out(?:wards?)?|back(?:wards?)?|away)\b"
_ZH_CAMERA = "(?:镜头|摄像机|摄影机|相机|画面|视角)"
_ZH_ADVERBS = "(?:缓缓|慢慢|缓慢|快速|迅速|逐渐|轻轻|地|的|平稳|匀速|开始|再|持续|微微|稍微|小幅|大幅)*"

CAMERA_MOVE_PATTERNS: Final = (
    (
        CameraMove.DOLLY_ZOOM,
        r"\bdolly[\s-]zoom|vertigo (?:effect|shot|zoom)|\bzolly\b|希区柯克(?:式)?(?:变焦)?|滑动变焦|推轨变焦|眩晕变焦",
    ),
    (
        CameraMove.ZOOM_OUT,
        rf"\bzoom(?:s|ed|ing)?(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_OUT}|{_ZH_CAMERA}?{_ZH_ADVERBS}(?:缩小|变焦拉远|放远)|向外变焦|变焦推远",
    ),
    (
        CameraMove.ZOOM_IN,
        rf"\bzoom(?:s|ed|ing)?(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_IN}|\bzoom(?:s|ed|ing)? (?:on|to|at)\b|{_ZH_CAMERA}{_ZH_ADVERBS}放大|变焦放大|变焦推近|向内变焦",
    ),
    (
        CameraMove.PULL_OUT,
        rf"\b(?:pull|dolly|dolli)(?:s|es|ed|ing)?(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_OUT}"
        rf"|{_CAMERA_OR_ORDER}(?:track|mov|back|glid|fl[iy]|drift|float|slid|go|travel)(?:e|s|es|ed|ing)?(?!{_EN_SIDEWAYS})(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_OUT}"
        rf"|{_CAMERA}{_UP_TO_FOUR_WORDS}(?:retreat|reced)\w*|\bpull[\s-]?(?:back|out)\b|拉远|拉开|[由从自]近[及到至而往](?:而)?远"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:[向往]?后[退拉移撤]?|拉出|远离|后退|退后)|拉镜头?",
    ),
    (
        CameraMove.PUSH_IN,
        rf"\b(?:push|dolly|dolli|creep)(?:e|s|es|ed|ing)?(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_IN}|\bpush[\s-]?in\b"
        rf"|{_CAMERA_OR_ORDER}(?:mov|track|glid|fl[iy]|go|travel|com|float|drift|inch|eas)(?:e|y|s|es|ed|ing)?(?!{_EN_SIDEWAYS})(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_IN}"
        rf"|\b(?:bring|mov|tak|get)(?:e|es|s|ing)? the camera (?:\w+ )?{_IN}"
        rf"|{_CAMERA}{_UP_TO_FOUR_WORDS}(?:approach|advanc|close in|clos(?:es|ing) in)\w*|{_CAMERA}{_UP_TO_FOUR_WORDS}(?:{_MOVE_VERB}|push(?:es|ing)?) (?:\w+ly )?(?:towards? (?!the (?:left|right)|left|right)|through )|推[进近入]|拉近|[由从自]远[及到至而往](?:而)?近"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:[向往]?前[推进移]?|靠近|逼近|贴近|推向|俯冲)|推镜头?",
    ),
    (
        CameraMove.ORBIT_LEFT,
        rf"\b(?:orbit|circl|arc|rotat|revolv)\w*{_UP_TO_FOUR_WORDS}(?:{_EN_LEFT}|counter[\s-]?clockwise)|(?:向左|往左|逆时针)(?:环绕|旋转|绕)|左环绕",
    ),
    (
        CameraMove.ORBIT_RIGHT,
        rf"\b(?:orbit(?:s|al|ing)?|{_CAMERA}{_UP_TO_FOUR_WORDS}{_ORBIT_VERB}\w*|arc shot|(?:circl|rotat|revolv)(?:e|es|ing) (?:slowly )?around (?:the|him|her|it|them|@)"
        rf"|circl(?:es|ing) (?:the|him|her|it|them|@))|环绕|绕着|围绕|环拍|(?:向右|往右|顺时针)(?:旋转|绕)",
    ),
    (
        CameraMove.PAN_LEFT,
        rf"{_PAN}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_LEFT}|\bleft(?:ward)? pan\b|左摇|[向往朝]左{_ZH_ADVERBS}摇|摇[向往]左",
    ),
    (
        CameraMove.PAN_RIGHT,
        rf"{_PAN}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_RIGHT}|\bright(?:ward)? pan\b|右摇|[向往朝]右{_ZH_ADVERBS}摇|摇[向往]右",
    ),
    (
        CameraMove.TRACK_LEFT,
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_SLIDE}|{_CAMERA}{_UP_TO_FOUR_WORDS}(?:{_MOVE_VERB}|follow(?:s|ing)?))(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_LEFT}"
        rf"|^(?:slowly )?{_MOVE_VERB} (?:the camera )?(?:slowly )?{_EN_LEFT}|\b(?:mov|slid|shift)(?:e|es|ing) the camera (?:slowly )?{_EN_LEFT}"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:[向往朝]?左[侧边]?[横平移]*移|[向往朝]左)|(?<!向)左移(?!动)|[向往朝]左(?:平移|横移)|^(?:先|缓缓|慢慢|缓慢|快速)*[向往朝]左{_ZH_ADVERBS}移",
    ),
    (
        CameraMove.TRACK_RIGHT,
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_SLIDE}|{_CAMERA}{_UP_TO_FOUR_WORDS}(?:{_MOVE_VERB}|follow(?:s|ing)?))(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_RIGHT}"
        rf"|^(?:slowly )?{_MOVE_VERB} (?:the camera )?(?:slowly )?{_EN_RIGHT}|\b(?:mov|slid|shift)(?:e|es|ing) the camera (?:slowly )?{_EN_RIGHT}"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:[向往朝]?右[侧边]?[横平移]*移|[向往朝]右)|(?<!向)右移(?!动)|[向往朝]右(?:平移|横移)|^(?:先|缓缓|慢慢|缓慢|快速)*[向往朝]右{_ZH_ADVERBS}移",
    ),
    (
        CameraMove.TILT_UP,
        rf"{_TILT}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_UP}|{_PAN}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_UP}|上摇|[向往朝]上{_ZH_ADVERBS}摇|仰拍|仰视|{_ZH_CAMERA}{_ZH_ADVERBS}(?:[上仰]仰|仰起|抬起|上抬)",
    ),
    (
        CameraMove.TILT_DOWN,
        rf"{_TILT}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_DOWN}|{_PAN}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_DOWN}|下摇|[向往朝]下{_ZH_ADVERBS}摇|俯视|俯瞰|{_ZH_CAMERA}{_ZH_ADVERBS}(?:下俯|俯下|低下)",
    ),
    (
        CameraMove.RISE,
        rf"{_CAMERA}{_UP_TO_FOUR_WORDS}(?:ris|ascend|lift|climb)\w*|{_CAMERA}{_UP_TO_FOUR_WORDS}{_MOVE_VERB}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_UP}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? up|\bcrane shot(?: \w+ing)?|\b(?:rais|lift)(?:e|es|ing)? the camera|\bbird['’]s[\s-]eye|drone (?:shot )?(?:ris|ascend|tak)\w*"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:上升|升起|[向往朝]上|上移|升高|抬高|拉高)|升镜头|航拍上升|无人机{_ZH_ADVERBS}(?:上升|升)",
    ),
    (
        CameraMove.SINK,
        rf"{_CAMERA}{_UP_TO_FOUR_WORDS}(?:descend|lower|sink|div)\w*|\blower(?:s|ing)? the camera|{_CAMERA}{_UP_TO_FOUR_WORDS}{_MOVE_VERB}(?:{_UP_TO_FOUR_WORDS}|[\s-]+){_EN_DOWN}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? down"
        rf"|{_ZH_CAMERA}{_ZH_ADVERBS}(?:下降|降下|降落|[向往朝]下|下移|降低)|降镜头|无人机{_ZH_ADVERBS}(?:下降|降)",
    ),
    # Where a move is named without a direction, the usual one is meant.
    (CameraMove.PUSH_IN, pace_vocabulary.HYPERSPEED_PATTERN),
    (CameraMove.ZOOM_IN, pace_vocabulary.SNAP_ZOOM_PATTERN),
    (CameraMove.PAN_RIGHT, pace_vocabulary.WHIP_PAN_PATTERN),
    (
        CameraMove.PAN_RIGHT,
        rf"{_CAMERA_OR_ORDER}pan(?:s|ning)?\b|\bpanning\b|{_CAMERA}{_UP_TO_FOUR_WORDS}sweep\w* |\bpan(?:s|ning)? (?:\w+ly )?(?:across|over|along|around)\b|摇镜头?|摇拍|{_ZH_CAMERA}{_ZH_ADVERBS}(?:摇过|扫过|横扫)",
    ),
    (
        CameraMove.TRACK_RIGHT,
        r"\b(?:tracking|trucking|sliding|slider|lateral|side) shot|\btrack(?:s|ing)? (?:\w+ )?(?:alongside|beside|along)\b|横移|移镜头|平移镜头|侧跟",
    ),
    (
        CameraMove.ZOOM_IN,
        rf"{_CAMERA_OR_ORDER}zoom(?:s|ing)?\b|\b(?:slow|fast|quick|crash|smooth|gentle) zoom\b|变焦|{_ZH_CAMERA}{_ZH_ADVERBS}放大",
    ),
    (
        CameraMove.PUSH_IN,
        rf"\b(?:drone|fpv|aerial) (?:shot|footage|view|flies|flying|flight)|fly[\s-]?through|\b(?:dolly|steadicam|gimbal) shot|航拍|穿越机|无人机|斯坦尼康"
        rf"|{_CAMERA}(?:\s+\w+){{0,2}}?\s+follow(?:s|ing)?\b|\bfollow(?:ing)? (?:shot|cam)|{_ZH_CAMERA}{_ZH_ADVERBS}(?:跟随|跟着|追随|跟拍)|跟拍|跟镜头?",
    ),
    (
        CameraMove.HANDHELD,
        r"\bhand[\s-]?held\b|shaky cam|camera shak\w*|documentary style|手持|(?:镜头|画面|相机|摄像机)[^，。]{0,4}[晃抖]动|^(?:(?:轻微|微微|剧烈|强烈|猛烈|不停)地?)?[晃抖]动",
    ),
    (
        CameraMove.STATIC,
        r"\b(?:static|fixed|locked(?:[\s-](?:off|down))?|still|stationary|motionless|steady) (?:camera|shot|frame|view)"
        r"|camera:? (?:is |stays |remains |holds |keeps |stands )*(?:\w+ly )?(?:still|static|fixed|locked|stationary|motionless|in place|put)"
        r"|\b(?:keep|hold|lock)(?:s|ing)? the (?:camera|shot|frame) (?:\w+ly )?(?:still|static|fixed|steady|stationary|locked)"
        r"|\b(?:no|without(?: any)?|zero) camera (?:movements?|motion|moves?)|camera (?:does|must|should|will)(?:n['’]t| not) move|\b(?:do not|don['’]t) move the camera"
        r"|\btripod|固定(?:镜头|机位|视角)|静止(?:镜头|机位|画面)|(?:镜头|机位|摄像机|相机|画面)(?:保持)?(?:固定|静止|不动|不要动|别动|不移动)|定镜"
        r"|(?:不要|别|不)移动(?:镜头|相机|机位)|(?:没有|无|不要)(?:任何)?(?:镜头|相机|运镜)(?:运动|移动)?",
    ),
)
