"""What of a prompt the engine says it did not show: real prompts, by operation."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

from keyreel.engines.motion.engine import MotionEngine
from keyreel.engines.motion.prompts.unfulfilled.notes import build_notes
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size, SoundOptions, Subject
from keyreel.testing import FolderJob

MOVES = " The built-in engine moves given images; it draws no new things."
DRAWS = " The built-in engine draws places, weather and light, no figures."
KEYFRAMED = (Operation.START_END2VIDEO, Operation.MULTIFRAME)


def order(operation: Operation, *prompts: str, names: str = "", sound: SoundOptions | None = None) -> Order:
    image = ImageRef("a.png")
    first = None if operation in {Operation.TEXT2VIDEO, Operation.REFERENCE2VIDEO} else image
    last = image if operation in KEYFRAMED else None
    shots = tuple(Shot(prompt, 4, first, last) for prompt in prompts)
    cast = tuple(Subject(name, (image,)) for name in names.split())
    return Order(
        operation,
        "m",
        shots,
        Resolution.P360,
        1,
        cast,
        Size(128, 72),
        Amplitude.AUTO,
        None,
        sound or SoundOptions(),
    )


# What is named, separated by " / "; nothing where all is carried out or may be in the image.
OVER_A_IMAGE = [
    ("a dragon dances ballet in the kitchen", "dragon dances ballet"),
    ("the boat sinks", "boat sinks"),
    ("The woman smiles at the camera and waves her hand", "woman smiles / woman waves her hand"),
    ("The cat jumps off the table and runs away", "cat jumps off the table / cat runs away"),
    ("Suddenly a UFO appears in the sky", "UFO appears"),
    ("a dragon appears in the rain", "dragon appears"),
    ("The building collapses", "building collapses"),
    ("男孩骑着自行车穿过街道", "男孩骑着自行车 / 男孩穿过"),
    ("Anna dances", "Anna dances"),
    ("She looks up", "She looks up"),
    ("the man picks up\na cup", "man picks up a cup"),
    ("The background changes to a beach", "background changes to a beach"),
    ("the man transforms into a werewolf", "man transforms into a werewolf"),
    ("a man riding a horse through the desert", "man riding a horse"),
    ("The astronaut walks toward the camera, dust rising", "astronaut walks"),
    ("The astronaut waved and the camera moved up.", "astronaut waved"),
    ("She turns her head and looks at the camera", "She turns her head"),
    ("He looks around nervously", "He looks around"),
    ("the old man drinks a cup of tea and laughs", "man drinks a cup of tea / man laughs"),
    ("The robot opens its eyes", "robot opens its eyes"),
    ("the flower blooms", "flower blooms"),
    ("make the dragon dance", "dragon dance"),
    ("add a hat to the man", "add a hat"),
    ("two birds fly across the sky, pan left", "birds fly"),
    ("camera pans left while the balloon floats up", "balloon floats up"),
    ("slow zoom on her face as she smiles softly", "she smiles"),
    ("a dragon dances, no people, a dragon dances", "dragon dances"),
    ("一条龙在厨房里跳芭蕾", "龙跳芭蕾"),
    ("船沉没了", "船沉没"),
    ("女孩微笑着挥手", "女孩微笑 / 女孩挥手"),
    ("穿着红裙的女孩在草地上奔跑", "女孩奔跑"),
    ("天空中出现一艘飞船", "出现一艘飞船"),
    ("男人拿起一个杯子", "男人拿起一个杯子"),
    ("镜头跟随小狗奔跑，穿过草地", "小狗奔跑"),
    ("人物转头看向镜头，微笑", "人物转头 / 微笑"),
    ("汽车在公路上飞驰，镜头跟随", "汽车飞驰"),
    ("小狗摇尾巴", "小狗摇尾巴"),
    ("花朵慢慢绽放", "花朵绽放"),
    ("", ""),
    ("a boat on a lake at dusk, slow push in", ""),
    ("A beautiful woman with long flowing hair stands in a field, golden hour, cinematic, 4k", ""),
    ("camera slowly pans left, heavy rain, night falls", ""),
    ("day turns into night", ""),
    ("the waves crash against the rocks, clouds drift by", ""),
    ("her hair sways in the wind, leaves rustle", ""),
    ("no people, without any text, the camera does not move", ""),
    ("close-up of a cup of coffee, steam rises", ""),
    ("a cup of coffee with steam rising, shallow depth of field, 8k, ultra realistic", ""),
    ("The camera orbits around the statue, dramatic lighting, highly detailed", ""),
    ("An elderly couple sitting on a park bench, autumn leaves falling", ""),
    ("Animate this photo with gentle, natural motion", ""),
    ("Bring this picture to life", ""),
    ("The video opens on a city", ""),
    ("hills rolling into the distance, a road runs through the forest", ""),
    ("add a gentle breeze, Change the lighting to golden hour", ""),
    ("dance moves, car chase, a sword fight, slow zooms", ""),
    ("The building rises into the sky", ""),
    ("zoom out to reveal the whole city", ""),
    ("The candle flame flickers, shadows dance on the wall", ""),
    ("Use a slow dolly-in to build tension. Keep the lighting moody.", ""),
    ("golden light streams through the window, dust motes drift lazily", ""),
    ("烟花绽放，夜空", ""),
    ("保持人物不变，画面稳定，无变形", ""),
    ("running water, dancing flames", ""),
    ("time-lapse of clouds over the city, sun setting", ""),
    ("the camera pushes in slowly towards the small red subject on the left while the water ripples", ""),
    ('a sign that reads "dragons dance", pan left', ""),
    ("湖上的小船，黄昏，镜头缓缓推近", ""),
    ("镜头向左摇，下雨，夜晚", ""),
    ("海浪拍打礁石，云朵飘动", ""),
    ("电影质感，超高清，细节丰富", ""),
    ("老人坐在长椅上，落叶飘落", ""),
    ("不要有人，固定镜头", ""),
    ("从白天变成夜晚，灯光亮起", ""),
]
BETWEEN_KEYFRAMES = [
    ("the man walks from left to right, then dances", "man dances"),
    ("女孩跳舞，镜头拉远", "女孩跳舞"),
    ("the caterpillar turns into a butterfly", ""),
    ("the flower blooms slowly", ""),
    ("a smooth morph, the day fades into night, camera orbits", ""),
]
FROM_WORDS = [
    ("a woman walks on a beach at sunset", "woman walks"),
    ("a castle by a lake, a dragon flies overhead", "castle / dragon flies overhead"),
    ("a lighthouse by the stormy sea", "lighthouse"),
    ("a cup of coffee on a wooden table, steam rising", ""),
    ("an old fisherman in a small boat on a misty lake", "fisherman / boat"),
    ("a robot and a girl dance in the rain", "robot / girl dance"),
    ("A cat sleeping on a windowsill while it rains outside", "cat"),
    ("winter forest, snow falling softly, a wooden cabin", "cabin"),
    ("a waterfall in the jungle", ""),
    ("a village, smoke rises from the chimneys", "smoke rises"),
    ("a top-down view of the forest, aurora", "top-down view"),
    ("a village at dusk, the windows light up", ""),
    ("一只猫在森林里奔跑", "猫奔跑"),
    ("一列火车穿过雪山", "火车穿过"),
    ("两只天鹅在湖面上游动", "天鹅游动"),
    ("草原上奔跑的骏马", "骏马"),
    ("一位老人在湖边钓鱼", "老人钓鱼"),
    ("城堡，魔法，巨龙飞过天空", "城堡 / 巨龙飞过"),
    ("misty mountains at dawn, slow pan", ""),
    ("sunset over the ocean, golden light, waves", ""),
    ("a cozy room with a window, rain outside", ""),
    ("birds flying over a meadow, flowers swaying in the breeze", ""),
    ("A quiet beach with palm trees and gentle waves, camera pushes in", ""),
    ("a red car on a city street at night in the rain", ""),
    ("deep space, stars, a distant planet", ""),
    ("a feeling of joy, abstract colours", ""),
    ("First a beach at sunset, then a city at night", ""),
    ("樱花飘落，春天的公园", ""),
    ("春天的草原，野花盛开，微风", ""),
    ("海底世界，鱼群，珊瑚", ""),
    ("山水画，云雾缭绕，水墨风格", ""),
]
WITH_SUBJECTS = [
    (
        "girl",
        "@girl does a somersault, then plays the guitar",
        "@girl does a somersault / @girl plays the guitar",
    ),
    ("girl", "@girl walks with a dog in the forest", "dog"),
    ("girl", "@girl waves at the camera while a dragon flies overhead", "dragon"),
    ("hero", "@hero fights a dragon in a castle", "@hero fights a dragon"),
    ("one two", "@1 hugs @2 on the beach", "@1 hugs @2"),
    ("小明", "@小明在草地上翻跟头，一只狗跑过", "翻跟头 / 狗"),
    ("girl", "@girl runs, jumps and turns around", "jumps / turns around"),
    ("girl", "@girl walks on the beach at sunset", ""),
    ("girl boat", "@girl dances while @boat drifts on the lake", ""),
    ("one", "@1, a paper boat, sails on the sea", ""),
    ("cat", "@cat, an orange tabby cat, runs along the beach, camera follows", ""),
    ("girl", "A girl walks in the snow", ""),
    ("小明", "@小明在海边跑步", ""),
]
TABLE = [
    *((Operation.IMG2VIDEO, "", *row) for row in OVER_A_IMAGE),
    *((Operation.START_END2VIDEO, "", *row) for row in BETWEEN_KEYFRAMES),
    *((Operation.TEXT2VIDEO, "", *row) for row in FROM_WORDS),
    *((Operation.REFERENCE2VIDEO, *row) for row in WITH_SUBJECTS),
]


@pytest.mark.parametrize(("operation", "names", "prompt", "named"), TABLE)
def test_names_what_was_not_carried_out(operation: Operation, names: str, prompt: str, named: str) -> None:
    notes = build_notes(order(operation, prompt, names=names))
    if not named:
        assert notes == ()
        return
    (note,) = notes
    if prompt.isascii():
        closing = DRAWS if operation is Operation.TEXT2VIDEO else MOVES
        assert note == f"Not shown: {named.replace(' / ', ', ')}.{closing}"
    else:
        assert note.startswith(f"未呈现：{named.replace(' / ', '、')}。内置引擎只")


def test_an_extension_is_held_to_what_its_operation_does() -> None:
    on, between = (
        order(each, "the man walks away and sings") for each in (Operation.EXTEND, Operation.MULTIFRAME)
    )
    assert build_notes(on) == (f"Not shown: man walks away, man sings.{MOVES}",)
    assert build_notes(between) == (f"Not shown: man sings.{MOVES}",)


def test_shots_are_told_apart_where_they_differ() -> None:
    prompts = ("a dog barks, pan left", "the man sings", "slow push in", "the man sings")
    (note,) = build_notes(order(Operation.MULTIFRAME, *prompts))
    assert note == f"Not shown: dog barks (shot 1), man sings (shot 2, 4).{MOVES}"
    (same,) = build_notes(order(Operation.MULTIFRAME, "the man sings", "the man sings"))
    assert same == f"Not shown: man sings.{MOVES}"


def test_at_most_six_are_named() -> None:
    (chinese,) = build_notes(order(Operation.IMG2VIDEO, "他唱歌，跳舞，微笑，哭泣，挥手，点头，鼓掌"))
    assert "等。" in chinese
    actions = "the man sings, the dog barks, the cat purrs, the lion roars, the girl laughs, the boy cries, "
    (note,) = build_notes(order(Operation.IMG2VIDEO, actions + "the king bows, the queen nods"))
    assert note.removesuffix(MOVES).count(",") == 6
    assert ", and more." in note


@pytest.mark.parametrize(
    ("prompt", "sound"),
    [
        ('the man says "the dragon dances"', SoundOptions(speech=True)),
        ("女孩说：“你好”", SoundOptions(speech=True)),
        ("birds sing in the forest", SoundOptions(ambience=True)),
    ],
)
def test_what_is_heard_is_carried_out(prompt: str, sound: SoundOptions) -> None:
    assert build_notes(order(Operation.IMG2VIDEO, prompt, sound=sound)) == ()
    assert build_notes(order(Operation.IMG2VIDEO, prompt)) != ()


@pytest.mark.parametrize(
    "prompt",
    [
        "a dragon and " * 380,
        "no " * 1600,
        "龙跳舞，" * 1200,
        "the of a " * 550,
        '"' * 5000,
        "İ ß 🐉 ~=~ dances" * 300,
    ],
)
@pytest.mark.parametrize("operation", [Operation.IMG2VIDEO, Operation.TEXT2VIDEO])
def test_the_longest_prompts_are_read_at_once(operation: Operation, prompt: str) -> None:
    # Of the processor's time: a busy machine would be slow with anything.
    begun = time.process_time()
    build_notes(order(operation, prompt))
    assert time.process_time() - begun < 2


def test_a_clip_carries_the_note(tmp_path: Path, portrait: Path) -> None:
    shot = Shot("a dragon dances, the woman smiles, slow push in", 1, ImageRef(str(portrait)))
    video_order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 1, (), Size(216, 216))
    clip = asyncio.run(MotionEngine().render(video_order, FolderJob(tmp_path)))
    assert clip.notes == (f"Not shown: dragon dances.{MOVES}",)


def test_a_call_that_leads_to_no_subject_is_named_and_nobody_acts_for_it() -> None:
    lost = order(Operation.REFERENCE2VIDEO, "image 1 jumps, @9 waves", names="1")
    assert build_notes(lost)[0] == "No subject is called: @9."
    assert (
        build_notes(order(Operation.REFERENCE2VIDEO, "小明跳跃，@9 挥手", names="小明"))[0]
        == "没有这样的主体：@9。"
    )
    assert build_notes(order(Operation.REFERENCE2VIDEO, "图一 jumps", names="1")) == ()


GALLERY = re.findall(
    r"^`[\w.-]*?(multiframe|start|img|reference|text)[\w-]*`: \*(.+)\*$",
    (Path(__file__).parents[5] / "docs/gallery/index.md").read_text(),
    re.MULTILINE,
)
KINDS = {
    "multiframe": Operation.MULTIFRAME,
    "start": Operation.START_END2VIDEO,
    "img": Operation.IMG2VIDEO,
    "reference": Operation.REFERENCE2VIDEO,
    "text": Operation.TEXT2VIDEO,
}


@pytest.mark.parametrize(("kind", "prompt"), GALLERY)
def test_the_gallerys_prompts_were_carried_out(kind: str, prompt: str) -> None:
    names = " ".join(re.findall(r"@(\w+)", prompt)) if kind == "reference" else ""
    assert build_notes(order(KINDS[kind], prompt, names=names)) == ()
