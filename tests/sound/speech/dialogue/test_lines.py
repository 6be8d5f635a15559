from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyreel.order import Operation, Order, Resolution, Shot, SoundOptions, Subject
from keyreel.sound.speech.dialogue.lines import DialogueLine, find_dialogue_lines
from keyreel.sound.speech.language import Language, detect_language, split_sentences

NAMES = ("alice", "bob", "小明", "小红", "1", "2")


def order(*prompts: str, subjects: tuple[Subject, ...] | None = None, voice: str = "") -> Order:
    named = tuple(Subject(name, ()) for name in NAMES)
    return Order(
        operation=Operation.REFERENCE2VIDEO,
        model="any",
        shots=tuple(Shot(prompt, 4) for prompt in prompts),
        resolution=Resolution.P720,
        seed=1,
        subjects=named if subjects is None else subjects,
        sound=SoundOptions(speech=True, voice=voice),
    )


def found_in(prompt: str) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in find_dialogue_lines(order(prompt))]


SPOKEN = [
    ('@alice looks at the camera and says, "Welcome to our shop."', [("alice", "Welcome to our shop.")]),
    ('@alice waves. @bob smiles and says "Hi"', [("bob", "Hi")]),
    ('@alice turns to @bob and whispers: "Don\'t go."', [("alice", "Don't go.")]),
    ('"Run!" @bob shouts.', [("bob", "Run!")]),
    (
        '"I\'m home," says @alice, "and I brought cake."',
        [("alice", "I'm home,"), ("alice", "and I brought cake.")],
    ),
    ('@alice sits down while @bob says: "Enough."', [("bob", "Enough.")]),
    ('@alice and @bob say "Happy New Year!"', [("alice", "Happy New Year!")]),
    ('@alice runs in. She says "It is raining"', [("alice", "It is raining")]),
    ('An old man says "It is going to rain tonight."', [("old man", "It is going to rain tonight.")]),
    (
        'Tom says: "Follow me." and Anna replies: "Never!"',
        [("Tom", "Follow me."), ("Anna", "Never!")],
    ),
    ('He whispers "run"', [("", "run")]),
    ('Alice (excited): "We won!"', [("alice", "We won!")]),
    ("@alice: Hello there! @bob: Hi, how are you?", [("alice", "Hello there!"), ("bob", "Hi, how are you?")]),
    ("alice: Hello there!\nbob: Good morning.", [("alice", "Hello there!"), ("bob", "Good morning.")]),
    (
        "Narrator: Long ago, a king lived here. The camera pulls back.",
        [("narrator", "Long ago, a king lived here.")],
    ),
    (
        'Narrator: "Long ago, a king lived here." A castle at dawn.',
        [("narrator", "Long ago, a king lived here.")],
    ),
    ("Voiceover: In 2026, 3 robots left Earth.", [("narrator", "In 2026, 3 robots left Earth.")]),
    ("@1 says 'It's time to go,' and leaves", [("1", "It's time to go,")]),
    ("A robot beeps: 'Hello, human.'", [("robot", "Hello, human.")]),
    ('A child calls out "Mommy, look at me!"', [("child", "Mommy, look at me!")]),
    ('A woman speaks to camera, "Our coffee is roasted daily"', [("woman", "Our coffee is roasted daily")]),
    (
        "She reads aloud “Once upon a time there was a fox”.",
        [("", "Once upon a time there was a fox")],
    ),
    ('@alice points at the sign and says "Look!"', [("alice", "Look!")]),
    ('Rain. "We should go home now." Thunder.', [("", "We should go home now.")]),
    ("小明说：“今天天气真好，我们去公园吧。”", [("小明", "今天天气真好，我们去公园吧。")]),
    ("@小明走进房间，@小红抬头说：“你回来了。”", [("小红", "你回来了。")]),
    ("@小明对@小红说：“我们走吧！”", [("小明", "我们走吧！")]),
    ("“快跑！”@小红大喊。", [("小红", "快跑！")]),
    ("老人低声道：「孩子，过来。」", [("老人", "孩子，过来。")]),
    (
        "女孩笑着问：『你叫什么名字？』男孩回答：『我叫小王。』",
        [("女孩", "你叫什么名字？"), ("男孩", "我叫小王。")],
    ),
    ("旁白：在很久很久以前，有一个王国。镜头慢慢拉远。", [("narrator", "在很久很久以前，有一个王国。")]),
    ("@1说：“你好。”@2回答：“再见。”", [("1", "你好。"), ("2", "再见。")]),
    ("小明：你好，小红。\n小红：好久不见！", [("小明", "你好，小红。"), ("小红", "好久不见！")]),
    ("她转身离开，轻声说“再见”", [("", "再见")]),
    ("画面中，男人叹了口气，说道：“算了吧。”", [("男人", "算了吧。")]),
    ("@小红看着窗外，自言自语：“下雪了……”", [("小红", "下雪了……")]),
]
SPOKEN += [
    (
        'A barista hands over a cup. "Here you go," she says. The customer replies, "Thanks a lot!"',
        [("", "Here you go,"), ("customer", "Thanks a lot!")],
    ),
    (
        'The wizard raises his staff. "You shall not pass!" The king trembles.',
        [("wizard", "You shall not pass!")],
    ),
    ('@alice holds up a sign "HELP" and screams "Somebody help us!"', [("alice", "Somebody help us!")]),
    ('Anna says "I like it" and Tom, laughing, says "Me too".', [("Anna", "I like it"), ("Tom", "Me too")]),
    ('A poster reads "SALE". @bob reads it and mutters, "Not again."', [("bob", "Not again.")]),
    ('"Who is there?" @alice answers: "It is me."', [("", "Who is there?"), ("alice", "It is me.")]),
    ('[alice]: "Hello"', [("alice", "Hello")]),
    (
        '男主角看着女主角，说："我等了你很久。"女主角回答："我也是。"',
        [("男主角", "我等了你很久。"), ("女主角", "我也是。")],
    ),
    ('女声旁白："每一次出发，都是新的开始。"', [("narrator", "每一次出发，都是新的开始。")]),
    ("他的T恤上印着“我爱北京”，他挥手说“你好”", [("", "你好")]),
]
NOT_SPOKEN = [
    'A sign that reads "OPEN" hangs on the door.',
    'A neon sign says "COME IN WE ARE OPEN" above the bar.',
    'A poster titled "The Last Journey Home" on the wall',
    'A man holding a sign that says "FREE HUGS!" smiles',
    'A cup labeled "Best Dad Ever!" stands on the table',
    'The text "I love you so much" is written in the sand',
    'A T-shirt with "I am the captain now" printed on it',
    'Title: "Welcome home, my dear friends!" over a black screen',
    'text overlay "SALE 50% OFF!" appears',
    "“SALE 50% OFF!” banner over the street",
    'A book titled "How Are You?" lies open.',
    'In the style of "Blade Runner 2049", rainy city',
    'the "soft golden hour look" of a film',
    "The dogs' bowl is on the table, it's a dog's life",
    'A dog called "Rex" runs.',
    '@alice says goodbye and hangs a "CLOSED" sign',
    "Style: cinematic. Camera: slow push in. A woman walks.",
    'Text on screen: "The end."',
    'The word "Hello!" appears in the sky',
    'A man with a name tag "Bob" says nothing.',
    "字幕：“第一章”",
    "招牌上写着“营业中”，一只猫走过",
    "墙上挂着“开业大吉！”的横幅",
    "一种“赛博朋克的未来都市感觉啊啊”的风格",
    "标题：“欢迎来到我们的商店”",
    "他在读一本名为“三体”的小说",
    "屏幕上显示“系统正在启动请稍候一分钟时间”",
    "A man speaks to the camera about coffee.",
    "",
]


