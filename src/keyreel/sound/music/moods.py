"""The moods of music, and the one that a prompt's English or Chinese words imply; knows no styles."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Mood(StrEnum):
    """A mood of music, each with a style of its own."""

    CALM = "calm"
    HAPPY = "happy"
    EPIC = "epic"
    TENSE = "tense"
    SAD = "sad"
    MYSTERY = "mystery"
    SCIFI = "scifi"
    ROMANCE = "romance"
    ORIENTAL = "oriental"
    FANTASY = "fantasy"


# English words are whole words ("war" is not in "warm"); a trailing * lets a word go on ("joy*": joyful).
_MOOD_WORDS: Final = {
    Mood.CALM: (
        """
        calm* peaceful* serene* serenity tranquil* relax* gentle gently quiet* soothing meditat* ambient
        lofi still stillness sleep* lullaby sunrise dawn lake meadow cozy mist breeze
        """,
        """
        平静 宁静 安静 安详 舒缓 放松 冥想 恬静 静谧 悠闲 惬意 治愈 温馨 轻柔 日出 清晨 微风 湖面 睡 催眠曲
        """,
    ),
    Mood.HAPPY: (
        """
        happy happi* joy* cheer* playful* fun funny upbeat sunny party birthday celebrat* smil* laugh*
        dancing dance dances bright cute puppy puppies kitten* children kids picnic carnival festive merry
        pop vlog
        """,
        """
        快乐 欢乐 开心 高兴 欢快 愉快 活泼 可爱 有趣 搞笑 派对 生日 庆祝 微笑 大笑 欢笑 跳舞 舞蹈 阳光 孩子
        小狗 小猫 野餐 嘉年华 节日 喜庆
        """,
    ),
    Mood.EPIC: (
        """
        epic heroic hero heroes battle* war wars warrior* army armies triumph* victor* glory glorious
        majestic grand legend* knight* empire gladiator* trailer monumental power powerful soar* summit
        conquer*
        """,
        """
        史诗 英雄 战争 战斗 战场 战士 军队 大军 胜利 凯旋 荣耀 壮丽 宏大 恢弘 恢宏 雄伟 壮观 气势 磅礴 骑士
        帝国 传奇 登顶 热血
        """,
    ),
    Mood.TENSE: (
        """
        tense tension suspense* thriller* danger* chase chases chasing escape* escaping horror scary fear*
        terrifying terror nightmare* panic* explosion* explod* bomb crime ambush threat* sinister storm*
        disaster* monster* zombie* killer race races racing sprint* countdown action
        """,
        """
        紧张 悬疑 惊悚 恐怖 可怕 害怕 恐惧 危险 追逐 追赶 追杀 逃跑 逃亡 逃离 噩梦 爆炸 炸弹 犯罪 伏击 威胁
        暴风雨 灾难 怪物 僵尸 杀手 赛车 竞速 冲刺 倒计时 动作片
        """,
    ),
    Mood.SAD: (
        """
        sad* sorrow* grief griev* melanchol* lonely loneliness tear tears cry cries crying weep* mourn*
        funeral farewell goodbye heartbreak* heartbroken tragic tragedy lost nostalg* regret* depress* alone
        rainy
        """,
        """
        悲伤 伤心 难过 忧伤 忧郁 哀伤 悲痛 悲凉 孤独 寂寞 眼泪 流泪 哭 葬礼 哀悼 告别 离别 离开 心碎 悲剧
        怀念 怀旧 遗憾 失落 惆怅 凄凉
        """,
    ),
    Mood.MYSTERY: (
        """
        mystery mysterious* secret* enigma* detective* puzzle* riddle* strange eerie haunt* ghost* occult
        ancient ruin ruins cave caves hidden unknown curious shadow* fog foggy investigat* noir
        """,
        """
        神秘 秘密 谜 侦探 诡异 奇怪 怪异 幽灵 鬼 古老 遗迹 废墟 洞穴 山洞 隐藏 未知 好奇 阴影 迷雾 浓雾 探案
        调查
        """,
    ),
    Mood.SCIFI: (
        """
        scifi sci-fi futur* cyber* cyberpunk robot* android* spaceship* spacecraft starship* space galaxy
        galaxies galactic alien* neon synthwave electronic tech technology technolog* digital hologram*
        astronaut* planet* mecha laser* satellite* rocket* ai
        """,
        """
        科幻 未来 赛博 朋克 机器人 仿生人 飞船 太空 宇宙 银河 星系 外星 霓虹 电子 科技 数字 全息 宇航员 航天
        星球 机甲 激光 卫星 火箭 人工智能
        """,
    ),
    Mood.ROMANCE: (
        """
        romance romantic* love loves lover* loving kiss* wedding* bride groom couple* valentine* tender*
        passion* embrace* hug hugs hugging sweetheart* intimate proposal candlelight rose roses honeymoon
        """,
        """
        浪漫 爱情 恋爱 恋人 情侣 相爱 爱人 吻 婚礼 新娘 新郎 婚纱 求婚 情人 温柔 深情 拥抱 甜蜜 玫瑰 烛光
        蜜月 告白 心动
        """,
    ),
    Mood.ORIENTAL: (
        """
        oriental chinese china japanese japan asian kimono hanfu samurai geisha kung-fu kungfu wuxia zen
        bamboo pagoda temple* tea dynasty dragon-boat ink-wash guzheng erhu koto lantern* panda* lotus monk
        monks
        """,
        """
        东方 中国风 国风 古风 中式 古筝 琵琶 二胡 古琴 笛子 汉服 武侠 侠客 江湖 功夫 禅 竹林 竹子 水墨 宝塔
        寺庙 寺院 茶 唐朝 宋朝 朝代 宫廷 灯笼 熊猫 荷花 莲花 和尚 仙侠 龙舟 日式 和服 武士 春节
        """,
    ),
    Mood.FANTASY: (
        """
        fantasy magic* wizard* witch* fairy fairies fairytale* elf elves elven unicorn* dragon* enchant*
        spell* wonder* dream* mythical myth castle* princess* kingdom* mermaid* whimsical sparkl* glowing
        storybook
        """,
        """
        奇幻 魔法 魔幻 巫师 女巫 精灵 仙女 童话 独角兽 巨龙 飞龙 龙 咒语 梦幻 梦境 神话 城堡 公主 王国
        美人鱼 奇妙 仙境 闪闪发光 魔法师
        """,
    ),
}

# Words about the camera say nothing about the mood.
_CAMERA_PHRASE: Final = re.compile(
    r"\b(?:(?:slow|fast|quick|rapid|smooth|dramatic|gentle|calm|epic|dynamic|powerful)(?:ly)?[ -]+)*"
    r"(?:(?:camera|dolly|crash|whip|snap|vertigo|drone|crane|tracking|chase|action|establishing|hero|pov|aerial"
    r"|orbit|push|pull|zoom|pan|tilt|truck|arc|fpv|handheld|steadicam|wide|close[- ]?up|low[- ]angle"
    r"|high[- ]angle|bullet)"
    r"[ -]+)*(?:camera|cam|shots?|zoom(?:s|ing)?|pan(?:s|ning)?|tilts?|dolly|push[- ]?in|pull[- ]?out"
    r"|pull[- ]?back|angle|angles|lens|motion|time|footage|take|movement|tracking|framing)\b"
    r"|(?:缓慢|快速|急速|平稳|轻柔|动感|史诗|震撼|英雄|追逐|动作)?的?"
    r"(?:运镜|镜头|推镜|拉镜|摇镜|跟拍|航拍|推进|拉远|拉近|环绕|变焦|特写|视角)",
    re.IGNORECASE,
)
_NOT_NEGATED: Final = r"(?<!\bno )(?<!\bnot )(?<!\bwithout )(?<!\bnever )(?<!不)(?<!没有)(?<!无)(?<!别)"


def detect_mood(prompt: str) -> Mood:
    """Return the mood that most words of a prompt imply, the first named of equals; calm where none does."""
    text = _CAMERA_PHRASE.sub(" ", prompt.lower())
    counts = {
        mood: len(found) for mood, pattern in _MOOD_PATTERNS.items() if (found := pattern.findall(text))
    }
    if not counts:
        return Mood.CALM
    most = max(counts.values())
    return min(
        (mood for mood, count in counts.items() if count == most),
        key=lambda mood: min(match.start() for match in _MOOD_PATTERNS[mood].finditer(text)),
    )


def _build_pattern(english: str, chinese: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in english.split())
    return re.compile(
        rf"{_NOT_NEGATED}(?:\b(?:{words})\b|{'|'.join(sorted(chinese.split(), key=len, reverse=True))})",
        re.ASCII,
    )


_MOOD_PATTERNS: Final = {mood: _build_pattern(*words) for mood, words in _MOOD_WORDS.items()}
