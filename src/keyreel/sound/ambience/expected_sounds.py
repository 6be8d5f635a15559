"""Finds the sounds to expect from a prompt's English and Chinese words; synthesizes nothing."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from keyreel.engine import AudibleContent


class AmbientSound(StrEnum):
    """A kind of ambient sound."""

    RAIN = "rain"
    DOWNPOUR = "downpour"
    THUNDER = "thunder"
    SNOW = "snow"
    WIND = "wind"
    LEAVES = "leaves"
    WAVES = "waves"
    LAKE = "lake"
    STREAM = "stream"
    WATERFALL = "waterfall"
    UNDERWATER = "underwater"
    FIRE = "fire"
    STEAM = "steam"
    BIRDS = "birds"
    CRICKETS = "crickets"
    CITY = "city"
    CROWD = "crowd"
    MACHINE = "machine"
    ROOM = "room"
    AIR = "air"


SOUND_PATTERNS: Final[tuple[tuple[AmbientSound, str], ...]] = (
    (AmbientSound.RAIN, r"\brain(?:y|s|ing|fall|drops?)?\b|\bdrizzl\w+|雨"),
    (
        AmbientSound.DOWNPOUR,
        r"\b(?:heavy|pouring|torrential|hard|driving) rain|\brain pours|\bdownpour|\b(?:rain|thunder)storm"
        r"|(?<!snow )(?<!sand )(?<!dust )\bstorm[sy]?\b|\btempest|\bmonsoon|暴雨|大雨|暴风雨|雷雨|倾盆|滂沱",
    ),
    (
        AmbientSound.THUNDER,
        r"\bthunder\w*|\blightning|(?<!snow )(?<!sand )(?<!dust )\bstorm[sy]?\b|\btempest|雷|闪电|暴风雨",
    ),
    (
        AmbientSound.SNOW,
        r"\bsnow(?:y|s|ing|fall|flakes?|storm|-covered)?\b|\bblizzard"
        r"|下雪|雪花|大雪|飘雪|雪地|雪山|雪中|雪景|风雪|积雪|白雪|飞雪|落雪",
    ),
    (
        AmbientSound.WIND,
        r"\bwind(?:y|swept|-blown)?\b|\bwinds (?:howl|blow)|\bbreez\w+|\bgusts?\b|\bgale|\bblizzard"
        r"|\b(?:sand|snow|wind)?storm[sy]?\b|\btyphoon|\bhurricane|\btornado|\bdunes?\b"
        r"|[微大狂海寒清晚春秋山台龙冷和北]风|风[吹声沙雪]|[随迎刮起]风|沙尘暴|沙漠",
    ),
    (
        AmbientSound.LEAVES,
        r"\b(?:falling|fallen|autumn|rustling|dry|green|maple|palm|golden|red|the|tree) leaves\b(?! the| for)"
        r"|\bleaves (?:rustle|fall|sway|flutter|drift|swirl|blow)|\bfoliage|\brustl\w+|\bbamboo"
        r"|\btrees? (?:sway|bend|rustle)|\bwheat|树叶|落叶|叶子|竹[林叶子]|枫叶|沙沙|树枝|麦田|麦浪",
    ),
    (
        AmbientSound.WAVES,
        r"\b(?:ocean|sea|seaside|seashore|beach|surf|surfer|coast\w*|tides?|dolphins?|whales?|seagulls?)\b(?! of)"
        r"|\bwaves (?:crash|break|roll|wash)|\b(?:crashing|rolling|breaking|ocean|sea) waves?"
        r"|海[浪边滩岸面洋水]|大海|沙滩|浪花|波涛|潮水|冲浪|海鸥|海豚|鲸",
    ),
    (
        AmbientSound.LAKE,
        r"\blakes?\b|\blakeside|\bponds?\b|\bharbou?r|\bpier\b|\bcanoe|\b(?:row|sail)?boats?\b|\bdock\b"
        r"|湖|池塘|小船|码头|港[口湾]|泛舟|渔船|帆船",
    ),
    (
        AmbientSound.STREAM,
        r"\b(?:a|the|mountain|forest|small|clear|babbling|rocky|little|running) (?:stream|water)\b"
        r"|\bbrooks?\b|\bcreeks?\b|\brivers?\b|\brapids\b|\bfountains?\b"
        r"|小溪|溪[流水边]|河流|流水|小河|江水|河水|喷泉|泉水|山泉|河边",
    ),
    (AmbientSound.WATERFALL, r"\bwaterfalls?\b|\bcascad(?:e|es|ing)\b|瀑布"),
    (
        AmbientSound.UNDERWATER,
        r"\bunderwater|\bunder the sea\b|\bdeep[ -]sea|\bcoral|\bscuba|\b(?:diver|aquarium|jellyfish)"
        r"|\b(?:beneath|below) the (?:waves|sea|water|surface)|\bocean floor|\bseabed"
        r"|水下|海底|珊瑚|潜水|深海|水母|水族馆|鱼群",
    ),
    (
        AmbientSound.FIRE,
        r"\bfire(?:s|place|side)?\b(?! ?(?:works|fl|truck|engine))|\b(?:camp|bon|wild)fires?|\bflam(?:es?|ing)\b"
        r"|\bburn(?:s|ing)?\b|\bhearth|\bembers?\b|\btorch(?:es)?\b"
        r"|篝火|火[焰堆炉苗把海]|壁炉|燃烧|烈火|大火|着火|炭火|炉火",
    ),
    (
        AmbientSound.STEAM,
        r"\bsteam(?:s|ing|y)?\b|\bboil\w*|\bkettle|\bsizzl\w+|\bsimmer\w*|\bhot (?:tea|coffee|soup|pot|springs?)"
        r"|蒸汽|蒸气|热气|沸腾|茶壶|烧开|火锅|温泉|烧水",
    ),
    (
        AmbientSound.BIRDS,
        r"\bbird(?:s|song)?\b|\b(?:sparrow|robin|songbird|swallow|nightingale|finch|finche)s?\b"
        r"|\bbirds? chirp\w*|鸟|麻雀|百灵|喜鹊|燕子|黄鹂",
    ),
    (
        AmbientSound.CRICKETS,
        r"\bcrickets?\b|\bcicadas?\b|\binsects? (?:chirp|buzz|hum)\w*|蟋蟀|虫鸣|蝉|萤火虫|\bfirefl\w+",
    ),
    (
        AmbientSound.CITY,
        r"\b(?:city|cityscape|streets?|traffic|downtown|avenue|highway|urban|skyscrapers?|taxis?|crosswalk"
        r"|metropolis|intersection|cars?|freeway|boulevard|rooftop)\b"
        r"|城市|街[道头上]|马路|车流|都市|汽车|公路|霓虹|十字路口|高楼|轿车|出租车|跑车",
    ),
    (
        AmbientSound.CROWD,
        r"\bcrowd\w*|\bcaf[eé]s?(?!\w)|\bcoffee (?:shop|house)|\brestaurant|\b(?:pub|bar|tavern|market|bazaar|mall)\b"
        r"|\b(?:party|audience|stadium|festival|concert|airport|canteen|classroom full)\b"
        r"|\bpeople (?:talk|chat|cheer|gather)\w*"
        r"|人群|咖啡[馆厅店]|餐[厅馆]|市场|集市|派对|观众|商场|酒吧|夜市|庙会|人来人往|食堂|茶馆|车站|机场|热闹",
    ),
    (
        AmbientSound.MACHINE,
        r"\b(?:space ?ship|spacecraft|space station|star ?ship|factory|laborator(?:y|ies)|submarine|trains?|cockpit"
        r"|machines?|machinery|engines?|server room|cabin of a plane|robots?|cyborg|drone)\b"
        r"|飞船|太空舱|空间站|工厂|机舱|实验室|机器|引擎|发动机|火车|高铁|列车|驾驶舱|地铁",
    ),
)
"""Each sound, and a pattern of the lower-case words that imply it."""

_NATURE: Final = re.compile(
    r"\b(?:forest|woods|woodland|park|garden|meadow|orchard|countryside|jungle|rainforest|grassland|village"
    r"|fields?|farm|spring morning|grove|camp(?:site|ing)?|backyard)\b"
    r"|森林|树林|公园|花园|草[地原坪]|田野|果园|山谷|春天|乡村|村庄|山林|桃花|樱花|院子|农[田场]"
)
_NIGHT: Final = re.compile(
    r"\b(?:night\w*|midnight|moon\w*|starry|dusk|after dark|evening)\b|夜|月光|月亮|星空|傍晚|黄昏"
)
_COLD: Final = re.compile(r"\b(?:winter|frost\w*|frozen|icy|ice)\b|冬|冰|严寒")
_INDOORS: Final = re.compile(
    r"\b(?:rooms?|indoors?|inside|kitchen|bedroom|office|library|studio|hall|museum|interior|apartment|desk|sofa"
    r"|classroom|bathroom|hallway|corridor|gallery|workshop|table|shop|hotel|attic|basement|house)\b"
    r"|室[内里]|房间|客厅|卧室|厨房|办公室|书房|教室|图书馆|屋[里内]|工作室|博物馆|影棚|桌|走廊|酒店|家里|商店"
)
_OUTDOORS: Final = re.compile(
    r"\b(?:outdoors?|outside|sky|skies|mountains?|hills?|valley|cliff|desert|sunset|sunrise|landscape|prairie|clouds?"
    r"|canyon|horizon|roadside|path|bridge|castle|ruins|planet|moonlit|glacier|plains?)\b"
    r"|户外|室外|天空|山|日出|日落|夕阳|风景|云|峡谷|地平线|小路|桥|城堡|冰川|星球|原野"
)
# What is mentioned in speech makes no sound, and what is said to be absent does not either.
_QUOTED_SPEECH: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』")
_DENIED_PATTERN: Final = re.compile(
    r"\b(?:no|without|not any|never|free of|stops?) (?:any |the |more )?\w+(?:,? (?:or|and|nor) (?:no )?\w+)?"
    r"|(?:没有|不要|毫无|无)(?:任何)?[\u4e00-\u9fff]{1,2}"
)

_SOUND_BY_IMAGE_CONTENT: Final = {
    AudibleContent.RAIN: AmbientSound.RAIN,
    AudibleContent.SNOW: AmbientSound.SNOW,
    AudibleContent.FIRE: AmbientSound.FIRE,
    AudibleContent.WATER: AmbientSound.LAKE,
    AudibleContent.WIND: AmbientSound.WIND,
    AudibleContent.LEAVES: AmbientSound.LEAVES,
    AudibleContent.STEAM: AmbientSound.STEAM,
    AudibleContent.CITY: AmbientSound.CITY,
    AudibleContent.BIRDS: AmbientSound.BIRDS,
}
_WATER_SOUNDS: Final = frozenset(
    {
        AmbientSound.WAVES,
        AmbientSound.LAKE,
        AmbientSound.STREAM,
        AmbientSound.WATERFALL,
        AmbientSound.UNDERWATER,
        AmbientSound.RAIN,
        AmbientSound.DOWNPOUR,
    }
)


def find_expected_sounds(prompt: str) -> frozenset[AmbientSound]:
    """Return the sounds that the prompt's words imply; where they name only a place, its tone; or none."""
    text = _DENIED_PATTERN.sub(" ", _QUOTED_SPEECH.sub(" ", prompt.lower()))
    found = {sound for sound, pattern in SOUND_PATTERNS if re.search(pattern, text)}
    night, cold = _NIGHT.search(text), _COLD.search(text) or AmbientSound.SNOW in found
    if _NATURE.search(text) and not cold:
        wet = found & {AmbientSound.DOWNPOUR, AmbientSound.UNDERWATER}
        found |= set() if wet else {AmbientSound.CRICKETS if night else AmbientSound.BIRDS}
    if not found and _INDOORS.search(text):
        found = {AmbientSound.ROOM}
    if not found and (_OUTDOORS.search(text) or _NATURE.search(text)):
        found = {AmbientSound.AIR}
    return _drop_masked_sounds(frozenset(found))