@pytest.mark.parametrize(("prompt", "expected"), SPOKEN, ids=[prompt for prompt, _ in SPOKEN])
def test_what_is_said_is_found_with_its_speaker(prompt: str, expected: list[tuple[str, str]]) -> None:
    assert found_in(prompt) == expected


@pytest.mark.parametrize("prompt", NOT_SPOKEN)
def test_what_is_written_or_only_named_is_not_spoken(prompt: str) -> None:
    assert found_in(prompt) == []


@given(
    speaker=st.sampled_from(NAMES),
    verb=st.sampled_from(["says", "whispers softly", "turns to the camera and shouts", "说", "轻声问道"]),
    said=st.sampled_from(["Wait for me", "你等等我", "No", "It costs $5.50!", "不", "Is it 7:30 pm?"]),
    quotes=st.sampled_from(['""', "“”", "「」", "『』", "‘’"]),
    colon=st.sampled_from([" ", ": ", "：", ", "]),
)
def test_any_speaker_verb_and_quotation_marks_make_a_line(
    *, speaker: str, verb: str, said: str, quotes: str, colon: str
) -> None:
    blank = "" if verb.startswith(("说", "轻")) else " "
    assert found_in(f"A room. @{speaker}{blank}{verb}{colon}{quotes[0]}{said}{quotes[1]}") == [
        (speaker, said)
    ]


