"""Words of acts, things and what is neither, English and Chinese, as data for telling what was not shown."""

from __future__ import annotations

from typing import Final

DOINGS: Final = (
    "dance sing laugh talk speak say whisper shout scream cry weep fight punch kick wave nod bow clap "
    "cheer hug kiss eat drink chew bite lick cook bake stir write type read draw play juggle knit dive "
    "jump leap hop skip bounce blink wink breathe shake tremble shiver vibrate flap bark meow howl roar "
    "growl purr neigh sneeze cough yawn snore sniff explode burst shatter erupt splash shoot attack "
    "battle duel wrestle spar march sweep dig hammer saw brush comb wipe wash scrub pour sip feed pet "
    "stroke scratch tickle poke tap knock hit strike slap swing throw toss catch flip spin twirl "
    "somersault celebrate party perform rehearse conduct strum drum meditate pray wiggle"
)
"""What two keyframes cannot show, for nothing of it is left when it is over."""
CHANGES: Final = (
    "run sprint dash race chase gallop swim parade skate surf ski cycle pedal paddle row walk stroll "
    "wander move approach enter exit leave arrive cross climb crawl ride drive fly soar hover swoop "
    "float drift rise ascend descend fall drop sink dive land launch sail turn rotate roll slide glide "
    "march step smile frown grin look glance stare gaze open close shut lift raise lower reach grab pick "
    "hold put pull push carry give take stand sit kneel lie crouch lean stretch sleep wake appear "
    "disappear vanish emerge transform morph become grow shrink bloom melt dissolve crumble collapse "
    "break crack fold unfold spread inflate dissipate levitate teleport follow return escape flee hide "
    "peek embrace marry undress dress wear"
)
"""What leaves something behind: keyframes may show it."""
STATES: Final = "stand sit lie lean hold wear look stare gaze sleep kneel crouch"
"""Bearings that a picture may well show, unless they are taken up: "stands up", "looks around"."""
TAKEN_UP: Final = "up down around back away over"
POSES: Final = "smile grin frown hide hug kiss embrace reach point"
"""Of these the form in -ing is a bearing."""
PICTURE_OF: Final = r"\b(?:picture|image|photo|photograph|portrait|shot|video|view|scene|close-?up) of\b"
"""What stands before who acts and is nobody."""
NATURE: Final = (
    "camera shot view lens drone gimbal scene image picture photo frame video footage screen background "
    "foreground wave cloud water river sea ocean lake stream waterfall fountain leaf leaves foliage snow "
    "snowflake rain raindrop drop fog mist haze smoke steam vapour vapor wind breeze gust storm grass "
    "tree branch forest flower petal blossom hair fur dress skirt scarf cape cloak cloth clothes fabric "
    "flag curtain banner fire flame ember spark candle torch sun moon star stars light lights sunlight "
    "moonlight ray rays shadow reflection ripple dust particle sand sky day night dawn dusk evening "
    "morning sunset sunrise darkness aurora lightning thunder music sound motion movement time season "
    "traffic focus tide surface glow colour color lantern"
)
"""What moves by itself, or is no actor: the engine moves it as far as it can."""
THINGS: Final = (
    "dragon unicorn phoenix fairy elf wizard witch mermaid angel ghost vampire zombie monster alien "
    "robot android cyborg superhero ninja samurai knight pirate king queen prince princess soldier "
    "warrior astronaut cowboy man men woman women boy girl child children kid baby lady gentleman person "
    "people crowd couple family friend dancer singer musician chef doctor teacher student police officer "
    "cat kitten dog puppy fox wolf bear lion tiger leopard panther elephant giraffe zebra monkey gorilla "
    "panda koala kangaroo rabbit bunny hare mouse rat squirrel hedgehog deer horse pony donkey cow bull "
    "pig sheep lamb goat chicken rooster duck goose swan bird eagle hawk owl crow raven parrot penguin "
    "pigeon seagull butterfly bee spider snake lizard turtle frog crocodile dinosaur whale dolphin shark "
    "fish octopus jellyfish crab camel car truck bus van taxi motorcycle motorbike bicycle bike scooter "
    "train tram ship boat yacht canoe submarine plane airplane aeroplane jet helicopter balloon rocket "
    "spaceship spacecraft ufo tank tractor carriage skateboard ball basketball football guitar piano "
    "violin drum trumpet book newspaper letter phone laptop computer camera umbrella hat crown sword "
    "shield gun bow arrow cup mug bottle glass plate knife spoon cake pizza burger sandwich apple banana "
    "cookie bread candle lamp chair throne sofa bed clock mirror box bag suitcase gift present toy doll "
    "teddy statue castle temple tower lighthouse windmill house cottage hut tent bridge volcano rainbow "
    "comet meteor snowman scarecrow kite swing carousel ferris"
)
"""What can be drawn only by somebody who imagines it."""
PLURALS: Final = {"men": "man", "women": "woman", "children": "child", "people": "person", "wolves": "wolf"}
ADVERBIAL: Final = (
    "is are was be been being begins begin starts start continues continue to and then slowly now still "
    "also both suddenly quickly gently softly silently happily just always never not will can keeps keep "
    "it's that which who"
)
"""What may stand between somebody and what they do."""
PREPOSITIONS: Final = (
    "with in on at of from by for over under above below across through into onto near behind before "
    "between along around beside inside outside towards toward against without wearing holding carrying "
    "called named"
)
DETERMINERS: Final = (
    "a an the this that these those his her its their my your our some any each every no one two three "
    "four five several many few another both"
)
INDEFINITE: Final = "a an another some two three four five six seven several many"
NOBODY: Final = (
    "he she it they we you i who which that there everyone everybody somebody someone something "
    "everything him her them itself himself herself camera"
)
MAKERS: Final = r"\b(?:makes?|making|lets?|letting|has|have|having|watch|see)\b"
"""After these, and their object, an act stands in its plain form."""
PLURAL_ACTORS: Final = "they we you i people children men women kids both all who"

