"""Viewpoints, lenses and events that the engine knows by name and cannot show, English and Chinese, as data."""

from __future__ import annotations

from typing import Final

UNAVAILABLE_PATTERNS: Final = (
    r"\btop[\s-]down\b(?: (?:view|shot|perspective|angle|flat[\s-]lay))?|\boverhead (?:view|shot|angle|perspective)\b|\bflat[\s-]lay\b|\bgod['’]s[\s-]eye(?: view)?\b"
    r"|(?:垂直|正上方|正)?俯拍|顶视(?:角|图)?|上帝视角|正上方视角",
    r"\b(?:low|high|worm['’]?s?|dutch|canted)[\s-](?:angle|eye)(?: (?:shot|view))?\b|荷兰角|虫视角",
    r"\bfish[\s-]?eye(?: (?:lens|view))?\b|鱼眼(?:镜头)?",
    r"\bsplit[\s-]screen\b|\bpicture[\s-]in[\s-]picture\b|分屏|画中画",
    r"\brack(?:s|ing)? focus\b|\bfocus (?:pull|rack)\w*\b|\bpull(?:s|ing)? focus\b|\bfocus (?:\w+ly )?(?:shifts?|moves?|changes?|racks?)\b|焦点(?:从[^，。]{1,8})?(?:转移|切换|移动|移到)",
    r"\bfirst[\s-]person(?: (?:view|pov|perspective))?\b|\bpov (?:shot|view)\b|第一人称(?:视角)?|主观视角",
    r"\bglitch(?:es|y|ing)?(?: (?:effect|transition))?\b|故障(?:艺术)?(?:效果|特效|风)",
    r"\blens[\s-]flares?\b|镜头光晕",
    r"\brainbows?\b(?! colou?rs)|彩虹(?!色)",
    r"\b(?:sand|dust)[\s-]?storms?\b|沙尘暴|沙暴",
    r"\btornado(?:e?s)?\b|\btwisters?\b|\bwaterspouts?\b|龙卷风",
    r"\bhailst?o?r?m?s?\b|冰雹",
    r"\bwindows? (?:\w+ )?lights? up\b|\blights (?:come|go|turn|switch|flick\w*) on in (?:the )?(?:\w+ )?windows?\b|窗户?(?:一扇扇|逐渐|陆续|依次)?亮起",
)
"""Each is named as the prompt spells it."""
SHOWN_IN_DRAWN_CITIES: Final = UNAVAILABLE_PATTERNS[-1]
"""The windows of a drawn city are lit by night."""
