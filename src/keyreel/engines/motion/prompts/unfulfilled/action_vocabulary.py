"""Verbs and nouns of prompts, English and Chinese, as data: base forms, separated by blanks."""

from __future__ import annotations

from typing import Final

MOVEMENT_VERBS: Final = (
    "walk run drive fly swim jump leap climb crawl march stroll wander sprint dash rush gallop "
    "chase race sail row ride roll slide hop skip bounce dive soar hover land crash collide fall "
    "sink drown rise lift approach arrive enter leave exit escape flee cross pass come go "
    "return descend ascend step move travel float drift glide spin twirl rotate swing tumble "
    "stumble trip charge launch explode collapse erupt crumble shatter break"
)
"""Verbs that move somebody or something."""
TRANSFORMATION_VERBS: Final = (
    "transform morph become turn change appear disappear vanish emerge materialize grow shrink "
    "bloom blossom melt dissolve open close unfold age evolve convert replace remove add "
    "shapeshift split merge multiply expand inflate burst hatch wilt"
)
"""Verbs by which something becomes something else."""
BECOMING_VERBS: Final = "add transform morph become turn change evolve convert 变成 变为 化为 化作 变身"
APPEARING_VERBS: Final = "appear disappear vanish emerge replace remove 出现 消失 替换 换成"
GROWTH_VERBS: Final = "bloom blossom grow wilt unfold 长出 长大 生长 绽放 盛开 开花 枯萎"
TERRAIN_VERBS: Final = (
    "run rise roll climb stretch drop fall cross pass go soar lift descend curve enter leave come"
)
"""Verbs that say how terrain lies, without motion: "hills roll", "a road runs"."""
TERRAIN_NOUNS: Final = (
    "hill mountain peak valley road path trail track street highway cliff ridge slope field dune wall "
    "skyscraper tower building spire stair staircase bridge fence coastline canyon forest"
)
GESTURE_VERBS: Final = (
    "look dance wave smile laugh giggle grin frown cry weep sob blink wink nod bow kneel clap hug kiss "
    "embrace fight punch kick hit strike attack shoot fire throw catch toss grab pick pull push "
    "lift raise lower drop eat drink chew bite lick swallow cook bake pour stir chop cut slice "
    "wash clean brush paint draw write type read sing shout scream yell whisper talk speak say "
    "bark meow roar howl growl chirp breathe yawn sneeze cough stretch shrug point salute greet "
    "shake sway tremble shiver wag flap pounce hunt play strum juggle skate ski surf box wrestle "
    "train exercise meditate pray cheer celebrate applaud blow dig plant destroy hammer "
    "ignite cast summon conjure sneak hide peek stab slash swing knit sew sip bathe splash shower "
    "undress drag tickle pet stroke feed cuddle perform act pose somersault flip pirouette"
)
"""Verbs of what a body does where it is."""
SPEECH_VERBS: Final = "say speak talk whisper shout yell tell ask answer reply narrate announce"
SOUND_VERBS: Final = "sing chirp rumble roar howl crackle whistle hum buzz bark meow growl thunder crash"
STATE_VERBS: Final = (
    "sleep doze follow be stand sit lie lean hold wear carry face look gaze stare rest stay remain wait hang "
    "surround cover fill feature show depict include contain seem feel reveal display glow shine "
    "sparkle shimmer glisten glitter flicker illuminate reflect stretch tower lead make let have "
    "keep start begin continue create generate use bring give set want need see watch bathe line "
    "dominate overlook frame capture convey evoke"
)
"""Verbs without motion, or that say what the video shows."""
AMBIGUOUS_VERBS: Final = (
    "light land fire train bow box point play plant cut shoulder turn change close open cover act "
    "pose surf row race shower shake drop pass step fall pet age cast stretch lower shoot draw "
    "pour break set swing lift rise return range stage drink cook"
)
"""Verbs whose bare form is more often a noun or an adjective: after a plural noun they count as nouns."""
LIGHT_VERBS: Final = "does do doing performs perform performing takes"
"""Verbs whose action is named by a noun: "does a somersault"."""
DEPICTING_VERBS: Final = "follow see watch show feature depict reveal capture include display frame"
"""Verbs of what a video does with its content: "following the horse galloping"."""
INTO_VERBS: Final = "transform morph become turn change evolve convert merge"
IRREGULAR_VERBS: Final = (
    "ran:run flew:fly swam:swim drove:drive rode:ride fell:fall sank:sink rose:rise came:come "
    "went:go sang:sing ate:eat drank:drink threw:throw caught:catch shot:shoot fought:fight "
    "spoke:speak said:say wept:weep dove:dive became:become grew:grow broke:break told:tell "
    "dying:die lying:lie"
)

