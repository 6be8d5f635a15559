"""Real prompts, and what of them is said not to have been shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keyreel.engines.motion.unmet import unmet
from keyreel.order import Operation, Order, Picture, Resolution, Shot, Sound, Subject

MOVES_IMAGES = "The built-in engine moves given images; it draws no new things."
DRAWS_PLACES = "The built-in engine draws places, weather and light, no figures."
MOVES_IMAGES_ZH = "内置引擎只让给定的图像动起来，不画新的事物。"
DRAWS_PLACES_ZH = "内置引擎只画地点、天气和光线，不画人物和物体。"
PICTURE = Picture(Path("picture.png"))


def ordered(
    operation: Operation, *prompts: str, names: tuple[str, ...] = (), sound: Sound | None = None
) -> Order:
    last = PICTURE if operation in {Operation.START_END2VIDEO, Operation.MULTIFRAME} else None
    shots = tuple(Shot(prompt, 4, PICTURE, last) for prompt in prompts)
    subjects = tuple(Subject(name, (PICTURE,)) for name in names)
    return Order(operation, "any", shots, Resolution.P540, 1, subjects, sound=sound or Sound())


def said(order: Order) -> str:
    """Return what the note lists, without its closing sentence."""
    notes = unmet(order)
    if not notes:
        return ""
    (note,) = notes
    return note.removeprefix("Not shown: ").removeprefix("未呈现：").partition(". ")[0].partition("。")[0]


IMAGE = [
    ("", ""),
    ("a dragon dances ballet in the kitchen", "dragon dances"),
    ("a boat on a lake at dusk, slow push in", ""),
    ("the boat sinks", "boat sinks"),
    ("A woman smiles and waves at the camera", "woman smiles, waves"),
    ("cinematic, 4k, highly detailed, beautiful light, masterpiece", ""),
    ("camera pans left, then zooms in on the lighthouse", ""),
    ("The waves crash on the shore, rolling in slowly; clouds drift by", ""),
    ("a girl sitting on a bench, looking at the sea", ""),
    ("the old man with a hat laughs", "man laughs"),
    ("the cat does not jump", ""),
    ("no people walking, no dancing", ""),
    ("her hair flows in the wind, petals falling", ""),
    ("heavy rain falls on the city at night, handheld", ""),
    ("a knight fights a dragon", "knight fights"),
    ("the robot is slowly walking towards the castle", "robot walking"),
    ("make the dog jump", "dog jump"),
    ("two dogs and a cat dance", "cat dance"),
    ("The camera follows the car as it drives away", "drives"),
    ("a running river in the forest", ""),
    ("a smiling woman, portrait, soft light", ""),
    ("steam rises from the cup", ""),
    ("flying over the mountains, drone shot", ""),
    ("flames flicker and dance in the fireplace", ""),
    ("the sun sets, night falls", ""),
    ("She turns around and looks back", "turns, looks"),
    ("dancing in the rain", "dancing"),
    ("a horse gallops across the field, dust rising", "horse gallops"),
    ("The building explodes into pieces", "building explodes"),
    ('a man says "I dance and fly"', "man says"),
    ("static shot of a bridge", ""),
    ("a picture of a girl drinking tea", "girl drinking"),
    ("the model walks down the runway and turns, dramatic lighting", "model walks, turns"),
    ("waves crash and roll, the flag waves", ""),
    ("a young woman in a red dress walking along the beach at sunset, golden light", "woman walking"),
    ("Slow dolly in. The candle flickers. Dust floats in the air.", ""),
    ("zoom in on her face as she begins to cry", "cry"),
    ("a cinematic tracking shot following a dog running on the beach", "dog running"),
    ("old film look, light leaks, vintage", ""),
    ("time-lapse of clouds moving over the mountains", ""),
    ("subtle motion, hair blowing, the water flows down the rocks", ""),
    ("火车驶来", "火车驶来"),
    ("他慢慢转身看向镜头", "转身"),
    ("瀑布飞流直下，城市夜景，霓虹闪烁", ""),
    ("a bird flies out of the cage, the children laugh", "bird flies, children laugh"),
    ("镜头缓缓推进，湖上的小船", ""),
    ("一条龙在厨房里跳舞", "龙跳舞"),
    ("小船沉没", "小船沉没"),
    ("女孩微笑着挥手", "女孩微笑、女孩挥手"),
    ("微笑的女孩，电影感，高清", ""),
    ("花瓣飞舞，树叶飘落，云在飘", ""),
    ("镜头飞过山谷", ""),
    ("不要跳舞", ""),
    ("老人在公园里打太极", "老人打太极"),
    ("小猫不停地奔跑", "小猫奔跑"),
    ("夜晚，下雪，风吹动她的头发", ""),
    ("海浪拍打着沙滩，飞机起飞", "飞机起飞"),
]


@pytest.mark.parametrize("operation", [Operation.IMG2VIDEO, Operation.EXTEND])
@pytest.mark.parametrize(("prompt", "listed"), IMAGE)
def test_acts_are_not_shown_of_a_picture_and_what_it_may_show_is_no_matter(
    prompt: str, listed: str, operation: Operation
) -> None:
    assert said(ordered(operation, prompt)) == listed


@pytest.mark.parametrize(
    ("prompts", "listed"),
    [
        (("the man walks to the door and opens it",), ""),
        (("she laughs and runs to the door", "the sun sets"), "laughs"),
        (("the dancer dances", "the dancer dances", "a dog barks"), "dancer dances, dog barks"),
        (("花朵绽放", "小猫唱歌"), "小猫唱歌"),
    ],
)
def test_keyframes_may_show_a_change_but_not_what_leaves_nothing_behind(
    prompts: tuple[str, ...], listed: str
) -> None:
    assert said(ordered(Operation.MULTIFRAME, *prompts)) == listed


@pytest.mark.parametrize(
    ("prompt", "names", "listed"),
    [
        ("@1 walks through a meadow", ("1",), ""),
        ("@1 jumps and sings", ("1",), "sings"),
        ("@fox runs in a forest with a red balloon", ("fox",), "balloon"),
        ("a fox runs through the forest, a dragon flies above", ("1",), "dragon flies"),
        ("@1, a paper boat, sails on the lake", ("1",), ""),
        ("@dog plays with the ball", ("dog",), "dog plays"),
        ("the bird @2 flies above @1", ("1", "2"), ""),
        ("@cat approaches the camera", ("cat",), ""),
        ("@小猫 跳舞，一只恐龙在咆哮", ("小猫",), "恐龙咆哮"),
        ("@1在海边奔跑，一只老鹰飞过", ("1",), "老鹰飞过"),
        ("@1 dances on a stage at night, confetti", ("1",), ""),
        ("@小猫在雪地里奔跑", ("小猫",), ""),
        ("@1 waves at the camera, then turns around", ("1",), "turns"),
        ("The boy from image 1 and the girl from image 2 dance in the rain", ("1", "2"), ""),
        ("@girl holds a cup of coffee and smiles, cinematic", ("girl",), "cup, smiles"),
        ("@hero stands on a cliff, wind blowing his cape", ("hero",), ""),
    ],
)
def test_subjects_act_and_nothing_else_is_there(prompt: str, names: tuple[str, ...], listed: str) -> None:
    assert said(ordered(Operation.REFERENCE2VIDEO, prompt, names=names)) == listed


@pytest.mark.parametrize(
    ("prompt", "listed"),
    [
        ("a stormy sea at night, lightning", ""),
        ("a dragon flies over snowy mountains", "dragon flies"),
        ("two children and a dog on the beach", "children, dog"),
        ("森林里的清晨，雾气", ""),
        ("一只狐狸在雪地里奔跑", "狐狸奔跑"),
        ("a cat playing piano in a jazz club, neon lights", "cat playing, piano"),
        ("an astronaut rides a horse on the moon", "astronaut rides, horse"),
        ("waves crash on a rocky beach at sunset, seagulls fly", "seagulls fly"),
    ],
)
def test_words_alone_make_places_and_no_figures(prompt: str, listed: str) -> None:
    order = ordered(Operation.TEXT2VIDEO, prompt)
    assert said(order) == listed
    assert all(note.endswith((DRAWS_PLACES, DRAWS_PLACES_ZH)) for note in unmet(order))


def test_what_is_spoken_is_obeyed_where_it_is_heard() -> None:
    prompt = 'a man says "Dance with me!"'
    assert said(ordered(Operation.IMG2VIDEO, prompt, sound=Sound(speech=True))) == ""


def test_the_note_speaks_the_prompts_language_and_names_six_at_most() -> None:
    acts = ordered(Operation.IMG2VIDEO, "the dog barks, eats, drinks, jumps, sneezes, yawns, laughs")
    assert unmet(acts) == (f"Not shown: dog barks, eats, drinks, jumps, sneezes, yawns. {MOVES_IMAGES}",)
    assert unmet(ordered(Operation.IMG2VIDEO, "龙跳舞")) == (f"未呈现：龙跳舞。{MOVES_IMAGES_ZH}",)


GALLERY = re.findall(
    r"^`[\w.-]*?(multiframe|start|img|reference)[\w-]*`: \*(.+)\*$",
    (Path(__file__).parents[3] / "docs/gallery/index.md").read_text(),
    re.MULTILINE,
)
KINDS = {
    "multiframe": Operation.MULTIFRAME,
    "start": Operation.START_END2VIDEO,
    "img": Operation.IMG2VIDEO,
    "reference": Operation.REFERENCE2VIDEO,
}


@pytest.mark.parametrize(("kind", "prompt"), GALLERY)
def test_the_gallerys_prompts_were_obeyed(kind: str, prompt: str) -> None:
    names = tuple(re.findall(r"@(\w+)", prompt)) if kind == "reference" else ()
    assert unmet(ordered(KINDS[kind], prompt, names=names)) == ()


@pytest.mark.parametrize(
    "prompt",
    [
        "The camera pushes in slowly towards the small red subject low on the left, in soft, warm light",
        "while the water ripples gently and the clouds drift by, in soft light and tones of red and blue.",
        "The camera orbits slowly to the right around the subject while a light breeze moves the leaves.",
        "The mood is quiet and mysterious. It ends in bright, cool light and muted tones.",
    ],
)
def test_a_recommended_prompt_asks_for_nothing_that_is_not_done(prompt: str) -> None:
    assert unmet(ordered(Operation.IMG2VIDEO, prompt)) == ()
