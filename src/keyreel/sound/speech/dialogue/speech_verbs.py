"""The English and Chinese words around quoted text that distinguish speech from writing; data only."""

from __future__ import annotations

import re
from typing import Final

from keyreel.mentions import HAN_RANGES

_SPEECH_VERBS: Final = (
    "say says said saying tell tells told telling state states stated stating speak speaks spoke "
    "speaking whisper whispers whispered whispering shout shouts shouted shouting yell yells yelled "
    "yelling ask asks asked asking reply replies replied replying answer answers answered answering "
    "cry cries cried crying exclaim exclaims exclaimed exclaiming mutter mutters muttered muttering "
    "murmur murmurs murmured murmuring mumble mumbles mumbled mumbling announce announces announced "
    "announcing declare declares declared declaring explain explains explained explaining scream "
    "screams screamed screaming call calls called calling sing sings sang singing greet greets "
    "greeted greeting add adds added adding continue continues continued continuing remark remarks "
    "remarked remarking narrate narrates narrated narrating recite recites recited reciting beg begs "
    "begged begging plead pleads pleaded pleading warn warns warned warning respond responds "
    "responded responding proclaim proclaims proclaimed proclaiming roar roars roared roaring chant "
    "chants chanted chanting hiss hisses hissed hissing utter utters uttered uttering sigh sighs "
    "sighed sighing gasp gasps gasped gasping growl growls growled growling joke jokes joked joking "
    "admit admits admitted promise promises promised promising suggest suggests suggested suggesting "
    "insist insists insisted insisting demand demands demanded demanding repeat repeats repeated "
    "repeating wonder wonders wondered wondering laugh laughs laughed laughing sob sobs sobbed "
    "sobbing command commands commanded commanding interrupt interrupts interrupted cheer cheers "
    "cheered cheering introduce introduces comment comments dialogue dialog voiceover voice-over"
)
_SPEECH_VERBS_ZH: Final = (
    "说道 说着 说 问道 问 喊道 喊 叫道 大叫 回答 答道 答 低语 耳语 嘀咕 嘟囔 嚷 吼 唱道 唱着 唱 念道 "
    "念 朗读 朗诵 讲道 讲 告诉 宣布 解释 感叹 叹道 叹 哭道 笑道 开口 自语 呼喊 呐喊 提醒 催促 补充 "
    "反问 介绍 警告 命令 祝福 打招呼 台词 对白 配音 道"
)
_SURFACES: Final = (
    "sign signs signboard poster posters banner banners label labels screen shirt t-shirt tshirt "
    "caption captions title titles headline headlines book novel movie film billboard logo subtitle "
    "subtitles tattoo graffiti button display placard plaque plate newspaper magazine text words word "
    "lettering letters inscription cover tag sticker neon note letter message card menu packaging box "
    "bottle package mug cup wall door board blackboard whiteboard song game brand store shop café "
    "cafe font slogan watermark overlay typography name"
)
_SURFACES_ZH: Final = (
    "招牌 牌子 告示 标语 横幅 海报 屏幕 字幕 文字 字样 标题 书名 封面 标签 商标 徽标 店名 门牌 路牌 "
    "匾额 大字 黑板 卡片 信封 小说 电影 歌曲 游戏 品牌 霓虹灯 名字 名称 水印"
)
_WRITING_VERBS: Final = (
    "read reads reading written writes writing labeled labelled titled entitled named spelled "
    "spelling spells inscribed printed marked captioned carved engraved painted typed types "
    "displaying displays display displayed showing shows stylized style inspired"
)
_WRITING_VERBS_ZH: Final = (
    "写着 写有 写了 标着 印着 印有 刻着 刻有 画着 贴着 题着 题为 名为 名叫 叫做 称为 显示 打出 上书 "
    "挂着 绣着 风格"
)


def _build_alternation(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words.split(), key=len, reverse=True))


SPEECH_VERB: Final = re.compile(
    rf"\b(?:{_build_alternation(_SPEECH_VERBS)})\b|(?<![小传据听述])(?:{_build_alternation(_SPEECH_VERBS_ZH)})(?![明服法路具德教理义])",
    re.IGNORECASE,
)
"""A verb that introduces or follows speech."""
WRITING_VERB: Final = re.compile(
    rf"\b(?:{_build_alternation(_WRITING_VERBS)})\b(?! (?:aloud|out\b))"
    rf"|{_build_alternation(_WRITING_VERBS_ZH)}",
    re.IGNORECASE,
)
"""A verb that introduces written text."""
SHOWING_VERB: Final = re.compile(r"(?:show|display)(?:s|ing|ed)?", re.IGNORECASE)
"""A verb of writing that people also do with other things."""
READING_ALOUD: Final = re.compile(
    rf"\breads? (?:aloud|out(?: loud)?)\b|(?:@\w+|@[{HAN_RANGES}]+|\b(?:he|she|they|I|we)) reads?\b",
    re.IGNORECASE,
)
"""Reading aloud."""
TEXT_SURFACE: Final = re.compile(
    rf"\b(?:{_build_alternation(_SURFACES)})\b|{_build_alternation(_SURFACES_ZH)}", re.IGNORECASE
)
"""A thing that text is written on, or that bears a name."""
SURFACE_VERB: Final = re.compile(r"\b(?:says?|said|saying)\b|说", re.IGNORECASE)
"""A speech verb that a sign may have as its subject, too."""
OTHER_SPEAKER: Final = re.compile(
    rf"@|,|，|：|\b(?:and|he|she|they|I|we|you|who|then|while)\b|[他她它们]|(?<=[{HAN_RANGES}])[人孩]",
    re.IGNORECASE,
)
"""What stands between a sign and "says" only if somebody else is the speaker."""
DETERMINER_END: Final = re.compile(
    r"\b(?:a|an|the|this|that|these|his|her|its|their|my|your|our|so-called|like|as|of|by|in|on|called|style)\s*$"
    r"|(?:的|一种|一个|一座|一家|一部|叫|是|为|如|像|在|以|用)$",
    re.IGNORECASE,
)
"""The word before a quoted name or notion."""
NARRATOR_PATTERN: Final = (
    r"narrator|narration|narrates|voice[- ]?over|voiceover|announcer|off[- ]?screen voice|v\.o\."
    r"|旁白|画外音|解说词|解说|播音|配音"
)
NON_SPEAKER_LABEL: Final = re.compile(
    r"^(?:style|title|text|caption|subtitles?|logo|sign|camera|lighting|mood|setting|scene|shot|prompt|music|sound|"
    r"theme|keywords?|location|time|color|colour|palette|words?|slogan|headline|note|overlay|poster|banner|label|"
    r"negative|quality|format|genre|background|foreground|atmosphere|action|ending|opening|watermark|name"
    r"|风格|标题|文字|字幕|镜头|场景|画面|音乐|背景|氛围|主题|关键词|时间|地点|标语|口号|光线|色调|动作|提示|水印|片名|名称)(?:\s+(?:on|in|at|over|appears?|overlay|card)\b.*)?$",
    re.IGNORECASE,
)
"""A label before a colon that is no speaker."""
STAGE_DIRECTION: Final = re.compile(
    r"(?<=[.!?…。！？”\"])\s*(?=(?:[Tt]he )?[Cc]amera\b|Cut to\b|The (?:scene|shot|screen|view|music|light)\b"
    r"|Fade\b|Close[- ]?up\b|Then (?:the|he|she|they|@)|Wide shot\b|镜头|画面|随后|然后|接着|最后|@|\()"
)
"""Where unquoted speech ends and the description continues."""