IRREGULAR_PLURALS: Final = (
    "men:man women:woman children:child people:person mice:mouse wolves:wolf geese:goose "
    "knives:knife fishes:fish elves:elf policemen:policeman"
)
DETERMINERS: Final = "the this that these those his her its their my your our every each all both no any"
INDEFINITE_DETERMINERS: Final = (
    "a an another some two three four five six seven eight nine ten several many few dozens hundreds"
)
PREPOSITIONS: Final = (
    "in on at by over under above below behind before beside besides between among through across "
    "along around round near toward towards from into onto inside outside within without with of "
    "off up down out upon against past beyond beneath underneath during for to like amid atop "
    "about away back forward"
)
PARTICLES: Final = "up down out off away over around back together apart open along forward"
CONJUNCTIONS: Final = "and or but while as when whereas then before after until because so where if than plus"
PRONOUNS: Final = "he she it they we you i who which someone somebody everyone everybody nobody"
AUXILIARIES: Final = (
    "is are was were be been being will would can could should must shall may might do does did "
    "has have had begins begin starts start keeps keep continues continue gets get to not "
    "suddenly made let lets make makes making that gently just still also"
)
MODALS: Final = "to will would can could should must may might does did do let make makes lets made have"
ADVERBS: Final = (
    "suddenly then now again forward forwards backward backwards left right fast hard together "
    "apart always never very too almost quite so here there sideways upwards downwards away high "
    "low once twice only even"
)

SELF_MOVING_NOUNS: Final = (
    "mote motes mane fur feathers wheat reeds lavender headlights wave waves water sea ocean river stream lake waterfall cloud clouds sky fog mist haze rain "
    "raindrop snow snowflake snowflakes leaf leaves foliage grass grasses petal petals wind "
    "breeze gust smoke steam vapor vapour sun moon star stars light lights sunlight moonlight "
    "sunshine ray rays beam shadow shadows reflection reflections ripple ripples flame flames "
    "fire ember embers spark sparks dust particle particles branch branches tree trees flower "
    "flowers hair dress skirt cloak cape scarf flag flags curtain curtains tide foam surf storm "
    "thunder lightning night day dusk dawn evening morning sunset sunrise season time darkness "
    "aurora neon glow bubbles bubble pollen sand"
)
"""What may move by itself in an image or its air: the engine moves it where it finds it."""
VIDEO_NOUNS: Final = (
    "camera shot view lens frame scene scenery image picture photo photograph video clip footage "
    "animation film movie background foreground backdrop setting composition style look mood "
    "atmosphere ambience vibe tone color colour colors colours palette lighting texture detail "
    "details quality resolution focus bokeh depth field motion movement effect effects transition "
    "perspective angle close-up closeup portrait landscape panorama timelapse time-lapse loop "
    "cinema aesthetic render rendering art artwork painting drawing sketch illustration anime "
    "cartoon watercolor subject subjects object objects character characters element elements "
    "everything nothing something anything thing things moment sense feeling touch hint lot kind "
    "sort bit variety series sequence number pair group row bunch part side top bottom center "
    "centre middle edge distance horizon left right end beginning second seconds minute hour day "
    "way direction pace speed rhythm beat music sound audio voice silence song line lines word "
    "words text story name title scale size shape form pattern drone gimbal dolly pan tilt zoom "
    "push pull orbit tracking steadicam crane tripod handheld slow-motion place spot area space "
    "world environment surroundings weather air climate season spring summer autumn winter "
    "tranquility beauty magic wonder dream memory love peace joy hope spirit soul energy power "
    "force life layer fraction while glimpse glance wash splash stretch stream range array mix "
    "blend contrast sea ground land surface vista sight expanse breeze chill warmth cold heat "
    "moodiness reality ending start"
)
"""Nouns that are about the video itself."""
ABSTRACT_SUFFIXES: Final = "ness ity tion sion ism ance ence ly scape light ful ous ive ic ish al"