def find_shot_sounds(prompt: str, image_content: frozenset[AudibleContent]) -> frozenset[AmbientSound]:
    """Return the sounds of a shot: those that its prompt names and those that its images imply."""
    named = find_expected_sounds(prompt)
    seen = {_SOUND_BY_IMAGE_CONTENT[each] for each in image_content}
    if named & _WATER_SOUNDS:
        # Images tell only that there is water, words tell which kind.
        seen.discard(AmbientSound.LAKE)
    return _drop_masked_sounds((named | seen) - ({AmbientSound.ROOM, AmbientSound.AIR} if seen else set()))


def _drop_masked_sounds(found: frozenset[AmbientSound]) -> frozenset[AmbientSound]:
    """Leave out what others mask, or what does not go together."""
    if AmbientSound.UNDERWATER in found:
        return frozenset({AmbientSound.UNDERWATER})
    hidden: set[AmbientSound] = set()
    if AmbientSound.DOWNPOUR in found:
        hidden |= {AmbientSound.RAIN, AmbientSound.BIRDS, AmbientSound.CRICKETS}
    if AmbientSound.SNOW in found:
        hidden |= {AmbientSound.CRICKETS, AmbientSound.LEAVES}
    if AmbientSound.WAVES in found or AmbientSound.WATERFALL in found:
        hidden |= {AmbientSound.LAKE, AmbientSound.STREAM}
    return found - hidden
