"""The vocabulary of prompts, English and Chinese, as data: effects, places, times, and negation.

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
    r"\s*(?:\w+\s+)?(?:stop(?:s|ped)?|ends?|ended|ceas\w+|clears?(?: up)?|lifts|fades? away)\b"
    r"|(?:渐渐|逐渐|慢慢|已经|都)?(?:停|止|散[去开了]|消[失散])"
)

CLAUSE_END_PATTERN: Final = r"[.,;!?\n，。；！？、]+"
CUT_PATTERN: Final = (
    r"\b(?:(?:hard |jump |smash )?cut(?:s|ting)?|switch(?:es)?) to\b|\b(?:next|new) (?:shot|scene)\b"
    r"|切换?[到至]|切镜|转场|下一[个镜幕]+头?"
)
PHASE_JOINT_PATTERN: Final = (
    rf"{CUT_PATTERN}|\b(?:fad|dissolv|transition)(?:e|es|s|ing)? (?:in)?to (?=(?:a|an|the) )|"
    r"\b(?:and then|then|after that|afterwards|finally|followed by|next)\b|然后|接着|随后|之后|最后|接下来|最终"
    r"|再(?=[推拉摇移缩放向往朝缓慢快环绕升降]|镜头)"
)

EFFECT_PATTERNS: Final = (
    (
        Effect.RAIN,
        r"\brain(?:s|y|ing|drops?|fall|storm)?\b(?! ?forest)|\bdrizzl\w*|\bdownpour|\bthunder\w*|\blightning\b|(?<!snow )(?<!sand )(?<!dust )\bstorms?\b|\bstormy\b"
        r"|雨(?![林伞衣])|电闪雷鸣|雷电",
    ),
    (
        Effect.SNOW,
        # Snow that lies is a place, not weather.
        r"\bsnow(?:s|ing|flakes?|fall|storm)\b|\bsnow (?:\w+ )?(?:fall|drift|swirl|blow|com|storm)\w*|\b(?:falling|drifting|swirling|heavy|light|gentle|soft|thick) snow\b"
        r"|\bsnowy (?:day|night|weather|sky|morning|evening|afternoon)\b|^(?:with |and |some )*snow$|\bblizzard"
        r"|\b(?<!the )snow(?: and |, | with |/)(?:\w+ )?(?:wind|gusts?|fog|mist|hail|ice|frost|rain|sleet|storm)\w*|\b(?:wind|gusts?|fog|mist|hail|rain|sleet|storm|cold)\w*(?: and |/| with )(?:\w+ )?snow\b|\bsnow in (?:the )?(?:\w+ )?(?:wind|air|breeze|gale|sky)"
        r"|[下飘落]着?[大小]?雪|雪花|大雪|小雪|暴雪|风雪|雪(?:(?:不停|一直|静静|慢慢|轻轻|纷纷)地?)?(?:飘|落|纷|下得|下着|下(?=$))"
        r"|[风雨雾][和与]雪(?![山地原峰])|雪[和与][风雨雾]|雪在[^，。]{0,3}[风空]中?",
    ),
    (
        Effect.FOG,
        r"\bfog(?:gy)?\b|\bmist(?:y)?\b|\bhaz[ey]\b|\bsmoke\b(?! (?:\w+ )?(?:ris|from|curl|billow|com))|\bsmoky\b|雾|(?<![炊冒])烟(?![花火囱])",
    ),
    (
        Effect.FIRE,
        r"\bfire\b(?! (?:truck|engine|fighter|station|hydrant|escape|alarm)|[\s-]?works)|\b(?:camp|bon|wild)fires?\b|\bfireplace\b|(?<!candle )(?<!candles )\bflam(?:es?|ing)\b"
        r"|(?<!candle )(?<!candles )\bburn(?:s|ing)?\b(?! (?:\w+ )?(?:candle|incense|cigarette|sun|sky|heat))|\bblaz(?:e|ing)\b(?! (?:sun|sky|heat|noon))|火焰|燃烧|烈火|大火|着火|篝火|壁炉|火光",
    ),
    (
        Effect.STEAM,
        r"\bsteam(?:s|ing)?\b(?! (?:train|engine|boat|ship))|\bvapou?rs?\b|\bsmoke (?:\w+ )?(?:ris|from|curl|billow|com)\w*|蒸汽|热气|热腾腾|炊烟|冒烟",
    ),
    (
        Effect.EMBERS,
        r"\bembers?\b|\bsparks?\b|\bfirefl(?:y|ies)\b|\bfireworks?\b|余烬|火星(?!上)|火花|萤火虫|烟花",
    ),
    (Effect.PETALS, r"\bpetals?\b|\bcherry blossoms?\b|\bconfetti\b|花瓣|樱花"),
    (
        Effect.LEAVES,
        r"\b(?:falling|autumn|fall|drifting|blowing|swirling) (?:\w+ )?leaves|\bleaves (?:are |slowly |gently )*(?:fall|drift|blow|swirl|com|float|flutter)\w*|\bfoliage falls"
        r"|落叶|秋叶|枫叶|飘落的?叶|叶(?:子|片)?(?:缓缓|慢慢|纷纷|轻轻|从[^，。]{1,4})?(?:飘落|落下|飘下|纷飞|飘舞|飞舞|掉落|飘)",
    ),
    (
        Effect.WIND,
        r"\bwind(?:y|s|swept|blown)?\b|\bbreez[ey]\b|\bgusts?\b|\bblowing\b(?! (?:out|bubbles|a kiss|kisses|on))|\bflutter\w*"
        r"|\b(?:hair|dress|skirt|clothe?s?|cloak|cape|scarf|flags?|curtains?|banners?) (?:\w+ )?(?:flow|blow|sway|billow|wav|rippl|stream)\w*"
        # 风 is also manner and style: 风景, 风格, 古风.
        r"|(?<!国)(?<!古)(?<!漫)(?<!威)(?<!屏)(?<!画)(?<!系)(?<!欧美)风(?![景格筝扇车衣光味貌情采度险水俗琴铃])"
        r"|(?:头发|长发|发丝|秀发|裙摆|衣角|衣袖|旗帜?|窗帘)[^，。]{0,3}[飘摆舞]",
    ),
    (
        Effect.NIGHT,
        r"\bnight(?:s|fall|time)?\b|\bmidnight\b|\bmoonl\w+|\b(?:gets?|grows?|becomes?|turns?|getting|growing) dark(?:er)?\b|\bdarkness falls|夜|月光|天黑|天色[^，。]{0,3}暗|变黑|晚上",
    ),
    (
        Effect.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\btwilight\b|\bsunrise\b|\bdawn\b|\bsun (?:\w+ly )?(?:sets?|setting|goes down|going down|rises?|rising|comes up|coming up)\b|\bsetting sun\b"
        r"|日落|夕阳|黄昏|傍晚|落日|晚霞|日出|黎明|朝霞|清晨|太阳[^，。]{0,3}(?:落|下山|西沉|升)|日暮",
    ),
    (
        Effect.DAY,
        r"\bday(?:light|time|break)\b|\bsunny\b|\bsunshine\b|\bbright (?:sun|day|morning)|\bnoon\b|\bday breaks|\b(?:gets?|grows?|becomes?) (?:light|bright)(?:er)?\b|白天|白昼|阳光|晴天|正午|中午|天亮",
    ),
)

PLACE_PATTERNS: Final = (
    (
        Place.SPACE,
        r"\b(?:outer space|space|galax\w+|nebula|cosmos|universe|stars? field|on the moon|planet)\b|太空|宇宙|星空|银河|星云|月球",
    ),
    (
        Place.ROOM,
        r"\b(?:room|indoors?|interior|kitchen|office|studio|bedroom|caf[eé]|restaurant|nook|windowsill|window seat|(?:by|at|through|beside|from|near) (?:the|a|an|her|his|my) (?:\w+ )?window|library|hall|(?:in|inside) (?:the |a |his |her |their |my )?(?:\w+ )?house|stage|classroom|desk|table)\b|房间|室内|客厅|卧室|厨房|办公室|窗边|窗前|窗台|窗外|咖啡|餐厅|舞台|教室|图书馆",
    ),
    (
        Place.UNDERWATER,
        r"\bunderwater\b|\b(?:under|beneath|below) the (?:sea|water|ocean|waves)\b|\bcoral\b|\bsea ?bed\b|\bdeep sea\b|海底|水下|水底|珊瑚",
    ),
    (
        Place.SKYLINE,
        r"\b(?:skylines?|cityscapes?|(?:city|urban) (?:panorama|lights)|(?:harbou?r|bay|river|water) ?front|skyscrapers?|megacity|metropolis)\b|天际线|摩天|城市全景|江景|外滩|维多利亚港",
    ),
    (Place.DESERT, r"\b(?:desert|dunes?|sahara|canyon|mars)\b|沙漠|沙丘|戈壁|峡谷|火星(?!四)"),
    (
        Place.BEACH,
        r"\b(?:beach\w*|seaside|coast\w*|shores?|seashore|sand|island)\b|沙滩|海滩|海边|海岸|岸边|海岛",
    ),
    (Place.LAKE, r"\b(?:lakes?|ponds?|rivers?|lagoon|fjord|stream)\b|湖|池塘|河|江面|溪"),
    (
        Place.SEA,
        r"\b(?:sea(?! of clouds)|ocean|waves|surf|lighthouse|harbou?r|bay|(?:on|in|over|across|above|open) (?:the )?(?:\w+ )?waters?)\b|(?<![云花上林雪])海|海浪|波浪|灯塔|水面|水上|港",
    ),
    (
        Place.SNOWPEAKS,
        r"\bsnow(?:y|[\s-]?capped|[\s-]?covered)? (?:\w+ )?(?:mountain|peak|summit)\w*|\bglaciers?\b|\bhimalaya\w*|雪山|雪峰|冰川",
    ),
    (
        Place.SNOWFIELD,
        r"\b(?:snowy (?:field|land\w*|plain|hill\w*|forest|meadow|park)s?|snow ?fields?|arctic|antarctic\w*|tundra|ice(?! cream)|(?:in|on|through|over|across) (?:the )?(?:\w+ )?snow)\b|雪地|雪原|极地|北极|南极|冰面",
    ),
    (
        Place.CITY,
        r"\b(?:city|street|downtown|urban|town|rooftops?|alley|neon|plaza|market)\b|城市|街|都市|霓虹|大厦|高楼|马路|广场",
    ),
    (
        Place.FOREST,
        r"\b(?:(?:rain)?forests?|woods?|woodland|jungle|(?:among|between|through|under) (?:the )?(?:\w+ )?trees|bamboo|grove)\b|森林|树林|丛林|竹林|林间",
    ),
    (
        Place.MOUNTAINS,
        r"\b(?:mountains?|hills?|peaks?|valley|alps|cliff)\b|(?<!太阳落)(?<!太阳下)(?<!火)山|峰|谷",
    ),
    (
        Place.SKY,
        r"\b(?:in(?:to)? the sky|(?:above|through|over|among|between) the (?:\w+ )?clouds?|sea of clouds|heaven)\b|云端|云层|云海|空中|天空中",
    ),
    (
        Place.MEADOW,
        r"\b(?:meadow|field|grass\w*|park|garden|lawn|farm|prairie|countryside|flowers?|village)\b|草地|草原|田野|公园|花园|田|花海|乡村|村庄",
    ),
    (Place.CITY, r"\broads?\b|\bbridge\b|公路|大桥"),
    (Place.FOREST, r"\btrees\b"),
    # In a landscape the sky is no place of its own, and neither are storm clouds.
    (Place.SKY, r"\bsky\b|(?<!storm )(?<!rain )(?<!dark )\bclouds?\b|(?<!风)(?<!暴)天空"),
)

TIME_OF_DAY_PATTERNS: Final = (
    (
        TimeOfDay.NIGHT,
        r"\bnight\w*\b|\bmidnight\b|\bmoonl\w+|\bneon\b|\bstarry\b|\b(?:gets?|grows?|becomes?) dark(?:er)?\b|\bdarkness falls|夜|月光|星空|霓虹|天黑|晚上",
    ),
    (
        TimeOfDay.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\bevening\b|\btwilight\b|\bsun (?:\w+ly )?(?:sets?|setting|goes down|going down)\b|\bsetting sun\b"
        r"|日落|夕阳|黄昏|傍晚|落日|晚霞|太阳[^，。]{0,3}(?:落|下山|西沉)|日暮",
    ),
    (
        TimeOfDay.DAWN,
        r"\bsunrise\b|\bdawn\b|\bmorning\b|\bsun (?:\w+ly )?(?:rises?|rising|comes up|coming up)\b|日出|黎明|朝霞|清晨|早晨|太阳[^，。]{0,3}升",
    ),
    (
        TimeOfDay.OVERCAST,
        r"\bovercast\b|\bcloudy\b|\bgr[ea]y (?:sky|skies|day|weather)\b|\bgloomy\b|\b(?:dark|storm|rain|heavy) clouds\b|乌云|阴天|多云|阴沉|阴云",
    ),
    (
        TimeOfDay.DAY,
        r"\bday\w*\b|\bsunny\b|\bsunshine\b|\bnoon\b|\bblue sky\b|白天|白昼|阳光|晴|正午|蓝天|天亮",
    ),
)

SEASON_PATTERNS: Final = (
    (
        Season.SPRING,
        r"\bspring(?:time)?\b(?! water)|\bblossom(?:s|ing)?\b|\bsakura\b|春(?!联)|樱花|桃花|梅花|花开",
    ),
    (
        Season.AUTUMN,
        r"\bautumn(?:al)?\b|\bfall (?:foliage|colou?rs|leaves|forest)\b|\bmaples?\b|秋|枫|落叶|红叶|金黄的?(?:树|叶|麦)",
    ),
    (Season.WINTER, r"\bwint(?:er|ry)\w*|\bsnow\w*|\bfrost\w*|\bfrozen\b|\bicy\b|冬|雪|冰天|结冰"),
    (Season.SUMMER, r"\bsummer\w*|\btropical\b|夏|热带"),
)

AERIAL_VIEW_PATTERN: Final = (
    r"\baerial\b|\bdrone\b|\bbird['’]?s[\s-]eye|\bfl(?:y|ies|ying|ight) (?:over|above|through|across)|\babove the clouds\b|\bsea of clouds\b"
    r"|航拍|俯瞰|鸟瞰|无人机|飞越|飞过|云海|云端|之巅"
)

WEAKER_PATTERN: Final = r"\b(?:slow(?:ly)?|gentl[ey]|subtl[ey]|slight(?:ly)?|soft(?:ly)?|calm(?:ly)?|light|a little|delicate(?:ly)?)\b|缓缓|慢慢|缓慢|轻轻|微微|稍微|小幅|轻微|小(?=雨|雪|雾)|薄(?=雾)|微(?=风)"
STRONGER_PATTERN: Final = r"\b(?:fast|quick(?:ly)?|rapid(?:ly)?|dramatic(?:ally)?|heavy|heavily|strong(?:ly)?|thick|dense|intense(?:ly)?|wild(?:ly)?|storm\w*|whip|hard|blizzard|downpour|sudden(?:ly)?)\b|快速|迅速|猛|剧烈|大幅|强烈|飞快|浓|暴|狂|大(?=雨|雪|雾|风|火)"
