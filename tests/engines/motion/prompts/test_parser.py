import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.vocabulary import (
    CameraMove,
    Effect,
    Locomotion,
    Place,
    SubjectAction,
    TimeOfDay,
)

MOVES = [
    ("zoom in", CameraMove.ZOOM_IN),
    ("The camera slowly zooms in on her face", CameraMove.ZOOM_IN),
    ("镜头放大", CameraMove.ZOOM_IN),
    ("zoom out", CameraMove.ZOOM_OUT),
    ("镜头缩小", CameraMove.ZOOM_OUT),
    ("push in", CameraMove.PUSH_IN),
    ("camera moves forward", CameraMove.PUSH_IN),
    ("dolly in", CameraMove.PUSH_IN),
    ("镜头推近", CameraMove.PUSH_IN),
    ("镜头缓缓向前推进", CameraMove.PUSH_IN),
    ("pull back", CameraMove.PULL_OUT),
    ("the camera pulls out to reveal the town", CameraMove.PULL_OUT),
    ("镜头拉远", CameraMove.PULL_OUT),
    ("pan left", CameraMove.PAN_LEFT),
    ("pan slowly to the left", CameraMove.PAN_LEFT),
    ("the camera pans from right to left", CameraMove.PAN_LEFT),
    ("镜头向左摇", CameraMove.PAN_LEFT),
    ("pan right", CameraMove.PAN_RIGHT),
    ("the camera pans from left to right", CameraMove.PAN_RIGHT),
    ("向右摇镜头", CameraMove.PAN_RIGHT),
    ("tilt up to the sky", CameraMove.TILT_UP),
    ("镜头上摇", CameraMove.TILT_UP),
    ("tilt slowly down", CameraMove.TILT_DOWN),
    ("镜头下摇", CameraMove.TILT_DOWN),
    ("camera slides to the left", CameraMove.TRACK_LEFT),
    ("镜头左移", CameraMove.TRACK_LEFT),
    ("camera tracks right", CameraMove.TRACK_RIGHT),
    ("镜头从左到右平移", CameraMove.TRACK_RIGHT),
    ("crane up", CameraMove.RISE),
    ("镜头上升", CameraMove.RISE),
    ("the camera descends", CameraMove.SINK),
    ("镜头下降", CameraMove.SINK),
    ("orbit left", CameraMove.ORBIT_LEFT),
    ("orbit around the statue", CameraMove.ORBIT_RIGHT),
    ("环绕拍摄", CameraMove.ORBIT_RIGHT),
    ("dolly zoom", CameraMove.DOLLY_ZOOM),
    ("希区柯克变焦", CameraMove.DOLLY_ZOOM),
    ("handheld camera", CameraMove.HANDHELD),
    ("手持镜头", CameraMove.HANDHELD),
    ("static shot", CameraMove.STATIC),
    ("固定镜头", CameraMove.STATIC),
]


@pytest.mark.parametrize(("text", "move"), MOVES)
def test_understands_a_camera_move_and_nothing_else(text: str, move: CameraMove) -> None:
    assert parse_prompt(text).moves == (move,)


EFFECTS = [
    ("heavy rain", Effect.RAIN),
    ("下着雨", Effect.RAIN),
    ("snow is falling", Effect.SNOW),
    ("下雪了", Effect.SNOW),
    ("thick fog", Effect.FOG),
    ("大雾", Effect.FOG),
    ("the house burns", Effect.FIRE),
    ("燃烧", Effect.FIRE),
    ("sparks", Effect.EMBERS),
    ("火花四溅", Effect.EMBERS),
    ("autumn leaves", Effect.LEAVES),
    ("落叶纷纷", Effect.LEAVES),
    ("a strong wind", Effect.WIND),
    ("微风", Effect.WIND),
    ("night falls", Effect.NIGHT),
    ("夜晚", Effect.NIGHT),
    ("at sunset", Effect.SUNSET),
    ("夕阳", Effect.SUNSET),
    ("a sunny afternoon", Effect.DAY),
    ("阳光", Effect.DAY),
]


@pytest.mark.parametrize(("text", "effect"), EFFECTS)
def test_understands_an_effect(text: str, effect: Effect) -> None:
    assert parse_prompt(text).get_effect_strength(effect) > 0


@pytest.mark.parametrize(
    "text", ["no rain, don't zoom in", "without any snow", "不要下雨，不要推近", "没有雾"]
)
def test_leaves_out_what_is_denied(text: str) -> None:
    parsed = parse_prompt(text)
    assert not parsed.cues
    assert not parsed.effects


def test_hears_how_strongly_a_move_is_wanted() -> None:
    gentle, usual, strong = (
        parse_prompt(text).cues[0].strength for text in ("zoom in slowly", "zoom in", "fast zoom in")
    )
    assert gentle < usual < strong