ANIMATE_NOUNS: Final = (
    "master man woman boy girl person people child kid baby toddler lady gentleman guy couple crowd "
    "dancer soldier knight warrior samurai ninja king queen prince princess wizard witch fairy "
    "angel demon ghost zombie vampire monster alien robot cyborg android astronaut pilot sailor "
    "pirate cowboy police policeman officer doctor nurse teacher student chef cook waiter farmer "
    "fisherman hunter monk priest artist painter musician singer guitarist pianist drummer player "
    "athlete runner skater skier surfer cyclist hiker climber swimmer diver driver rider "
    "passenger tourist traveler traveller businessman scientist hero heroine villain clown "
    "mermaid dwarf elf giant troll goblin santa superhero mother father brother sister family "
    "friend bride groom dog puppy cat kitten horse pony cow bull sheep goat pig chicken rooster "
    "duck duckling goose swan bird eagle hawk owl crow raven parrot pigeon seagull gull penguin "
    "flamingo peacock fish shark whale dolphin octopus jellyfish turtle crab lobster frog snake "
    "lizard crocodile dinosaur dragon unicorn phoenix lion tiger leopard cheetah panther bear "
    "panda wolf fox deer stag moose elephant giraffe zebra rhino hippo monkey gorilla chimpanzee "
    "kangaroo koala rabbit bunny squirrel mouse rat hamster hedgehog bat bee butterfly dragonfly "
    "ant spider insect beetle snail camel donkey llama sloth raccoon otter seal walrus creature "
    "animal beast figure stranger detective spy thief barista model ballerina caterpillar corgi "
    "poodle"
)
OBJECT_NOUNS: Final = (
    "car truck bus van taxi motorcycle motorbike bike bicycle scooter train tram subway "
    "locomotive plane airplane aeroplane jet helicopter drone rocket spaceship spacecraft "
    "starship ufo satellite boat ship yacht sailboat submarine canoe kayak raft ferry balloon "
    "airship tank tractor ambulance spaceport carriage cart wagon castle palace temple church "
    "cathedral mosque pagoda pyramid tower lighthouse windmill barn cabin cottage hut house "
    "mansion fortress ruin ruins statue monument fountain bridge tunnel gate fence wall bench "
    "swing carousel ferris table desk chair sofa couch bed lamp lantern candle clock mirror vase "
    "bookshelf book books piano guitar violin drum trumpet phone smartphone laptop computer "
    "television tv screen keyboard umbrella hat crown sword shield gun bow arrow axe wand cup mug "
    "glass bottle teapot kettle plate bowl fork knife spoon pan pot cake pizza burger hamburger "
    "sandwich noodles ramen soup sushi bread cookie donut apple orange banana strawberry lemon "
    "grapes watermelon coffee tea wine beer juice chocolate egg cheese steak ball football "
    "basketball toy doll teddy gift box bag backpack suitcase shoe sneaker watch ring necklace "
    "diamond jewel coin treasure map letter newspaper painting poster sign billboard flag ladder "
    "rope chain anchor wheel engine machine gear factory airport station hospital school volcano "
    "tornado hurricane tsunami meteor comet portal mushroom pumpkin cactus sunflower rose tulip "
    "orchid snowman igloo tent campfire firework robot vehicle perfume lipstick"
)

