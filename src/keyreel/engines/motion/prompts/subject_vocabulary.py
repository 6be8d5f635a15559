"""What prompts say about subjects, English and Chinese, as data: action, position and kind."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Locomotion, SubjectAction

ACTION_PATTERNS: Final = (
    (
        SubjectAction.DRIVE,
        r"\b(?:driv(?:e|es|ing)|rid(?:e|es|ing)|roll(?:s|ing)?|sail(?:s|ing)?)\b|行驶|开车|驾驶|骑|驶|航行",
    ),
    (
        SubjectAction.RUN,
        r"\b(?:run|runs|running|ran|sprint\w*|dash\w*|rush\w*|gallop\w*|chas\w*|rac(?:es|ing))\b|跑|奔|冲(?![天浪])|追",
    ),
    (
        SubjectAction.WALK,
        r"\b(?:walk\w*|stroll\w*|march\w*|wander\w*|step(?:s|ping)|approach\w*|comes?|coming|enters?|crosses|crossing|moves?|moving)\b|走(?!廊)|散步|漫步|前进|移动",
    ),
    (SubjectAction.JUMP, r"\b(?:jump\w*|leap\w*|hop\w*|bounc\w*|skip\w*)\b|跳(?!.{0,2}舞)|蹦"),
    (
        SubjectAction.FLY,
        r"\b(?:fly|flies|flying|flew|soar\w*|swoop\w*|take(?:s)? off|launch\w*)\b|飞|翱翔|升空|发射",
    ),
    (
        SubjectAction.FLOAT,
        r"\b(?:float\w*|hover\w*|levitat\w*|drift\w*|swim\w*|rises|rising|ascend\w*|descend\w*)\b|漂|悬浮|悬空|游泳|游动|飘(?!着?[大小]?雪|落)|升起|上升|升上|降落|下降",
    ),
    (SubjectAction.DANCE, r"\b(?:danc(?:e|es|ed|ing)|groov\w*|sway\w*)\b|跳.{0,2}舞|舞蹈|起舞|摇摆"),
    (
        SubjectAction.WAVE,
        # The sea's waves, and a flag that waves, are no greeting.
        r"\bwav(?:e|es|ing) (?:(?:his|her|its|their|a|one|both|hello|good|back)\b|at\b|to\b)|\bwaving\b"
        r"|(?<!the )(?<!ocean )(?<!sea )(?<!gentle )(?<!big )(?<!tall )(?<!high )(?<!small )(?<!huge )(?<!of )(?<!and )(?<!flag )(?<=\w )waves\b"
        r"(?! (?:crash|roll|lap|break|in the (?:wind|breeze)))|\b(?:greet\w*|nod\w*|bow(?:s|ing))\b|挥手|招手|挥动|点头|鞠躬|打招呼",
    ),
    (
        SubjectAction.TURN,
        r"\b(?:turn(?:s|ing)? (?:around|back|left|right|to (?:the|face|look|us|me|him|her))|spin\w*|twirl\w*|rotat\w*(?! around (?:the|him|her|it|them|@)))\b|转身|转圈|旋转|回头",
    ),
)

SIDE_PATTERNS: Final = (
    (0.0, r"\b(?:in|at) the (?:cent(?:er|re)|middle)\b|\bcent(?:er|re)d\b|中间|中央|正中|居中|中心"),
    (
        -1.0,
        r"\b(?:on|at|in) (?:the |its |his |her )?(?:far )?left\b|\bto the left of\b|\bleft[\s-](?:hand )?(?:side|half)\b|左[边侧面]|在左|画面左",
    ),
    (
        1.0,
        r"\b(?:on|at|in) (?:the |its |his |her )?(?:far )?right\b|\bto the right of\b|\bright[\s-](?:hand )?(?:side|half)\b|右[边侧面]|在右|画面右",
    ),
)
NEARNESS_PATTERNS: Final = (
    (
        -1.0,
        r"\b(?:far away|in the distance|distant|in the (?:far )?background|far (?:off|behind)|small in)\b|远处|远方|远景|天边|远远|背景里|背景中|后方|后面",
    ),
    (
        1.0,
        r"\b(?:close[\s-]?up|in the foreground|near(?:by)?|close to (?:the )?camera|up close|large in)\b|近处|前景|特写|近景|离镜头很?近|面前|前面",
    ),
)
_MOVEMENT_VERBS = r"\b(?:walk|run|rush|sprint|dash|gallop|jog|wander|stroll|driv|fl[iy]|mov|sail|rac|swim|rid|march|head|go|slid|drift|float|jump|step|roll)\w*(?: (?:off|away|slowly|quickly|out))?"
HEADING_PATTERNS: Final = (
    (-1.0, rf"\b(?:to|towards?) (?:the )?left\b(?! of)|\bleftwards?\b|{_MOVEMENT_VERBS} left\b|[向往朝]左"),
    (1.0, rf"\b(?:to|towards?) (?:the )?right\b(?! of)|\brightwards?\b|{_MOVEMENT_VERBS} right\b|[向往朝]右"),
)
VERTICAL_HEADING_PATTERNS: Final = (
    (
        1.0,
        r"\bupwards?\b|\b(?:fl[iy]|float|drift|soar|go|lift|shoot)\w*(?: \w+)? up\b|\b(?:rises|rising|ascend\w*|climb\w*)\b|\btakes? off\b|升|飞[上起]|起飞|向上",
    ),
    (
        -1.0,
        r"\bdownwards?\b|\b(?:fl[iy]|float|drift|swoop|go|sink)\w*(?: \w+)? down\b|\bdescend\w*|\bland(?:s|ing)\b|下降|降落|落下|飞下|向下",
    ),
)
"""Up or down, for subjects in the air."""
TOWARDS_CAMERA_PATTERN: Final = (
    r"\btowards? (?:the camera|us|the viewer|me)\b|\bapproach\w* (?:the camera|us|the viewer)|\b(?:com|walk|runn?|mov)(?:e|es|s|ing)? (?:\w+ )?(?:closer|nearer)\b(?! to (?!the camera|us\b))"
    r"|(?:朝|向|往)(?:着)?(?:镜头|我们|观众|前)|[走跑飞]过?来|迎面|[走跑]近|靠近镜头|越来越近"
)
AWAY_FROM_CAMERA_PATTERN: Final = (
    r"\b(?:walk|runn?|mov|driv|fl(?:y|ies)|sail|rid|float|drift|swim|go)\w*(?: \w+ly)? (?:off |far )?(?:away|into the distance)\b(?! from (?:the )?(?!camera|us|viewer)\w)|\baway from (?:the camera|us|the viewer)"
    r"|远离(?:镜头|我们)|[走跑飞驶漂]远|离去|远去|[走跑飞驶]向远[处方]|越来越远"
)
WEATHER_MOTION_PATTERN: Final = (
    r"\b(?:drift|float|fall|swirl|roll|danc|mov|rac|ris|rush)ing (?:clouds?|leaves|snow(?:flakes)?|fog|mist|waves?|petals|blossoms|embers|smoke|water|light)\b|\b(?:fog|mist|thunderstorms?|blossoms?|confetti|fireworks?|lights?|auroras?|time|hours|rain(?:drops)?|snow(?:flakes?)?|(?:\w+ )?leaves|clouds?|waves?|winds?|breeze|smoke|steam|petals?|embers?|sparks?|sun|moon|nights?|days?|fire|flames?|water|grass|trees?|stars?|flags?|hair|curtains?|storm|lightning|dust)"
    r"(?: (?:that|which|is|are|slowly|gently|softly|begins? to|starts? to))* (?:falls?|fall|drifts?|floats?|fl(?:y|ies)|rolls?|blows?|rises?|sets|moves?|mov|turns?|swirls?|waves?|danc|com|goes|runs?|rush|spin|walk|jump|driv|chas|sway|flow|go)\w*(?: (?:by|in|on|up|down|over|past|through|away|across|(?:to|towards?) the \w+))?"
    r"|(?:(?:[飘落下]着?|漫天)雪|(?:大火|烈火)[^，。@]{0,2}冲天|余烬|时光|时间|极光|烟花|炊烟|雪花?(?![地山原峰])|大雪|小雪|雨|雾气?|云朵?|云层|白云|落叶|秋叶|枫叶|树叶|叶子|花瓣|樱花|风|海浪|浪花?|烟雾?|蒸汽|太阳|月亮|头发|长发|旗帜?|窗帘|火星|火花|衣角|裙摆)[^，。@]{0,3}?(?:[飘飞漂走升落移跑摇追冲]|纷飞|流动|起舞|旋转|翻滚)[^，。@]{0,3}?(?=[，。@]|$|在|，)"
)
"""Motion of weather and nature, which is no subject's action."""
SCENE_PATTERN: Final = (
    r"(?<!in the )(?<!far )\bback(?:ground|drop)\b|\bas (?:the |a |our )?(?:scene|scenery|location|setting|environment|place|stage)\b"
    r"|\b(?:scene|setting|location)(?: is|:)\s*(?=@)|(?:作为|作|为|当|成)(?:背景|场景|环境)|(?:背景|场景|环境)[是为:：]|背景(?=@)|的背景"
)
CONTAINER_BEFORE_PATTERN: Final = (
    r"\b(?:in|inside|within|at|on|over|above|across|through|into|along|off)\s+"
    r"(?!front\b|the (?:left|right|middle|cent(?:er|re)|distance|foreground|background)\b)(?:[\w-]+\s+){0,4}?$"
    r"|[在从于到]\s*$"
)
"""What stands before a place's name; in Chinese `CONTAINER_AFTER_PATTERN` must follow it."""
CONTAINER_AFTER_PATTERN: Final = r"^\s*的?(?:[\u4e00-\u9fff]{0,2})?(?:里|中(?!间|央)|内|上|湖|海|场景)"
AIRBORNE_PATTERN: Final = r"\b(?:above|high over|in the (?:air|skys?)|in mid-?air|overhead|hover\w*|levitat\w*)\b|空中|上空|天上|上方|悬空|悬浮"
LOCOMOTION_PATTERNS: Final = (
    (
        Locomotion.SWIMS,
        r"\b(?:\w*(?:boat|ship)s?|canoe|kayak|yacht|raft|ferry|vessel|ducks?|duckling|swan|buoy|catamaran)\b|船|舟|帆|艇|鸭|天鹅|木筏",
    ),
    (
        Locomotion.FLIES,
        r"\b(?:\w*balloons?|airship|blimp|zeppelin|birds?|eagle|hawk|owl|(?:sea)?gulls?|pigeon|parrot|\w*planes?|jet|helicopter|drone|kite|butterfl(?:y|ies)|dragonfly|bees?|ufo|rocket|spaceship|starship|fairy|dragon|ghost|angel)\b|气球|飞艇|鸟|鹰|鸥|飞机|直升机|无人机|风筝|蝴蝶|蜻蜓|蜜蜂|火箭|飞船|飞碟|仙女|天使|龙",
    ),
)
BIRD_PATTERN: Final = r"\b(?:birds?|eagle|hawk|owl|(?:sea)?gulls?|pigeons?|parrot|sparrow|crow|raven)\b|鸟|鹰|海鸥|鸽|鹦鹉|麻雀|乌鸦"
APPOSITION_PATTERN: Final = r"^\s*(?:[,(（:：]?\s*(?:is |as |the |a |an |its |his |her |this )*(?:[\w-]+\s){0,2}?|[是这那一]{0,2}[只艘个条架]?[\u4e00-\u9fff]{0,2}?)$"
"""What may stand between a subject's name and the word for what it is."""
CAMERA_SUBJECT_PATTERN: Final = (
    r"(?<!towards the )(?<!toward the )(?<!to the )(?<!to )(?<!at the )(?<!from the )(?<!from )(?<!past the )(?<!into the )(?<!before the )(?<!facing the )(?<!near the )(?<!approaches the )(?<!approaching the )"
    r"\b(?:camera|drone)\b|(?<![朝向往着对近离从])镜头|摄像机|摄影机|(?<![朝向往着对近离从])相机|无人机|航拍|跟拍|侧跟"
)