def test_plays_moves_joined_by_then_one_after_the_other() -> None:
    first, second = parse_prompt("zoom in, then pan right").cues
    assert (first.move, first.start, first.end) == (CameraMove.ZOOM_IN, 0.0, 0.5)
    assert (second.move, second.start, second.end) == (CameraMove.PAN_RIGHT, 0.5, 1.0)


def test_gives_each_subject_its_own_role() -> None:
    parsed = parse_prompt(
        "@dog runs to the left while @cat jumps on the right in the distance, @beach as the background",
        ("dog", "cat", "beach"),
    )
    dog, cat, beach = (parsed.get_instruction(name) for name in ("dog", "cat", "beach"))
    assert (dog.action, dog.heading) == (SubjectAction.RUN, -1.0)
    assert (cat.action, cat.side, cat.nearness) == (SubjectAction.JUMP, 1.0, -1.0)
    assert beach.is_scene
    assert not dog.is_scene


@pytest.mark.parametrize(
    "text", ["@1 flies over @2 as the background", "@1 jumps, background: @2", "@1 在跳，以@2为背景"]
)
def test_makes_the_subject_next_to_the_word_the_scene(text: str) -> None:
    parsed = parse_prompt(text, ("1", "2"))
    assert parsed.get_instruction("2").is_scene
    assert not parsed.get_instruction("1").is_scene


@pytest.mark.parametrize("text", ["in the last scene @1 runs", "@1 walks in the background", "场景中，@1 跑"])
def test_takes_no_actor_for_the_scene(text: str) -> None:
    assert not parse_prompt(text, ("1", "2")).get_instruction("1").is_scene


@pytest.mark.parametrize(
    ("text", "runs", "jumps"),
    [
        ("@小明明 runs to the left, @小明 jumps to the right", "小明明", "小明"),
        ("小明明向左跑，小明向右跳", "小明明", "小明"),
        ("@fox-2 runs to the left, the fox jumps to the right", "fox-2", "fox"),
        ("@2 runs to the left, @12 jumps to the right", "2", "12"),
        ("图二 runs to the left, [@Image 1] jumps to the right", "2", "1"),
        ("＠２ runs to the left, <IMAGE_1> jumps to the right", "2", "1"),
    ],
)
def test_the_longest_name_that_fits_is_meant(text: str, runs: str, jumps: str) -> None:
    for names in (
        ["小明", "小明明", "fox", "fox-2", "1", "2", "12"],
        ["fox-2", "fox", "小明明", "小明", "12", "2", "1"],
    ):
        parsed = parse_prompt(text, names)
        assert (parsed.get_instruction(runs).action, parsed.get_instruction(runs).heading) == (
            SubjectAction.RUN,
            -1.0,
        )
        assert (parsed.get_instruction(jumps).action, parsed.get_instruction(jumps).heading) == (
            SubjectAction.JUMP,
            1.0,
        )


def test_nobody_does_what_an_unknown_subject_is_to_do() -> None:
    parsed = parse_prompt("@1 jumps, @9 runs to the left", ("1", "2"))
    assert (parsed.get_instruction("1").action, parsed.get_instruction("1").heading) == (
        SubjectAction.JUMP,
        0.0,
    )


def test_knows_subjects_by_number_and_in_chinese() -> None:
    parsed = parse_prompt("@1 在左边跳，@2 向右跑", ("1", "2"))
    assert (parsed.get_instruction("1").action, parsed.get_instruction("1").side) == (
        SubjectAction.JUMP,
        -1.0,
    )
    assert (parsed.get_instruction("2").action, parsed.get_instruction("2").heading) == (
        SubjectAction.RUN,
        1.0,
    )


@pytest.mark.parametrize(
    ("text", "place", "time_of_day"),
    [
        ("on a beach at sunset", Place.BEACH, TimeOfDay.SUNSET),
        ("a desert road by day", Place.DESERT, TimeOfDay.DAY),
        ("城市夜景", Place.CITY, TimeOfDay.NIGHT),
        ("清晨的森林", Place.FOREST, TimeOfDay.DAWN),
        ("雪山上的日出", Place.SNOWPEAKS, TimeOfDay.DAWN),
        ("snowy mountains at night", Place.SNOWPEAKS, TimeOfDay.NIGHT),
        ("on a lake", Place.LAKE, None),
        ("湖面上", Place.LAKE, None),
        ("over the sea, overcast", Place.SEA, TimeOfDay.OVERCAST),
        ("海上，阴天", Place.SEA, TimeOfDay.OVERCAST),
        ("under the sea", Place.UNDERWATER, None),
        ("海底世界", Place.UNDERWATER, None),
        ("沙滩", Place.BEACH, None),
        ("above a sea of clouds", Place.SKY, None),
        ("she walks in the snow", Place.SNOWFIELD, None),
        ("雪地", Place.SNOWFIELD, None),
        ("something else", None, None),
    ],
)
def test_finds_place_and_time_of_day(text: str, place: Place | None, time_of_day: TimeOfDay | None) -> None:
    parsed = parse_prompt(text)
    assert (parsed.place, parsed.time_of_day) == (place, time_of_day)


