"""What prompts call the moves of a camera, English and Chinese, as data; patterns as in `lexicon`."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Move

_WORDS = r"(?:[\s-]+[\w@'’]+){0,4}?[\s-]+"
_CAMERA = r"\b(?:camera|shot|view|lens|drone|gimbal|we)\b"
_EN_LEFT = r"(?:to the |to |towards? the |towards? )?left(?:wards?)?\b"
_EN_RIGHT = r"(?:to the |to |towards? the |towards? )?right(?:wards?)?\b"
_EN_UP = r"(?:up(?:wards?)?|skywards?)\b(?! close)"
_EN_DOWN = r"down(?:wards?)?\b"
_GO = r"\b(?:mov|slid|glid|travel|drift|go|float|fly|shift|sweep|swing|truck|track|dolly|dolli)(?:e|es|s|ing|ies|y)?"
_PAN = r"\b(?:whip[\s-])?pan(?:s|ned|ning)?\b"
_TILT = (
    r"(?:\b(?:tilt|pitch)(?:s|ed|ing)?\b(?! (?:her|his|its|their|the) (?:head|face|chin))"
    r"|(?:^|\b(?:camera|shot|view|lens|drone|gimbal|we)\b(?:\s+\w+){0,2}?\s+)(?:slowly )?look(?:s|ed|ing)?\b)"
)
# Said of the camera, or of nobody, as orders to a camera are.
_LEAD = rf"(?:{_CAMERA}(?:[\s-]+[\w’]+){{0,3}}?[\s-]+|^(?:(?:and|then|first|start by|slowly|gently|smoothly|quickly|slow|smooth|fast)\s+)*)"
_TURNING = r"(?:circl|arc|rotat|revolv|spin|swirl)"
_IN = r"(?:in(?:to|wards?)?|closer|forwards?|nearer)\b"
_OUT = r"(?:out(?:wards?)?|back(?:wards?)?|away)\b"
_LENS = "(?:镜头|摄像机|摄影机|相机|画面|视角)"
_SLOW = "(?:缓缓|慢慢|缓慢|快速|迅速|逐渐|轻轻|地|的|平稳|匀速|开始|再|持续|微微|稍微|小幅|大幅)*"

MOVES: Final = (
    (
        Move.DOLLY_ZOOM,
        r"\bdolly[\s-]zoom|vertigo (?:effect|shot|zoom)|\bzolly\b|希区柯克(?:式)?(?:变焦)?|滑动变焦|推轨变焦|眩晕变焦",
    ),
    (
        Move.ZOOM_OUT,
        rf"\bzoom(?:s|ed|ing)?(?:{_WORDS}|[\s-]+){_OUT}|{_LENS}?{_SLOW}(?:缩小|变焦拉远|放远)|向外变焦|变焦推远",
    ),
    (
        Move.ZOOM_IN,
        rf"\bzoom(?:s|ed|ing)?(?:{_WORDS}|[\s-]+){_IN}|\bzoom(?:s|ed|ing)? (?:on|to|at)\b|{_LENS}{_SLOW}放大|变焦放大|变焦推近|向内变焦",
    ),
    (
        Move.PULL_OUT,
        rf"\b(?:pull|dolly|dolli)(?:s|es|ed|ing)?(?:{_WORDS}|[\s-]+){_OUT}"
        rf"|{_LEAD}(?:track|mov|back|glid|fl[iy]|drift|float|slid|go|travel)(?:e|s|es|ed|ing)?(?:{_WORDS}|[\s-]+){_OUT}"
        rf"|{_CAMERA}{_WORDS}(?:retreat|reced)\w*|\bpull[\s-]?(?:back|out)\b|拉远|拉开|[由从自]近[及到至而往](?:而)?远"
        rf"|{_LENS}{_SLOW}(?:[向往]?后[退拉移撤]?|拉出|远离|后退|退后)|拉镜头?",
    ),
    (
        Move.PUSH_IN,
        rf"\b(?:push|dolly|dolli|creep)(?:e|s|es|ed|ing)?(?:{_WORDS}|[\s-]+){_IN}|\bpush[\s-]?in\b"
        rf"|{_LEAD}(?:mov|track|glid|fl[iy]|go|travel|com|float|drift|inch|eas)(?:e|y|s|es|ed|ing)?(?:{_WORDS}|[\s-]+){_IN}"
        rf"|\b(?:bring|mov|tak|get)(?:e|es|s|ing)? the camera (?:\w+ )?{_IN}"
        rf"|{_CAMERA}{_WORDS}(?:approach|advanc|close in|clos(?:es|ing) in)\w*|{_CAMERA}{_WORDS}(?:{_GO}|push(?:es|ing)?) (?:\w+ly )?(?:towards? (?!the (?:left|right)|left|right)|through )|推[进近入]|拉近|[由从自]远[及到至而往](?:而)?近"
        rf"|{_LENS}{_SLOW}(?:[向往]?前[推进移]?|靠近|逼近|贴近|推向|俯冲)|推镜头?",
    ),
    (
        Move.ORBIT_LEFT,
        rf"\b(?:orbit|circl|arc|rotat|revolv)\w*{_WORDS}(?:{_EN_LEFT}|counter[\s-]?clockwise)|(?:向左|往左|逆时针)(?:环绕|旋转|绕)|左环绕",
    ),
    (
        Move.ORBIT_RIGHT,
        rf"\b(?:orbit(?:s|al|ing)?|{_CAMERA}{_WORDS}{_TURNING}\w*|arc shot|(?:circl|rotat|revolv)(?:e|es|ing) (?:slowly )?around (?:the|him|her|it|them|@)"
        rf"|circl(?:es|ing) (?:the|him|her|it|them|@))|环绕|绕着|围绕|环拍|(?:向右|往右|顺时针)(?:旋转|绕)",
    ),
    (
        Move.PAN_LEFT,
        rf"{_PAN}(?:{_WORDS}|[\s-]+){_EN_LEFT}|\bleft(?:ward)? pan\b|左摇|[向往朝]左{_SLOW}摇|摇[向往]左",
    ),
    (
        Move.PAN_RIGHT,
        rf"{_PAN}(?:{_WORDS}|[\s-]+){_EN_RIGHT}|\bright(?:ward)? pan\b|右摇|[向往朝]右{_SLOW}摇|摇[向往]右",
    ),
    (
        Move.TRACK_LEFT,
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_CAMERA}{_WORDS}(?:{_GO}|follow(?:s|ing)?))(?:{_WORDS}|[\s-]+){_EN_LEFT}"
        rf"|^(?:slowly )?{_GO} (?:the camera )?(?:slowly )?{_EN_LEFT}|\b(?:mov|slid|shift)(?:e|es|ing) the camera (?:slowly )?{_EN_LEFT}"
        rf"|{_LENS}{_SLOW}(?:[向往朝]?左[侧边]?[横平移]*移|[向往朝]左)|(?<!向)左移(?!动)|[向往朝]左(?:平移|横移)|^(?:先|缓缓|慢慢|缓慢|快速)*[向往朝]左{_SLOW}移",
    ),
    (
        Move.TRACK_RIGHT,
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_CAMERA}{_WORDS}(?:{_GO}|follow(?:s|ing)?))(?:{_WORDS}|[\s-]+){_EN_RIGHT}"
        rf"|^(?:slowly )?{_GO} (?:the camera )?(?:slowly )?{_EN_RIGHT}|\b(?:mov|slid|shift)(?:e|es|ing) the camera (?:slowly )?{_EN_RIGHT}"
        rf"|{_LENS}{_SLOW}(?:[向往朝]?右[侧边]?[横平移]*移|[向往朝]右)|(?<!向)右移(?!动)|[向往朝]右(?:平移|横移)|^(?:先|缓缓|慢慢|缓慢|快速)*[向往朝]右{_SLOW}移",
    ),
    (
        Move.TILT_UP,
        rf"{_TILT}(?:{_WORDS}|[\s-]+){_EN_UP}|{_PAN}(?:{_WORDS}|[\s-]+){_EN_UP}|上摇|[向往朝]上{_SLOW}摇|仰拍|仰视|{_LENS}{_SLOW}(?:[上仰]仰|仰起|抬起|上抬)",
    ),
    (
        Move.TILT_DOWN,
        rf"{_TILT}(?:{_WORDS}|[\s-]+){_EN_DOWN}|{_PAN}(?:{_WORDS}|[\s-]+){_EN_DOWN}|下摇|[向往朝]下{_SLOW}摇|俯拍|俯视|俯瞰|{_LENS}{_SLOW}(?:下俯|俯下|低下)",
    ),
    (
        Move.RISE,
        rf"{_CAMERA}{_WORDS}(?:ris|ascend|lift|climb)\w*|{_CAMERA}{_WORDS}{_GO}(?:{_WORDS}|[\s-]+){_EN_UP}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? up|\bcrane shot(?: \w+ing)?|\b(?:rais|lift)(?:e|es|ing)? the camera|\bbird['’]s[\s-]eye|drone (?:shot )?(?:ris|ascend|tak)\w*"
        rf"|{_LENS}{_SLOW}(?:上升|升起|[向往朝]上|上移|升高|抬高|拉高)|升镜头|航拍上升|无人机{_SLOW}(?:上升|升)",
    ),
    (
        Move.SINK,
        rf"{_CAMERA}{_WORDS}(?:descend|lower|sink|div)\w*|\blower(?:s|ing)? the camera|{_CAMERA}{_WORDS}{_GO}(?:{_WORDS}|[\s-]+){_EN_DOWN}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? down"
        rf"|{_LENS}{_SLOW}(?:下降|降下|降落|[向往朝]下|下移|降低)|降镜头|无人机{_SLOW}(?:下降|降)",
    ),
    # Where a move is named without a direction, the usual one is meant.
    (
        Move.PAN_RIGHT,
        rf"{_LEAD}pan(?:s|ning)?\b|\bpanning\b|{_CAMERA}{_WORDS}sweep\w* |\bpan(?:s|ning)? (?:\w+ly )?(?:across|over|along|around)\b|摇镜头?|摇拍|{_LENS}{_SLOW}(?:摇过|扫过|横扫)",
    ),
    (
        Move.TRACK_RIGHT,
        r"\b(?:tracking|trucking|sliding|slider|lateral|side) shot|\btrack(?:s|ing)? (?:\w+ )?(?:alongside|beside|along)\b|横移|移镜头|平移镜头|侧跟",
    ),
    (
        Move.ZOOM_IN,
        rf"{_LEAD}zoom(?:s|ing)?\b|\b(?:slow|fast|quick|crash|smooth|gentle) zoom\b|变焦|{_LENS}{_SLOW}放大",
    ),
    (
        Move.PUSH_IN,
        rf"\b(?:drone|fpv|aerial) (?:shot|footage|view|flies|flying|flight)|fly[\s-]?through|\b(?:dolly|steadicam|gimbal) shot|航拍|穿越机|无人机|斯坦尼康"
        rf"|{_CAMERA}(?:\s+\w+){{0,2}}?\s+follow(?:s|ing)?\b|\bfollow(?:ing)? (?:shot|cam)|{_LENS}{_SLOW}(?:跟随|跟着|追随|跟拍)|跟拍|跟镜头?",
    ),
    (
        Move.HANDHELD,
        r"\bhand[\s-]?held\b|shaky cam|camera shak\w*|documentary style|手持|(?:镜头|画面|相机|摄像机)[^，。]{0,4}[晃抖]动|^(?:(?:轻微|微微|剧烈|强烈|猛烈|不停)地?)?[晃抖]动",
    ),
    (
        Move.STATIC,
        r"\b(?:static|fixed|locked(?:[\s-](?:off|down))?|still|stationary|motionless|steady) (?:camera|shot|frame|view)"
        r"|camera:? (?:is |stays |remains |holds |keeps |stands )*(?:\w+ly )?(?:still|static|fixed|locked|stationary|motionless|in place|put)"
        r"|\b(?:keep|hold|lock)(?:s|ing)? the (?:camera|shot|frame) (?:\w+ly )?(?:still|static|fixed|steady|stationary|locked)"
        r"|\b(?:no|without(?: any)?|zero) camera (?:movements?|motion|moves?)|camera (?:does|must|should|will)(?:n['’]t| not) move|\b(?:do not|don['’]t) move the camera"
        r"|\btripod|固定(?:镜头|机位|视角)|静止(?:镜头|机位|画面)|(?:镜头|机位|摄像机|相机|画面)(?:保持)?(?:固定|静止|不动|不要动|别动|不移动)|定镜"
        r"|(?:不要|别|不)移动(?:镜头|相机|机位)|(?:没有|无|不要)(?:任何)?(?:镜头|相机|运镜)(?:运动|移动)?",
    ),
)
