"""What prompts call weather, light and what is in the air, English and Chinese, as data; patterns as in `vocabulary`."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Effect, Playback

EFFECT_PATTERNS: Final = (
    (
        Effect.RAIN,
        r"(?<!confetti )(?<!petals )\brain(?:s|y|ing|drops?|fall|storm)?\b(?! ?forest)|\bdrizzl\w*|\bdownpours?\b|\bthunderstorms?\b|\bmonsoon\b|(?<!snow )(?<!sand )(?<!dust )\bstorms?\b|\bstormy\b"
        r"|(?<!花瓣)(?<!流星)雨(?![林伞衣])|电闪雷鸣|雷电交加|(?<!沙尘)(?<![沙雪])风暴(?!眼)|台风|飓风",
    ),
    (
        Effect.STORM,
        r"\bthunder(?:storms?|clouds?)\b|(?<!snow )(?<!sand )(?<!dust )\bstorms?\b|\bstormy\b|\bhurricanes?\b|\btyphoons?\b|\btempests?\b"
        r"|暴风雨|雷雨|雷暴|电闪雷鸣|雷电交加|狂风暴雨|(?<!沙尘)(?<![沙雪])风暴(?!眼)|台风|飓风|乌云压城",
    ),
    (
        Effect.LIGHTNING,
        r"\blightning\b(?! (?:fast|speed|quick|bugs?))|\bthunder(?:storms?|bolts?|s|ing)?\b|(?<!snow )(?<!sand )(?<!dust )(?<!rain )\bstorms?\b(?! clouds?)|\bstormy\b"
        r"|闪电|电闪雷鸣|雷电|雷雨|雷暴|暴风雨|打雷|雷声|(?<!沙尘)(?<![沙雪])风暴(?!眼)",
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
        r"\bfog(?:gy)?\b(?![\s-]free)|\bmist(?:y)?\b|\bhaz[ey]\b|\bsmoke\b(?! (?:\w+ )?(?:ris|from|curl|billow|com))|\bsmoky\b|雾|(?<![炊冒])烟(?![花火囱])",
    ),
    (
        Effect.CAMPFIRE,
        r"\b(?:camp|bon)[\s-]?fires?\b|\bfire ?(?:place|pit)s?\b|\b(?:log|wood|hearth|open|cozy|cosy|crackling)[\s-]fires?\b|\bhearth\b|\bfire (?:\w+ )?(?:burn\w* |crackl\w* |flicker\w* )?(?:in|on) (?:the |an? )?(?:hearth|grate|stove|pit|logs?)\b|\b(?:burning|flaming) logs?\b|\blogs? burn\w*"
        r"|篝火|营火|壁炉|炉火|柴火|火堆",
    ),
    (
        Effect.FIRE,
        r"(?<!camp )(?<!log )(?<!wood )(?<!hearth )(?<!open )(?<!cozy )(?<!cosy )(?<!crackling )\bfire\b(?! (?:truck|engine|fighter|station|hydrant|escape|alarm|pit|place)|[\s-]?works|[\s-]?flies| (?:\w+ )?(?:burn\w* |crackl\w* |flicker\w* )?(?:in|on) (?:the |an? )?(?:hearth|grate|stove|pit|logs?))|\bwild[\s-]?fires?\b|(?<!candle )(?<!candles )\bflam(?:es?|ing)\b"
        r"|(?<!candle )(?<!candles )(?<!campfire )(?<!bonfire )(?<!fireplace )(?<!log )(?<!logs )(?<!fire )\bburn(?:s|ing)?\b(?! (?:\w+ )?(?:candle|incense|cigarette|sun|sky|heat|logs?|campfire|bonfire|hearth))|\bblaz(?:e|ing)\b(?! (?:sun|sky|heat|noon|logs?|campfire|bonfire|hearth))"
        r"|火焰|(?<!篝火)(?<!篝火熊熊)(?<!柴火)(?<!炉火)燃烧|烈火|大火|着火|火光",
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
        r"\bwind(?:y|s|swept|blown)?\b|\bgales?\b|(?<!snow )(?<!sand )(?<!dust )(?<!rain )\bstorms?\b(?! clouds?)|\bthunderstorms?\b|\bstormy\b|\bhurricanes?\b|\btyphoons?\b|暴风雨|(?<!沙尘)(?<![沙雪])风暴(?!眼)|\bbreez[ey]\b|\bgusts?\b|\bblowing\b(?! (?:out|bubbles|a kiss|kisses|on))|\bflutter\w*"
        r"|\b(?:hair|dress|skirt|clothe?s?|cloak|cape|scarf|flags?|curtains?|banners?) (?:\w+ )?(?:flow|blow|sway|billow|wav|rippl|stream)\w*"
        # 风 is also manner and style: 风景, 风格, 古风.
        r"|(?<!国)(?<!古)(?<!漫)(?<!威)(?<!屏)(?<!画)(?<!系)(?<!欧美)风(?![景格筝扇车衣光味貌情采度险水俗琴铃])"
        r"|(?:头发|长发|发丝|秀发|裙摆|衣角|衣袖|旗帜?|窗帘)[^，。]{0,3}[飘摆舞]",
    ),
    (
        Effect.NIGHT,
        r"\bnight(?:s|fall|time)?\b|\bmidnight\b|\bmoonl\w+|\bstarry\b|\b(?:gets?|grows?|becomes?|turns?|getting|growing) dark(?:er)?\b|\bdarkness falls|夜|月光|星空|天黑|天色[^，。]{0,3}暗|变黑|晚上",
    ),
    (
        Effect.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\btwilight\b|\bevening (?:light|sun|glow)\b|\bsun (?:is )?(?:\w+ly )?(?:sets?|setting|goes down|going down|dips?|sinks?|sinking)\b|\bsetting sun\b|\bmagic hour\b"
        r"|日落|夕阳|黄昏|傍晚|落日|晚霞|太阳[^，。]{0,3}(?:落|下山|西沉)|日暮|黄金时刻|余晖",
    ),
    (
        Effect.DAWN,
        r"\bsunrise\b|\bdawn\b|\bdaybreak\b|\b(?<!bright )(?<!sunny )mornings?\b(?! coffee)|\bsun (?:is )?(?:\w+ly )?(?:rises?|rising|comes up|coming up)\b|\bfirst light\b|\brising sun\b"
        r"|日出|黎明|朝霞|清晨|早晨|晨光|晨曦|破晓|拂晓|朝阳|旭日|太阳[^，。]{0,3}升",
    ),
    (
        Effect.DAY,
        r"\bday(?:light|time)\b|\bsunny\b|\bsunshine\b|\bbright (?:sun|day|morning)|\bnoon\b|\bday breaks|\b(?:gets?|grows?|becomes?) (?:light|bright)(?:er)?\b|白天|白昼|阳光|晴天|正午|中午|天亮",
    ),
    (
        Effect.STARS,
        r"\bstarry\b|\bstar(?:s|light|lit)\b(?! (?:in|at) (?:her|his|the film|the movie))|\bmilky way\b|星空|繁星|星星|满天星|星光|银河|星河",
    ),
    (Effect.AURORA, r"\bauroras?\b|\b(?:northern|southern|polar) lights\b|极光"),
    (
        Effect.UNDERWATER,
        r"\bunder[\s-]?water\b|\b(?:under|beneath|below) the (?:sea|water|ocean|waves|surface)\b|\bsubmerged\b|\bcaustics?\b|\b(?:coral reefs?|sea ?bed|deep sea)\b|水下|水底|海底|深海|水中世界",
    ),
    (
        Effect.MONOCHROME,
        r"\bblack[\s-]and[\s-]white\b|\bblack & white\b|\bmonochrom\w+|\bb&w\b|\bgr[ea]yscale\b|\bfilm noir\b|\bnoir\b|黑白|单色|灰度",
    ),
    (
        Effect.SEPIA,
        r"\bsepia\b|\bvintage (?:film|photo|look|footage|tones?)\b|\bold (?:film|photo|movie) (?:look|effect|style)\b|\bfaded film\b|\bretro film\b|复古胶片|怀旧色调|老照片|老电影|泛黄|复古色调|旧胶片",
    ),
)

PLAYBACK_PATTERNS: Final = (
    (
        Playback.TIMELAPSE,
        r"\b(?:time|hyper)[\s-]?laps\w*|\bsped[\s-]up\b|\bspeed(?:s|ed)? up (?:the )?(?:footage|video|motion|time)\b|\bfast[\s-]forward\w*|\bfast[\s-]motion\b|\baccelerated (?:time|motion|footage)\b|\btime (?:flies|races|speeds) by\b|\bclouds race\b|\bhours pass\b"
        r"|延时|缩时|快进|快放|加速播放|时光飞逝|斗转星移|光阴飞逝|移轴延时",
    ),
    (
        Playback.SLOW_MOTION,
        r"\bslow(?:ed)?[\s-]?mo(?:tion)?\b|\bslo-mo\b|\bslowed down\b|\bhigh[\s-]speed (?:camera|footage|photography)\b|\bhigh frame[\s-]rate\b|\b(?:96|100|120|240|480|1000) ?fps\b|\btime slows(?: down)?\b|\bramps? (?:down )?(?:in)?to slow\b"
        r"|慢动作|慢镜头|慢速播放|升格|时间变慢|高速摄影|(?<!缓)慢放",
    ),
    (
        Playback.FREEZE,
        r"\bfreeze[\s-]frame\b|\btime (?:\w+ )?(?:freezes|stops|stands still|is frozen|halts)\b|\bfrozen (?:in time|moment)\b|\bfreez(?:es?|ing) (?:in (?:mid-?air|place|time)|time|the moment|the action)\b|\bbullet[\s-]time\b|\beverything (?:freezes|stops)\b|\b(?:stop|freeze) time\b"
        r"|定格|时间(?:静止|停止|凝固|冻结|停滞|暂停)|子弹时间|画面凝固|瞬间凝固",
    ),
    (
        Playback.REVERSE,
        r"\b(?:play(?:s|ed|ing)?|run(?:s|ning)?|mov(?:es?|ing)|shown?|footage|motion|video|rain|snow|everything) (?:\w+ )?(?:in reverse|backwards? in time|backwards)\b|\brevers(?:e|ed) (?:motion|playback|footage|video|time)\b|\bin reverse\b|\brewind\w*|\btime (?:runs|flows|goes|moves|turns)? ?(?:backwards?|in reverse|back(?= ?$))"
        r"|倒放|倒带|时光倒流|时间倒流|逆放|倒播|反向播放|回放效果",
    ),
)