@pytest.mark.parametrize(
    "text",
    [
        "snowy mountains",
        "a snowy field",
        "雪山",
        "雪地",
        "she walks in the snow",
        "wind over the snow",
        "风和雪山",
    ],
)
def test_snow_that_lies_does_not_fall(text: str) -> None:
    assert not parse_prompt(text).get_effect_strength(Effect.SNOW)


@pytest.mark.parametrize(
    "text",
    [
        "snow falls",
        "push in, snow",
        "heavy snow",
        "snow and wind",
        "wind and snow",
        "push in with snow in the wind",
        "fog and heavy snow",
        "雪山，下雪",
        "雪花飘落",
        "风和雪",
        "雪在风中飞舞",
    ],
)
def test_snow_falls_when_it_is_said_to(text: str) -> None:
    assert parse_prompt(text).get_effect_strength(Effect.SNOW) > 0


@pytest.mark.parametrize(
    ("text", "name", "locomotion"),
    [
        ("@my_boat at sea", "my_boat", Locomotion.SWIMS),
        ("@1, a paper boat, on a lake", "1", Locomotion.SWIMS),
        ("小船@1在湖上", "1", Locomotion.SWIMS),
        ("@Balloon over the hills", "Balloon", Locomotion.FLIES),
        ("the bird @2 above @1", "2", Locomotion.FLIES),
        ("@1是一只气球", "1", Locomotion.FLIES),
        ("@cat looks at a boat", "cat", None),
    ],
)
def test_knows_what_swims_and_flies_by_its_name(text: str, name: str, locomotion: Locomotion | None) -> None:
    assert parse_prompt(text, (name,)).get_instruction(name).locomotion is locomotion


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("@1 jumps in @2", True),
        ("@1 sails on the lake of @2", True),
        ("在@2里@1跳舞", True),
        ("@1 stands in front of @2", False),
        ("@1 and @2", False),
    ],
)
def test_hears_what_others_are_in(text: str, *, around: bool) -> None:
    assert parse_prompt(text, ("1", "2")).get_instruction("2").contains_others is around


AS_WRITTEN = [
    ("The camera slowly moves to the left, no zoom", (CameraMove.TRACK_LEFT,)),
    ("move the camera to the left", (CameraMove.TRACK_LEFT,)),
    ("镜头缓慢向左移动", (CameraMove.TRACK_LEFT,)),
    ("no camera movement", (CameraMove.STATIC,)),
    ("the camera does not move", (CameraMove.STATIC,)),
    ("keep the camera still", (CameraMove.STATIC,)),
    ("camera: static", (CameraMove.STATIC,)),
    ("不要移动镜头", (CameraMove.STATIC,)),
    ("没有镜头运动，下雪", (CameraMove.STATIC,)),
    ("画面静止", (CameraMove.STATIC,)),
    ("the camera is not static", ()),
    ("no camera shake", ()),
    ("no zoom, no pan, just a slow tilt up", (CameraMove.TILT_UP,)),
    ("推镜头，不要晃动", (CameraMove.PUSH_IN,)),
    ("镜头不断推进", (CameraMove.PUSH_IN,)),
    ("bring the camera closer", (CameraMove.PUSH_IN,)),
    ("the camera moves toward the dog", (CameraMove.PUSH_IN,)),
    ("the camera follows her as she walks", (CameraMove.PUSH_IN,)),
    ("镜头跟随她前进", (CameraMove.PUSH_IN,)),
    ("镜头由远及近", (CameraMove.PUSH_IN,)),
    ("镜头由近及远", (CameraMove.PULL_OUT,)),
    ("camera backs away", (CameraMove.PULL_OUT,)),
    ("camera pans slowly from the left", (CameraMove.PAN_RIGHT,)),
    ("pan across the valley", (CameraMove.PAN_RIGHT,)),
    ("摇镜头", (CameraMove.PAN_RIGHT,)),
    ("slow zoom", (CameraMove.ZOOM_IN,)),
    ("tracking shot", (CameraMove.TRACK_RIGHT,)),
    ("rotate around the subject", (CameraMove.ORBIT_RIGHT,)),
    ("raise the camera", (CameraMove.RISE,)),
    ("视角缓缓抬高", (CameraMove.RISE,)),
    ("俯视", (CameraMove.TILT_DOWN,)),
    ("push in, then pan left, then tilt up", (CameraMove.PUSH_IN, CameraMove.PAN_LEFT, CameraMove.TILT_UP)),
    ("先拉远再向右移动", (CameraMove.PULL_OUT, CameraMove.TRACK_RIGHT)),
    # What others do is no order to the camera.
    ("she looks up", ()),
    ("she tilts her head down", ()),
    ("the people move back", ()),
    ("birds fly into the distance", ()),
    ("小狗向右移动", ()),
    ("frying pan on the stove", ()),
]