@given(st.text(alphabet="ab @1\"“”‘’'「」:：,.!?\n说旁白小明says ", max_size=80))
def test_no_prompt_breaks_it_and_no_word_is_made_up(prompt: str) -> None:
    for line in find_dialogue_lines(order(prompt)):
        assert line.text in prompt


def test_each_line_knows_its_shot_and_when_that_begins() -> None:
    lines = find_dialogue_lines(order('@alice says "One."', "Silence.", '@bob says "Two."'))
    assert [(line.text, line.shot_index, line.shot_start) for line in lines] == [
        ("One.", 0, 0.0),
        ("Two.", 2, 8.0),
    ]


def test_a_prompt_for_all_shots_is_spoken_once() -> None:
    same = '@alice says "One."'
    assert [line.shot_index for line in find_dialogue_lines(order(same, same, same))] == [0]


def test_without_speech_ordered_there_are_no_lines() -> None:
    spoken = order('@alice says "One."')
    assert find_dialogue_lines(spoken)
    assert not find_dialogue_lines(Order(Operation.IMG2VIDEO, "any", spoken.shots, Resolution.P720, 1))


def test_the_language_is_each_lines_own() -> None:
    lines = find_dialogue_lines(order('@alice says "Good morning." @小红说：“早上好。”'))
    assert [line.language for line in lines] == [Language.ENGLISH, Language.CHINESE]
    assert detect_language("我用iPhone拍照") is Language.CHINESE
    assert detect_language("We say 你好 in the morning") is Language.ENGLISH


def test_sentences_end_where_a_voice_pauses() -> None:
    assert split_sentences("Dr. Smith paid 3.50 dollars. Why? No idea!") == (
        "Dr. Smith paid 3.50 dollars.",
        "Why?",
        "No idea!",
    )
    assert split_sentences("你好。我是小明！") == ("你好。", "我是小明！")


def voices(prompt: str, *subjects: Subject, voice: str = "") -> list[str]:
    lines: tuple[DialogueLine, ...] = find_dialogue_lines(order(prompt, subjects=subjects, voice=voice))
    return [line.voice_id for line in lines]


def test_a_subjects_own_voice_goes_before_the_orders() -> None:
    prompt = '@alice says "One." @bob says "Two." Narrator: Three.'
    alice = Subject("alice", (), voice="Calm_Woman")
    assert voices(prompt, alice, Subject("bob", ()), voice="zh-male") == ["Calm_Woman", "zh-male", "zh-male"]


def test_a_subjects_voice_that_became_the_orders_is_not_lent_to_another_subject() -> None:
    prompt = '@alice says "One." @bob says "Two."'
    alice = Subject("alice", (), voice="Calm_Woman")
    first, second = voices(prompt, alice, Subject("bob", ()), voice="Calm_Woman")
    assert first == "Calm_Woman"
    assert second != first


def test_speakers_without_a_voice_have_one_each_and_keep_it() -> None:
    said = voices(
        '@kim says "One." @lee says "Two." @kim says "Three."', Subject("kim", ()), Subject("lee", ())
    )
    assert said[0] == said[2] != said[1]


def test_a_speakers_voice_follows_what_the_prompt_calls_them() -> None:
    assert voices('She whispers "run"') == ["female"]
    assert voices('An old man says "One."') == ["male_old man"]
    assert voices('@kim puts her hat on and says "One."', Subject("kim", ())) == ["female_kim"]
    assert voices('"Narration is neutral." says a voice. Narrator: Hello you.')[-1:] == [""]


@pytest.mark.parametrize(
    ("prompt", "speakers"),
    [
        ("@小明明说：“你好。”@小明回答：“再见。”", ["小明明", "小明"]),
        ("小明明说：“你好。”小明回答：“再见。”", ["小明明", "小明"]),
        ('the fox-2 says "Hello there." @fox says "Bye now."', ["fox-2", "fox"]),
        ('＠ＦＯＸ-2 says "Hello there." ｆｏｘ says: "Bye now."', ["fox-2", "fox"]),
    ],
)
def test_the_longest_name_that_fits_speaks(prompt: str, speakers: list[str]) -> None:
    for names in (("小明", "小明明", "fox", "fox-2"), ("fox-2", "fox", "小明明", "小明")):
        subjects = tuple(Subject(name, ()) for name in names)
        assert [line.speaker for line in find_dialogue_lines(order(prompt, subjects=subjects))] == speakers