ZH_ANIMATE_NOUNS: Final = (
    "男人 女人 男孩 女孩 小男孩 小女孩 男子 女子 男生 女生 孩子 小孩 儿童 婴儿 宝宝 老人 老爷爷 "
    "老奶奶 少年 少女 姑娘 美女 帅哥 人物 人们 人群 行人 情侣 武士 战士 骑士 士兵 忍者 侠客 剑客 "
    "国王 王后 皇帝 公主 王子 巫师 女巫 仙女 天使 恶魔 鬼魂 僵尸 怪物 怪兽 外星人 机器人 宇航员 "
    "飞行员 水手 海盗 牛仔 警察 医生 护士 老师 学生 厨师 服务员 农民 渔夫 渔民 猎人 和尚 画家 "
    "歌手 舞者 演员 运动员 司机 骑手 游客 科学家 英雄 小丑 美人鱼 精灵 圣诞老人 超人 新娘 新郎 "
    "妈妈 爸爸 小狗 小猫 猫咪 狗狗 猫 狗 马 骏马 白马 牛 羊 猪 鸡 鸭子 鸭 鹅 天鹅 鸟 小鸟 老鹰 鹰 "
    "猫头鹰 乌鸦 鹦鹉 鸽子 海鸥 企鹅 孔雀 鱼 金鱼 鲨鱼 鲸鱼 鲸 海豚 章鱼 水母 乌龟 螃蟹 青蛙 蛇 "
    "鳄鱼 恐龙 巨龙 飞龙 龙 凤凰 独角兽 狮子 老虎 豹子 熊 熊猫 大熊猫 狼 狐狸 鹿 大象 长颈鹿 斑马 "
    "猴子 猩猩 袋鼠 考拉 兔子 松鼠 老鼠 刺猬 蝙蝠 蜜蜂 蝴蝶 蜻蜓 蚂蚁 蜘蛛 骆驼 动物 他 她 它 "
    "他们 她们"
)
ZH_OBJECT_NOUNS: Final = (
    "汽车 轿车 跑车 赛车 卡车 公交车 出租车 摩托车 自行车 火车 高铁 列车 地铁 飞机 客机 战斗机 "
    "直升机 无人机 火箭 飞船 宇宙飞船 飞碟 卫星 小船 帆船 轮船 渔船 船 潜艇 热气球 气球 坦克 城堡 "
    "宫殿 寺庙 教堂 佛塔 金字塔 铁塔 高塔 灯塔 风车 木屋 小屋 房子 别墅 废墟 雕像 喷泉 大桥 石桥 "
    "桥 隧道 长椅 秋千 桌子 书桌 椅子 沙发 床 台灯 灯笼 蜡烛 时钟 镜子 花瓶 书架 书本 钢琴 吉他 "
    "小提琴 手机 电脑 电视 雨伞 帽子 皇冠 宝剑 长剑 剑 弓箭 手枪 杯子 酒杯 瓶子 茶壶 盘子 碗 蛋糕 "
    "披萨 汉堡 面条 拉面 火锅 面包 苹果 香蕉 草莓 西瓜 咖啡杯 红酒 啤酒 篮球 足球 玩具 礼物 背包 "
    "箱子 戒指 项链 钻石 宝箱 火山 龙卷风 海啸 流星 彗星 传送门 蘑菇 南瓜 仙人掌 向日葵 玫瑰 雪人 "
    "帐篷 香水瓶 机器"
)
ZH_MOVEMENT_VERBS: Final = (
    "飞出 飞驰 疾驰 飞奔 狂奔 跳上 跳到 跳入 走动 漂浮 升起 驶离 逃跑 打滚 翻滚 转动 走路 走过 走来 走去 走向 走进 走出 走着 行走 散步 漫步 奔跑 跑步 跑过 跑来 跑向 跑着 飞过 "
    "飞来 飞走 飞向 飞行 飞翔 飞起 起飞 游泳 游动 游过 游来 跳起 跳跃 跳下 跳进 攀爬 爬上 爬山 爬 "
    "追逐 追赶 行驶 驶过 驶来 驶向 驶入 开车 骑着 骑马 骑车 滑行 滑雪 滑冰 冲浪 冲向 冲过来 冲出 "
    "坠落 坠毁 摔倒 跌倒 倒下 沉没 沉入 沉下 升空 降落 离开 进入 穿过 经过 靠近 旋转 转圈 爆炸 "
    "倒塌 崩塌 喷发 碎裂 破碎 漂走"
)
ZH_TRANSFORMATION_VERBS: Final = (
    "变成 变为 变身 化为 化作 出现 消失 冒出 长出 长大 生长 绽放 盛开 开花 融化 溶解 打开 关上 "
    "展开 变大 变小 分裂 合并 变形 孵化 枯萎 替换 换成"
)
ZH_GESTURE_VERBS: Final = (
    "钓鱼 捕鱼 喷出 吐舌头 张嘴 张开嘴 睁眼 睁开眼睛 闭眼 闭上眼睛 伸手 握手 牵手 摆手 挥舞 挥剑 摇晃 跳芭蕾 跳街舞 跳舞 起舞 舞蹈 舞剑 挥手 招手 微笑 大笑 笑 哭泣 流泪 哭 眨眼 眨眨眼 点头 摇头 "
    "鞠躬 跪下 鼓掌 拍手 拥抱 亲吻 接吻 打斗 战斗 打架 格斗 出拳 踢球 踢 射击 开枪 开火 攻击 扔 "
    "抛 投掷 投篮 接住 抓住 拿起 举起 抬手 抬头 低头 放下 拔剑 吃 喝 咬 舔 做饭 炒菜 切菜 倒水 "
    "倒酒 倒茶 洗手 洗澡 打扫 刷牙 画画 写字 写作 打字 看书 读书 唱歌 歌唱 呐喊 尖叫 大喊 喊叫 "
    "说话 说 交谈 聊天 咆哮 怒吼 吼叫 嚎叫 鸣叫 喷火 呼吸 打哈欠 打喷嚏 咳嗽 伸懒腰 敬礼 发抖 "
    "颤抖 摇尾巴 扇动翅膀 拍打翅膀 扑向 捕猎 玩耍 弹琴 弹钢琴 弹吉他 拉小提琴 打鼓 打球 打篮球 "
    "踢足球 打太极 打拳 练功 冥想 祈祷 欢呼 庆祝 吹气 吹蜡烛 挖 种 点燃 施法 召唤 躲藏 回头 转头 "
    "转身 坐下 站起来 站起 躺下 起身 弯腰 翻跟头 表演"
)
ZH_PRONOUNS: Final = "他 她 它 他们 她们"
ZH_ARRIVAL_VERBS: Final = "出现 冒出 长出 飞来 走来 跑来 飞过 跑过 走过 驶过 驶来 游过"
"""Verbs that stand before their actor: 天空中飞过一只鸟."""
ZH_SPEECH_VERBS: Final = "说话 说 交谈 聊天 呐喊 大喊 喊叫"
ZH_SOUND_VERBS: Final = "唱歌 歌唱 鸣叫 咆哮 怒吼 吼叫 嚎叫"
ZH_SELF_MOVING_NOUNS: Final = (
    "海浪 浪花 浪 水 水面 湖面 海面 河水 溪水 瀑布 云 云朵 白云 天空 雾 雾气 雨 雪 雪花 树叶 叶子 "
    "落叶 树 树枝 草 小草 花 花朵 花瓣 风 烟 烟雾 蒸汽 太阳 月亮 星星 星 光 灯光 阳光 月光 影子 "
    "倒影 火焰 火 火花 尘埃 粒子 头发 长发 发丝 裙摆 衣角 衣袖 旗帜 旗 窗帘 夜 夜色 夜幕 天 时间 "
    "四季 气泡"
)
ZH_MEASURE_WORD_CLASS: Final = "[个只条位名辆艘架匹头群对座栋间台张把本朵棵颗块片件双幅杯碗瓶盏支根枚尊道]"

ZH_VIDEO_NOUNS: Final = "镜头 画面 场景 背景 视角 摄像机 相机 光线 光影 色彩 氛围"
NEVER_DRAWN_NOUNS: Final = "rainbow flag 彩虹"
"""What no drawn place shows, though nature has it."""
ALWAYS_DRAWN_NOUNS: Final = (
    "sky cloud clouds sun sunlight light lights air horizon land nature wilderness outdoors "
    "scenery haze ray rays shadow shadows reflection reflections moon moonlight star stars sunset "
    "sunrise skies landscape"
)