@pytest.mark.parametrize(("text", "moves"), AS_WRITTEN)
def test_understands_camera_orders_as_people_write_them(text: str, moves: tuple[CameraMove, ...]) -> None:
    assert parse_prompt(text).moves == moves


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("大雪纷飞", {Effect.SNOW}),
        ("雪不停地下", {Effect.SNOW}),
        ("the wind picks up", {Effect.WIND}),
        ("her long hair flows", {Effect.WIND}),
        ("长发飘飘", {Effect.WIND}),
        ("秋叶飘落", {Effect.LEAVES}),
        ("a lightning storm", {Effect.RAIN, Effect.STORM, Effect.LIGHTNING, Effect.WIND}),
        ("电闪雷鸣", {Effect.RAIN, Effect.STORM, Effect.LIGHTNING}),
        ("the sun sets", {Effect.SUNSET}),
        ("太阳落山", {Effect.SUNSET}),
        ("it gets dark", {Effect.NIGHT}),
        ("天黑了", {Effect.NIGHT}),
        ("day turns to night", {Effect.NIGHT}),
        ("白天变成黑夜", {Effect.NIGHT}),
        ("night turns to day", {Effect.DAY}),
        ("天亮了", {Effect.DAY}),
        ("smoke rises from the chimney", {Effect.STEAM}),
        ("炊烟袅袅", {Effect.STEAM}),
        ("篝火熊熊燃烧", {Effect.CAMPFIRE}),
        ("fireworks over the town", {Effect.EMBERS}),
        ("the bus stop in the rain", {Effect.RAIN}),
        ("the rain stops", set()),
        ("雨停了", set()),
        ("the fog clears", set()),
        ("a candle flame flickers", set()),
        ("fire truck", set()),
        ("动漫风格的风景，中国风", set()),
    ],
)
def test_understands_weather_as_people_write_it(text: str, effects: set[Effect]) -> None:
    assert {effect for effect, _ in parse_prompt(text).effects} == effects


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@dog walks toward us", {"action": SubjectAction.WALK, "approaches": True}),
        ("@dog 朝镜头跑来", {"action": SubjectAction.RUN, "approaches": True}),
        ("@dog runs away from the camera", {"action": SubjectAction.RUN, "recedes": True}),
        ("@dog 走远了", {"action": SubjectAction.WALK, "recedes": True}),
        ("@dog enters from the left", {"action": SubjectAction.WALK, "heading": 1.0, "side": None}),
        ("@dog 从左边跑到右边", {"action": SubjectAction.RUN, "heading": 1.0, "side": None}),
        ("@dog runs left", {"action": SubjectAction.RUN, "heading": -1.0}),
        ("@dog 向右移动", {"action": SubjectAction.WALK, "heading": 1.0}),
        ("@dog floats up into the sky", {"action": SubjectAction.FLOAT, "vertical_heading": 1.0}),
        ("@dog 缓缓升起", {"action": SubjectAction.FLOAT, "vertical_heading": 1.0}),
        ("@dog 跳起舞来", {"action": SubjectAction.DANCE}),
        # What the camera and the weather do is nobody's action.
        ("@dog 镜头先推近，然后向左摇", {"action": None, "heading": 0.0}),
        ("@dog walks, the camera moves left", {"action": SubjectAction.WALK, "heading": 0.0}),
        ("@dog 坐着，大雪纷飞", {"action": None}),
        ("@dog sits, the fog rolls in", {"action": None}),
        ("@dog sits, leaves drift to the left", {"action": None, "heading": 0.0}),
        ("@dog on the beach, the waves crash", {"action": None}),
        ("@dog by day, day turns to night", {"action": None}),
    ],
)
def test_understands_what_subjects_do_as_people_write_it(text: str, said: dict[str, object]) -> None:
    instruction = parse_prompt(text, ("dog",)).get_instruction("dog")
    assert {name: getattr(instruction, name) for name in said} == said


@pytest.mark.parametrize(
    ("text", "time_of_day"), [("太阳落山", TimeOfDay.SUNSET), ("day turns to night", TimeOfDay.NIGHT)]
)
def test_a_sun_that_sets_behind_no_mountain_names_no_place(text: str, time_of_day: TimeOfDay) -> None:
    assert (parse_prompt(text).place, parse_prompt(text).time_of_day) == (None, time_of_day)