ACTS_ZH: Final = (
    "挥舞 摇头 伸懒腰 舞动 摆手 跳舞 舞蹈 起舞 唱歌 歌唱 大笑 哭泣 哭 说话 讲话 交谈 聊天 低语 大喊 尖叫 "
    "打架 战斗 搏斗 打斗 挥手 招手 点头 鞠躬 鼓掌 欢呼 拥抱 亲吻 接吻 吃饭 吃东西 吃 喝水 喝茶 喝酒 "
    "喝咖啡 做饭 炒菜 写字 画画 看书 读书 弹琴 弹吉他 弹钢琴 拉小提琴 打鼓 跳水 跳跃 跳起 跳起来 蹦跳 "
    "眨眼 呼吸 发抖 颤抖 拍打翅膀 扇动翅膀 吠叫 咆哮 嘶鸣 打哈欠 打喷嚏 爆炸 破碎 喷发 溅起 射击 攻击 "
    "滑雪 滑冰 冲浪 骑车 骑自行车 骑马 打篮球 踢足球 踢球 打球 扔球 翻跟头 庆祝 表演 演奏 祈祷 冥想 "
    "打太极 练武 舞剑 玩耍 嬉戏"
)
CHANGES_ZH: Final = (
    "奔跑 跑步 奔驰 狂奔 追逐 追赶 游泳 游动 驶来 驶过 驶出 驶向 开来 开走 游过 游来 走远 跑远 飞远 走路 "
    "走来 走过 走进 走出 走向 行走 散步 漫步 跑来 跑过 跑向 飞翔 飞行 飞过 飞起 飞走 飞来 飞舞 飞 升空 "
    "起飞 降落 坠落 沉没 下沉 漂浮 悬浮 转身 转头 回头 旋转 转圈 微笑 笑了 皱眉 抬头 低头 张开 打开 关上 "
    "合上 举起 放下 拿起 捡起 推开 拉开 站起 坐下 躺下 跪下 蹲下 睡觉 醒来 出现 消失 变成 变身 变形 化作 "
    "绽放 盛开 长大 融化 崩塌 倒塌 断裂 爬上 爬行 开车 驾驶 行驶 穿过 离开 进入 逃跑"
)
THINGS_ZH: Final = (
    "巨龙 飞龙 恐龙 龙 独角兽 凤凰 仙女 精灵 巫师 女巫 美人鱼 天使 幽灵 吸血鬼 僵尸 怪兽 怪物 外星人 "
    "机器人 超级英雄 忍者 武士 骑士 海盗 国王 王后 女王 王子 公主 士兵 战士 宇航员 牛仔 男人 女人 男孩 "
    "女孩 小男孩 小女孩 男子 女子 老人 孩子 孩子们 婴儿 人群 情侣 舞者 歌手 厨师 医生 老师 学生 警察 "
    "少年 少女 小猫 猫咪 猫 小狗 狗 狐狸 狼 熊猫 熊 狮子 老虎 豹子 大象 长颈鹿 斑马 猴子 大猩猩 考拉 "
    "袋鼠 兔子 老鼠 松鼠 刺猬 鹿 骏马 白马 牛 猪 绵羊 山羊 公鸡 母鸡 鸭子 天鹅 小鸟 鸟 老鹰 猫头鹰 乌鸦 "
    "鹦鹉 企鹅 鸽子 海鸥 蝴蝶 蜜蜂 蜘蛛 乌龟 青蛙 鳄鱼 鲸鱼 海豚 鲨鱼 金鱼 章鱼 水母 骆驼 汽车 跑车 卡车 "
    "公交车 出租车 摩托车 自行车 火车 轮船 小船 帆船 船 潜艇 飞机 直升机 热气球 气球 火箭 宇宙飞船 飞船 "
    "飞碟 坦克 马车 篮球 足球 吉他 钢琴 小提琴 雨伞 皇冠 宝剑 蛋糕 披萨 汉堡 苹果 香蕉 面包 椅子 沙发 "
    "时钟 镜子 箱子 礼物 玩具 雕像 城堡 寺庙 高塔 灯塔 风车 房子 小屋 帐篷 火山 彩虹 流星 雪人 风筝"
)
NATURE_ZH: Final = (
    "镜头|相机|摄像机|画面|视角|无人机|背景|云|海浪|浪花|波浪|河水|湖水|水面|瀑布|树叶|落叶|叶子|花瓣|"
    "樱花|雪花|雪|雨|雾|烟|蒸汽|风|草|树|花|头发|长发|裙摆|衣角|围巾|旗帜|窗帘|火焰|火花|烛光|太阳|夕阳|"
    "月亮|星星|灯光|光线|阳光|影子|倒影|尘埃|天色|夜幕"
)
INDEFINITE_ZH: Final = r"(?:[一两二三四五几]|许多|一些|另一)[只条个头匹位名辆艘架群把棵座朵对台束颗块]?"
SPOKEN: Final = "talk speak say whisper shout scream sing recite 唱歌 歌唱 说话 讲话 交谈 聊天 低语 大喊"
"""Acts that are heard where the order has speech."""
UNDOUBLED: Final = "open enter wander hover vibrate"
"""Verbs that end like "run" and do not double their last letter."""
