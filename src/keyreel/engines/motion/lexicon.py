"""The words of prompts, English and Chinese, as data: what each camera move, effect, action, place and time is called.

A pattern is a regular expression over one lower-case clause. `{left}` and the like stand for a direction's phrasings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Move(StrEnum):
    """What the camera does. Directions are the camera's: panning left moves the picture's content right."""

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


class Action(StrEnum):
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


class Hour(StrEnum):
    """The light of a scene."""

    DAWN = "dawn"
    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    OVERCAST = "overcast"


class Nature(StrEnum):
    """What a subject does of itself, known from what it is called."""

    FLIES = "flies"
    SWIMS = "swims"


# Said of a path, only its end counts; rewritten before anything is searched.
PATHS: Final = (
    (r"(?:from )?(?:the )?left(?: side)?[\s-]+to[\s-]+(?:the )?right(?: side)?", " rightwards "),
    (r"(?:from )?(?:the )?right(?: side)?[\s-]+to[\s-]+(?:the )?left(?: side)?", " leftwards "),
    (r"(?:from )?(?:the )?(?:bottom|ground)[\s-]+(?:up )?to[\s-]+(?:the )?(?:top|sky)", " upwards "),
    (r"(?:from )?(?:the )?(?:top|sky)[\s-]+(?:down )?to[\s-]+(?:the )?(?:bottom|ground)", " downwards "),
    (r"[从由自]左[侧边]?[到往向至朝]右[侧边]?", "向右"),
    (r"[从由自]右[侧边]?[到往向至朝]左[侧边]?", "向左"),
    (r"[从由自][下底][到往向至朝]上", "向上"),
    (r"[从由自][上顶][到往向至朝]下", "向下"),
)

NEGATIONS: Final = (
    r"(?:\bno|\bnot|n['’]t|\bwithout|\bnever|\bavoid(?:ing)?|\bdont|\bstop)\s+(?:[\w-]+\s+){0,2}$",
    r"(?:不要|不|没有|没|无|别|禁止|避免|停止)(?:[^，。,.]{0,2})$",
)

CLAUSE_END: Final = r"[.,;!?\n，。；！？、]+"
AND_THEN: Final = (
    r"\b(?:and then|then|after that|afterwards|finally)\b|然后|接着|随后|之后|最后|再(?=[推拉摇移缩放向])"
)

_WORDS = r"(?:[\s-]+[\w@'’]+){0,4}?[\s-]+"
_CAMERA = r"\b(?:camera|shot|view|lens|drone|gimbal|we)\b"
_EN_LEFT = r"(?:to the |to |towards? the |towards? )?left(?:wards?)?\b"
_EN_RIGHT = r"(?:to the |to |towards? the |towards? )?right(?:wards?)?\b"
_EN_UP = r"(?:up(?:wards?)?|skywards?)\b(?! close)"
_EN_DOWN = r"down(?:wards?)?\b"
_GO = r"\b(?:mov|slid|glid|travel|drift|go|float|fly|shift|sweep|swing|truck|track|dolly|dolli)(?:e|es|s|ing|ies|y)?"
_PAN = r"\b(?:whip[\s-])?pan(?:s|ned|ning)?\b"
_TILT = r"\b(?:tilt|pitch|look)(?:s|ed|ing)?\b"
_IN = r"(?:in(?:to|wards?)?|closer|forwards?|nearer)\b"
_OUT = r"(?:out(?:wards?)?|back(?:wards?)?|away)\b"
_LENS = "(?:镜头|摄像机|摄影机|相机|画面|视角)"
_SLOW = "(?:缓缓|慢慢|缓慢|快速|迅速|逐渐|轻轻|地|的|平稳|匀速|开始|再|持续|微微|稍微|小幅|大幅)*"

MOVES: Final = (
    (
        Move.DOLLY_ZOOM,
        r"\bdolly[\s-]zoom|vertigo (?:effect|shot|zoom)|\bzolly\b|希区柯克|滑动变焦|推轨变焦|眩晕变焦",
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
        rf"\b(?:pull|dolly|dolli|track|move|back)(?:s|es|ed|ing|d)?(?:{_WORDS}|[\s-]+){_OUT}|{_CAMERA}{_WORDS}(?:retreat|reced)\w*"
        rf"|\bpull[\s-]?(?:back|out)\b|拉远|拉开|{_LENS}{_SLOW}(?:向?后[退拉移撤]?|拉出|远离|后退)|拉镜头?",
    ),
    (
        Move.PUSH_IN,
        rf"\b(?:push|dolly|dolli|creep|move|moving|mov|track|glid|fly|go)(?:e|s|es|ed|ing)?(?:{_WORDS}|[\s-]+){_IN}|\bpush[\s-]?in\b"
        rf"|{_CAMERA}{_WORDS}(?:approach|advanc|close in)\w*|推[进近入]|拉近|{_LENS}{_SLOW}(?:向?前[推进移]?|靠近|逼近|推向)|推镜头?",
    ),
    (
        Move.ORBIT_LEFT,
        rf"\b(?:orbit|circl|arc|rotat|revolv)\w*{_WORDS}(?:{_EN_LEFT}|counter[\s-]?clockwise)|(?:向左|往左|逆时针)(?:环绕|旋转|绕)|左环绕",
    ),
    (
        Move.ORBIT_RIGHT,
        rf"\b(?:orbit(?:s|al|ing)?|{_CAMERA}{_WORDS}(?:circl|arc|rotat|revolv)\w*|arc shot|circl(?:es|ing) (?:around )?(?:the|him|her|it|them|@))"
        r"|环绕|绕着|围绕|环拍|(?:向右|往右|顺时针)(?:旋转|绕)",
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
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_CAMERA}{_WORDS}{_GO})(?:{_WORDS}|[\s-]+){_EN_LEFT}|{_LENS}{_SLOW}(?:[向往朝]?左[平移]*移|[向往朝]左)|左移|[向往朝]左平?移(?!动)",
    ),
    (
        Move.TRACK_RIGHT,
        rf"(?:\b(?:truck|track|dolly)(?:s|ing|ed)?\b|{_CAMERA}{_WORDS}{_GO})(?:{_WORDS}|[\s-]+){_EN_RIGHT}|{_LENS}{_SLOW}(?:[向往朝]?右[平移]*移|[向往朝]右)|右移|[向往朝]右平?移(?!动)",
    ),
    (
        Move.TILT_UP,
        rf"{_TILT}(?:{_WORDS}|[\s-]+){_EN_UP}|{_PAN}(?:{_WORDS}|[\s-]+){_EN_UP}|上摇|[向往朝]上{_SLOW}摇|仰拍|{_LENS}{_SLOW}(?:[上仰]仰|仰起|抬起|上抬)",
    ),
    (
        Move.TILT_DOWN,
        rf"{_TILT}(?:{_WORDS}|[\s-]+){_EN_DOWN}|{_PAN}(?:{_WORDS}|[\s-]+){_EN_DOWN}|下摇|[向往朝]下{_SLOW}摇|俯拍|{_LENS}{_SLOW}(?:下俯|俯下|低下)",
    ),
    (
        Move.RISE,
        rf"{_CAMERA}{_WORDS}(?:ris|ascend|lift|climb)\w*|{_CAMERA}{_WORDS}{_GO}(?:{_WORDS}|[\s-]+){_EN_UP}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? up|\bcrane shot|drone (?:shot )?(?:ris|ascend|tak)\w*"
        rf"|{_LENS}{_SLOW}(?:上升|升起|[向往朝]上|上移|升高)|升镜头|航拍上升|无人机{_SLOW}(?:上升|升)",
    ),
    (
        Move.SINK,
        rf"{_CAMERA}{_WORDS}(?:descend|lower|sink)\w*|{_CAMERA}{_WORDS}{_GO}(?:{_WORDS}|[\s-]+){_EN_DOWN}|\b(?:crane|boom|jib|pedestal)(?:s|ing)? down"
        rf"|{_LENS}{_SLOW}(?:下降|降下|降落|[向往朝]下|下移|降低)|降镜头|无人机{_SLOW}(?:下降|降)",
    ),
    (
        Move.PUSH_IN,
        r"\b(?:drone|fpv|aerial) (?:shot|footage|view|flies|flying|flight)|fly[\s-]?through|航拍|穿越机|无人机",
    ),
    (Move.HANDHELD, r"\bhand[\s-]?held\b|shaky cam|camera shak\w*|documentary style|手持|晃动|抖动"),
    (
        Move.STATIC,
        r"\b(?:static|fixed|locked(?:[\s-]off)?|still|stationary|motionless) (?:camera|shot|frame|view)|camera (?:is |stays |remains |holds )(?:still|static|fixed|locked|stationary)"
        r"|tripod|固定(?:镜头|机位|视角)|静止(?:镜头|机位)|(?:镜头|机位|摄像机|相机)(?:保持)?(?:固定|静止|不动)|定镜",
    ),
)

EFFECTS: Final = (
    (
        Effect.RAIN,
        r"\brain(?:s|y|ing|drops?|fall|storm)?\b|\bdrizzl\w*|\bdownpour|\bthunderstorm|雨(?![林伞衣])",
    ),
    (
        Effect.SNOW,
        # Snow that lies is a place, not weather.
        r"\bsnow(?:s|ing|flakes?|fall|storm)\b|\bsnow (?:\w+ )?(?:fall|drift|swirl|blow|com)\w*|\b(?:falling|drifting|swirling|heavy|light|gentle|soft|thick) snow\b|\bsnowy (?:day|night|weather|sky|morning|evening|afternoon)\b|^(?:with |and |some )*snow$|\bblizzard|[下飘落]着?雪|雪花|大雪|小雪|暴雪|雪(?=飘|落|纷)",
    ),
    (Effect.FOG, r"\bfog(?:gy)?\b|\bmist(?:y)?\b|\bhaz[ey]\b|\bsmoke\b|\bsmoky\b|雾|烟"),
    (
        Effect.FIRE,
        r"\bfire\b|\bflam(?:es?|ing)\b|\bburn(?:s|ing)?\b|\bblaz(?:e|ing)\b|火焰|燃烧|烈火|大火|着火",
    ),
    (Effect.STEAM, r"\bsteam(?:s|ing)?\b|\bvapou?rs?\b|蒸汽|热气|热腾腾"),
    (Effect.EMBERS, r"\bembers?\b|\bsparks?\b|\bfirefl(?:y|ies)\b|余烬|火星|火花|萤火虫"),
    (Effect.PETALS, r"\bpetals?\b|\bcherry blossoms?\b|\bconfetti\b|花瓣|樱花"),
    (
        Effect.LEAVES,
        r"\b(?:falling|autumn|drifting|blowing|swirling) (?:\w+ )?leaves|\bleaves (?:are )?(?:fall|drift|blow|swirl)\w*|\bfoliage falls|落叶|树叶飘|叶子飘|飘落的?叶|枫叶",
    ),
    (Effect.WIND, r"\bwind(?:y|s|swept|blown)?\b|\bbreez[ey]\b|\bgusts?\b|\bblowing\b|\bflutter\w*|风"),
    (Effect.NIGHT, r"\bnight(?:s|fall|time)?\b|\bmidnight\b|\bmoonl\w+|夜|月光"),
    (
        Effect.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\btwilight\b|\bsunrise\b|\bdawn\b|日落|夕阳|黄昏|傍晚|落日|晚霞|日出|黎明|朝霞|清晨",
    ),
    (
        Effect.DAY,
        r"\bday(?:light|time|break)\b|\bsunny\b|\bsunshine\b|\bbright (?:sun|day|morning)|\bnoon\b|白天|阳光|晴天|正午|中午",
    ),
)

ACTIONS: Final = (
    (
        Action.DRIVE,
        r"\b(?:driv(?:e|es|ing)|rid(?:e|es|ing)|roll(?:s|ing)?|sail(?:s|ing)?)\b|行驶|开车|驾驶|骑|驶|航行",
    ),
    (
        Action.RUN,
        r"\b(?:run|runs|running|ran|sprint\w*|dash\w*|rush\w*|gallop\w*|chas\w*|rac(?:es|ing))\b|跑|奔|冲|追",
    ),
    (
        Action.WALK,
        r"\b(?:walk\w*|stroll\w*|march\w*|wander\w*|step(?:s|ping)|approach\w*|comes?|coming|enters?|crosses|crossing|moves?|moving)\b|走|散步|漫步|前进|移动",
    ),
    (Action.JUMP, r"\b(?:jump\w*|leap\w*|hop\w*|bounc\w*|skip\w*)\b|跳(?!舞)|蹦"),
    (
        Action.FLY,
        r"\b(?:fly|flies|flying|flew|soar\w*|swoop\w*|take(?:s)? off|launch\w*)\b|飞|翱翔|升空|发射",
    ),
    (
        Action.FLOAT,
        r"\b(?:float\w*|hover\w*|levitat\w*|drift\w*|swim\w*)\b|漂|悬浮|悬空|游泳|游动|飘(?!雪|落)",
    ),
    (Action.DANCE, r"\b(?:danc\w*|groov\w*|sway\w*)\b|跳舞|舞蹈|起舞|摇摆"),
    (Action.WAVE, r"\b(?:wav(?:e|es|ing)|greet\w*|nod\w*|bow(?:s|ing))\b|挥手|招手|点头|鞠躬|打招呼"),
    (
        Action.TURN,
        r"\b(?:turn(?:s|ing)? (?:around|back|to|left|right)|spin\w*|twirl\w*|rotat\w*)\b|转身|转圈|旋转|回头",
    ),
)

PLACES: Final = (
    (
        Place.SPACE,
        r"\b(?:outer space|space|galax\w+|nebula|cosmos|universe|stars? field|on the moon|planet)\b|太空|宇宙|星空|银河|星云|月球",
    ),
    (
        Place.ROOM,
        r"\b(?:room|indoors?|interior|kitchen|office|studio|bedroom|caf[eé]|restaurant|library|hall|house|stage|classroom|desk|table)\b|房间|室内|客厅|卧室|厨房|办公室|咖啡|餐厅|舞台|教室|图书馆",
    ),
    (
        Place.UNDERWATER,
        r"\bunderwater\b|\b(?:under|beneath|below) the (?:sea|water|ocean|waves)\b|\bcoral\b|\bsea ?bed\b|\bdeep sea\b|海底|水下|水底|珊瑚",
    ),
    (
        Place.BEACH,
        r"\b(?:beach\w*|seaside|coast\w*|shores?|seashore|sand|island)\b|沙滩|海滩|海边|海岸|岸边|海岛",
    ),
    (Place.LAKE, r"\b(?:lakes?|ponds?|rivers?|lagoon|fjord|stream)\b|湖|池塘|河|江面|溪"),
    (
        Place.SEA,
        r"\b(?:sea(?! of clouds)|ocean|(?:ocean |sea )waves|harbou?r|bay|waters?)\b|(?<![云花上林雪])海|水面|水上|港",
    ),
    (Place.DESERT, r"\b(?:desert|dunes?|sahara|canyon|mars)\b|沙漠|沙丘|戈壁|峡谷|火星(?!四)"),
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
        r"\b(?:city|street|skyline|downtown|urban|town|rooftops?|alley|skyscrapers?|neon|plaza|road)\b|城市|街|都市|霓虹|大厦|高楼|马路|广场",
    ),
    (Place.FOREST, r"\b(?:forest|woods?|jungle|trees|bamboo|grove)\b|森林|树林|丛林|竹林|林间"),
    (Place.MOUNTAINS, r"\b(?:mountains?|hills?|peaks?|valley|alps|cliff)\b|山|峰|谷"),
    (Place.SKY, r"\b(?:in the sky|sky|clouds?|above the clouds|heaven)\b|天空|云端|云层|云海|空中"),
    (
        Place.MEADOW,
        r"\b(?:meadow|field|grass\w*|park|garden|lawn|farm|prairie|countryside|flowers?)\b|草地|草原|田野|公园|花园|田|花海|乡村",
    ),
)

HOURS: Final = (
    (Hour.NIGHT, r"\bnight\w*\b|\bmidnight\b|\bmoonl\w+|\bneon\b|\bstarry\b|夜|月光|星空|霓虹"),
    (
        Hour.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\bevening\b|\btwilight\b|日落|夕阳|黄昏|傍晚|落日|晚霞",
    ),
    (Hour.DAWN, r"\bsunrise\b|\bdawn\b|\bmorning\b|日出|黎明|朝霞|清晨|早晨"),
    (
        Hour.OVERCAST,
        r"\bovercast\b|\bcloudy\b|\bgr[ea]y (?:sky|skies|day|weather)\b|\bgloomy\b|阴天|多云|阴沉|阴云",
    ),
    (Hour.DAY, r"\bday\w*\b|\bsunny\b|\bsunshine\b|\bnoon\b|\bblue sky\b|白天|阳光|晴|正午|蓝天"),
)

SLOWER: Final = r"\b(?:slow(?:ly)?|gentl[ey]|subtl[ey]|slight(?:ly)?|soft(?:ly)?|calm(?:ly)?|light|a little|delicate(?:ly)?)\b|缓缓|慢慢|缓慢|轻轻|微微|稍微|小幅|轻微|小(?=雨|雪|雾)|薄(?=雾)|微(?=风)"
FASTER: Final = r"\b(?:fast|quick(?:ly)?|rapid(?:ly)?|dramatic(?:ally)?|heavy|heavily|strong(?:ly)?|thick|dense|intense(?:ly)?|wild(?:ly)?|storm\w*|whip|hard|blizzard|downpour|sudden(?:ly)?)\b|快速|迅速|猛|剧烈|大幅|强烈|飞快|浓|暴|狂|大(?=雨|雪|雾|风|火)"

SIDES: Final = (
    (0.0, r"\b(?:in|at) the (?:cent(?:er|re)|middle)\b|\bcent(?:er|re)d\b|中间|中央|正中|居中"),
    (
        -1.0,
        r"\b(?:on|at|in) (?:the |its |his |her )?(?:far )?left\b|\bto the left of\b|\bleft[\s-](?:hand )?(?:side|half)\b|左[边侧面]|在左|画面左",
    ),
    (
        1.0,
        r"\b(?:on|at|in) (?:the |its |his |her )?(?:far )?right\b|\bto the right of\b|\bright[\s-](?:hand )?(?:side|half)\b|右[边侧面]|在右|画面右",
    ),
)
NEARNESS: Final = (
    (
        -1.0,
        r"\b(?:far away|in the distance|distant|in the (?:far )?background|far (?:off|behind)|small in)\b|远处|远方|背景里|背景中|后方|后面",
    ),
    (
        1.0,
        r"\b(?:close[\s-]?up|in the foreground|near(?:by)?|close to (?:the )?camera|up close|large in)\b|近处|前景|特写|近景|面前|前面",
    ),
)
HEADINGS: Final = (
    (-1.0, r"\b(?:to|towards?) (?:the )?left\b(?! of)|\bleftwards?\b|[向往朝]左"),
    (1.0, r"\b(?:to|towards?) (?:the )?right\b(?! of)|\brightwards?\b|[向往朝]右"),
)
TOWARDS_US: Final = (
    r"towards? (?:the camera|us|the viewer|me)|(?:朝|向|往)(?:着)?(?:镜头|我们|观众|前)|走来|跑来|飞来"
)
AS_SCENE: Final = (
    r"(?<!in the )(?<!far )\bback(?:ground|drop)\b|\bas (?:the |a |our )?(?:scene|scenery|location|setting|environment|place|stage)\b"
    r"|\b(?:scene|setting|location)(?: is|:)\s*(?=@)|(?:作为|作|为|当|成)(?:背景|场景|环境)|(?:背景|场景|环境)[是为:：]|背景(?=@)|的背景"
)
WITHIN: Final = (
    r"\b(?:in|inside|within|at|on|over|above|across|through|into|along|off)\s+"
    r"(?!front\b|the (?:left|right|middle|cent(?:er|re)|distance|foreground|background)\b)(?:[\w-]+\s+){0,4}?$"
    r"|[在从于到]\s*$"
)
"""What stands before a place's name. In Chinese a word for its inside or surface must follow: `INSIDE`."""
INSIDE: Final = r"^\s*的?(?:[\u4e00-\u9fff]{0,2})?(?:里|中(?!间|央)|内|上|湖|海|场景)"
ALOFT: Final = r"\b(?:above|high over|in the (?:air|skys?)|in mid-?air|overhead|hover\w*|levitat\w*)\b|空中|上空|天上|上方|悬空|悬浮"
NATURES: Final = (
    (
        Nature.SWIMS,
        r"\b(?:\w*(?:boat|ship)s?|canoe|kayak|yacht|raft|ferry|vessel|ducks?|duckling|swan|buoy|catamaran)\b|船|舟|帆|艇|鸭|天鹅|木筏",
    ),
    (
        Nature.FLIES,
        r"\b(?:\w*balloons?|airship|blimp|zeppelin|birds?|eagle|hawk|owl|(?:sea)?gulls?|pigeon|parrot|\w*planes?|jet|helicopter|drone|kite|butterfl(?:y|ies)|dragonfly|bees?|ufo|rocket|spaceship|starship|fairy|dragon|ghost|angel)\b|气球|飞艇|鸟|鹰|鸥|飞机|直升机|无人机|风筝|蝴蝶|蜻蜓|蜜蜂|火箭|飞船|飞碟|仙女|天使|龙",
    ),
)
BIRDS: Final = r"\b(?:birds?|eagle|hawk|owl|(?:sea)?gulls?|pigeons?|parrot|sparrow|crow|raven)\b|鸟|鹰|海鸥|鸽|鹦鹉|麻雀|乌鸦"
CALLED: Final = r"^\s*(?:[,(（:：]?\s*(?:is |as |the |a |an |its |his |her |this )*(?:[\w-]+\s){0,2}?|[是这那一]{0,2}[只艘个条架]?[\u4e00-\u9fff]{0,2}?)$"
"""What may stand between a subject's name and the word for what it is."""
OF_THE_CAMERA: Final = (
    r"(?<!towards the )(?<!toward the )(?<!to the )(?<!at the )\bcamera\b|(?<![朝向往着对近])镜头"
)
