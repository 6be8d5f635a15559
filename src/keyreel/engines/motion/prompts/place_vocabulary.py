"""What prompts call places, times of day and seasons, English and Chinese, as data; patterns as in `vocabulary`."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Place, Season, TimeOfDay

PLACE_PATTERNS: Final = (
    (
        Place.SPACE,
        r"\b(?:outer space|space|galax\w+|nebula|cosmos|universe|stars? field|on the moon|planet)\b|太空|宇宙|星空|银河|星云|月球",
    ),
    (Place.WATERFALL, r"\bwaterfalls?\b|\bcascades?\b|\bgorge\b|瀑布"),
    (
        Place.FIREPLACE,
        r"\bfire ?places?\b|\bhearth\b|\bfire (?:\w+ )?(?:burn\w* |crackl\w* )?in (?:the |an? )?(?:grate|stove)\b|壁炉|炉火",
    ),
    (
        Place.CAFE,
        r"\bcaf[eé]s?\b|\bcoffee ?(?:shop|house)s?\b|\bbistros?\b|\brestaurants?\b|\btea ?(?:room|house)s?\b|咖啡[馆店厅]|餐厅|茶馆",
    ),
    (
        Place.TABLE,
        r"\b(?:on|at|onto|across) (?:the |a |an |his |her |my )?(?:\w+ ){0,2}(?:table(?:top)?|desk(?:top)?)\b|\b(?:wooden|kitchen|dining|breakfast|coffee) table\b|\btable ?top\b|[在]?(?:木|餐|书)?桌(?:子|面)?上|桌面",
    ),
    (
        Place.ROOM,
        r"\b(?:room|indoors?|interior|kitchen|office|studio|bedroom|nook|windowsill|window seat|(?:by|at|through|beside|from|near) (?:the|a|an|her|his|my) (?:\w+ )?window|library|hall|(?:in|inside) (?:the |a |his |her |their |my )?(?:\w+ )?house|stage|classroom|desk|table)\b|房间|室内|客厅|卧室|厨房|办公室|窗边|窗前|窗台|窗外|舞台|教室|图书馆",
    ),
    (
        Place.UNDERWATER,
        r"\bunder[\s-]?water\b|\bsubmerged\b|\b(?:under|beneath|below) the (?:sea|water|ocean|waves)\b|\bcoral\b|\bsea ?bed\b|\bdeep sea\b|海底|水下|水底|深海|水中世界|珊瑚",
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
        Place.SNOWWOOD,
        r"\bsnow(?:y|[\s-]?covered)? (?:\w+ )?(?:forests?|woods?|woodland|pines?|trees)\b|\b(?:winter|frozen) (?:\w+ )?(?:forests?|woods?|woodland)\b|雪林|雪中的?(?:森林|树林)|(?:积雪|白雪|雪)[^，。]{0,4}(?:森林|树林|松林)|(?:冬天|冬日|冬季)[^，。]{0,2}(?:森林|树林)",
    ),
    (
        Place.SNOWPEAKS,
        r"\bsnow(?:y|[\s-]?capped|[\s-]?covered)? (?:\w+ )?(?:mountain|peak|summit)\w*|\bglaciers?\b|\bhimalaya\w*|雪山|雪峰|冰川",
    ),
    (
        Place.SNOWFIELD,
        r"\b(?:snowy (?:field|land\w*|plain|hill\w*|meadow|park)s?|snow ?fields?|arctic|antarctic\w*|tundra|ice(?! cream)|(?:in|on|through|over|across) (?:the )?(?:\w+ )?snow)\b|雪地|雪原|极地|北极|南极|冰面",
    ),
    (Place.BAMBOO, r"\bbamboo\b(?! (?:basket|flute|chair|mat|hat))|竹林|竹海|竹(?!筏|篮|笛|椅|席|竿)"),
    (Place.CITY, r"\bstreets? (?:in|of) (?:an?|the) (?:\w+ )*town\b|小镇(?:上|里)?的?街"),
    (
        Place.VILLAGE,
        r"\bvillages?\b|\bhamlets?\b|\bsmall town\b|\bcountry (?:houses|cottages)\b|村庄|村落|小村|山村|古村|乡村",
    ),
    (
        Place.CITY,
        r"\b(?:city|street|downtown|urban|town|rooftops?|alley|neon|plaza|market)\b|城市|街|都市|霓虹|大厦|高楼|马路|广场",
    ),
    (
        Place.FOREST,
        r"\b(?:(?:rain)?forests?|woods?|woodland|jungle|(?:among|between|through|under) (?:the )?(?:\w+ )?trees|grove)\b|森林|树林|丛林|林间",
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
        r"\b(?:meadow|field|grass\w*|park|garden|lawn|farm|prairie|countryside|flowers?)\b|草地|草原|田野|公园|花园|田|花海",
    ),
    (Place.CITY, r"\broads?\b|\bbridge\b|公路|大桥"),
    (Place.FOREST, r"\btrees\b"),
    # In a landscape the sky is no place of its own, and neither are storm clouds.
    (Place.SKY, r"\bsky\b|(?<!storm )(?<!rain )(?<!dark )\bclouds?\b|(?<!风)(?<!暴)天空"),
)

TIME_OF_DAY_PATTERNS: Final = (
    (
        TimeOfDay.NIGHT,
        r"\bnight\w*\b|\bmidnight\b|\bmoonl\w+|\bneon\b|\bstarry\b|\bstarlit\b|\bstars (?:\w+ )?(?:come out|appear|twinkl\w+|shin\w+)|\bmilky way\b|\bauroras?\b|\bnorthern lights\b|\b(?:gets?|grows?|becomes?) dark(?:er)?\b|\bdarkness falls|夜|月光|星空|繁星|星光|星河|极光|霓虹|天黑|晚上",
    ),
    (
        TimeOfDay.SUNSET,
        r"\bsunset\b|\bdusk\b|\bgolden[\s-]hour\b|\bmagic hour\b|\bevening\b|\btwilight\b|\bsun (?:is )?(?:\w+ly )?(?:sets?|setting|goes down|going down)\b|\bsetting sun\b"
        r"|日落|夕阳|黄昏|傍晚|落日|晚霞|余晖|黄金时刻|太阳[^，。]{0,3}(?:落|下山|西沉)|日暮",
    ),
    (
        TimeOfDay.DAWN,
        r"\bsunrise\b|\bdawn\b|\bmornings?\b|\bdaybreak\b|\bfirst light\b|\brising sun\b|\bsun (?:is )?(?:\w+ly )?(?:rises?|rising|comes up|coming up)\b|日出|黎明|朝霞|清晨|早晨|晨光|晨曦|破晓|拂晓|朝阳|旭日|太阳[^，。]{0,3}升",
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
