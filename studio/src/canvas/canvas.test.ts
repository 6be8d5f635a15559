import { describe, expect, it } from "vitest";
import type { Operation, Parameter, TaskRequest } from "../api/types";
import * as Canvas from "./canvas";
import { CHIP_GROUPS, holdsChip, toggleChip } from "./chips";
import { expiryOf, hostOf, sourceOf } from "./links";
import { completeMention, findMention, matchSubjects } from "./mentions";
import { chooseOffer, listSeconds, nearestSeconds, titleOf } from "./models";
import { phraseRule, placeProblem } from "./problems";
import { buildRequest, restoreCanvas } from "./request";

const picture = (name: string): Canvas.Picture => ({ key: name, name: `${name}.png`, source: `blob:${name}`, uri: `upload:${name}`, width: 16, height: 9, failure: "" });
const withFrames = (...names: string[]) => Canvas.addPictures(Canvas.EMPTY, names.map(picture));

const operation = (name: string, limits: Partial<Operation["limits"]> = {}): Operation => ({
  operation: name,
  endpoint: `q2-pro-${name}`,
  description: "",
  available: true,
  ids: { native: `viduq2-pro/${name}`, async_v3: `vidu-q2-pro-${name}`, vtrix: "viduq2_pro", comfy: "x", openai_videos: "viduq2-pro" },
  limits: { seconds: { min: 1, max: 10 }, resolutions: ["540p", "720p"], ...limits },
});
const offer = (name: string, limits: Partial<Operation["limits"]> = {}) => ({ model: "viduq2-pro", operation: operation(name, limits) });
const parameters = (...names: string[]): Parameter[] => names.map((name) => ({ name, type: "string", required: false, constraints: {} }));
const COUNTED = () => {
  let count = 0;
  return () => String((count += 1));
};

describe("the canvas", () => {
  it("chooses the operation by what is on it", () => {
    const names = ["a", "b", "c", "d"];
    const chosen = [0, 1, 2, 3, 4].map((count) => Canvas.chooseOperation(withFrames(...names.slice(0, count))));
    expect(chosen).toEqual(["text2video", "img2video", "start-end2video", "multiframe", "multiframe"]);
    expect(Canvas.chooseOperation(Canvas.changeRole(withFrames("a"), "cast"))).toBe("reference2video");
    expect(Canvas.chooseOperation({ ...withFrames("a"), source: { id: "7", cover: null } })).toBe("extend");
  });

  it("keeps the prompt when the second picture makes it a shot's, and when it goes again", () => {
    const one = { ...withFrames("a"), prompt: "snow falls" };
    const two = Canvas.addPictures(one, [picture("b")]);
    expect(two.shots).toEqual([{ prompt: "snow falls", seconds: Canvas.DEFAULT_SECONDS }]);
    const changed = Canvas.setPromptAt(two, 0, "rain falls");
    expect(Canvas.removeFrame(changed, 1).prompt).toBe("rain falls");
  });

  it("leaves shots in their places when keyframes change theirs", () => {
    const before = Canvas.changeShot(withFrames("a", "b", "c"), 1, { prompt: "second" });
    const after = Canvas.moveFrame(before, 0, 2);
    expect(after.frames.map((frame) => frame.key)).toEqual(["b", "c", "a"]);
    expect(after.shots[1]!.prompt).toBe("second");
    expect(Canvas.moveFrame(before, 2, 3)).toBe(before);
  });

  it("removes the shot that led to a removed keyframe", () => {
    const shots = ["first", "second", "third"].map((prompt) => ({ prompt, seconds: 2 }));
    const before = { ...withFrames("a", "b", "c", "d"), shots };
    expect(Canvas.removeFrame(before, 0).shots.map((shot) => shot.prompt)).toEqual(["second", "third"]);
    expect(Canvas.removeFrame(before, 2).shots.map((shot) => shot.prompt)).toEqual(["first", "third"]);
  });

  it("loses no picture when keyframes become the cast and back", () => {
    const cast = Canvas.changeRole(withFrames("a red.cat", "b"), "cast");
    expect(cast.cast.map((subject) => subject.name)).toEqual(["a_red_cat", "b"]);
    expect(Canvas.changeRole(cast, "frames").frames).toHaveLength(2);
  });

  it("takes no eleventh keyframe", () => {
    expect(withFrames(..."abcdefghijkl").frames).toHaveLength(Canvas.MAX_FRAMES);
  });
});

describe("a request", () => {
  it("of keyframes holds each shot with its prompt and seconds within the model's limits", () => {
    const canvas = { ...withFrames("a", "b", "c"), shots: [{ prompt: " fog ", seconds: 1 }, { prompt: "", seconds: 9 }] };
    expect(buildRequest(canvas, offer("multiframe", { seconds_of_a_shot: { min: 2, max: 7 } }), parameters("resolution"))).toEqual({
      model: "viduq2-pro",
      start_image: "upload:a",
      image_settings: [
        { key_image: "upload:b", prompt: "fog", duration: 2 },
        { key_image: "upload:c", duration: 7 },
      ],
    });
  });

  it("leaves out what the model does not know", () => {
    const canvas = { ...withFrames("a"), prompt: "x", options: { resolution: "540p", audio: true } };
    expect(buildRequest(canvas, offer("img2video"), parameters("resolution"))).toEqual({
      model: "viduq2-pro",
      images: ["upload:a"],
      prompt: "x",
      resolution: "540p",
    });
  });

  it("names subjects by number to a model that knows no names", () => {
    const canvas = { ...Canvas.changeRole(withFrames("cat", "dog"), "cast"), prompt: "@cat meets @dog" };
    const named = buildRequest(canvas, offer("reference2video"), parameters("subjects"));
    expect(named.subjects).toEqual([{ id: "cat", images: ["upload:cat"] }, { id: "dog", images: ["upload:dog"] }]);
    const numbered = buildRequest(canvas, offer("reference2video"), parameters("images"));
    expect(numbered).toMatchObject({ prompt: "image 1 meets image 2", images: ["upload:cat", "upload:dog"] });
    expect(numbered).not.toHaveProperty("subjects");
  });

  const ROUND_TRIPS: TaskRequest[] = [
    { model: "viduq2", operation: "text2video", fields: { prompt: "a lake", duration: 4, resolution: "540p" } },
    { model: "viduq2-pro", operation: "img2video", fields: { images: ["https://a"], prompt: "rain", seed: 7 } },
    { model: "viduq2-pro", operation: "start-end2video", fields: { images: ["https://a", "https://b"], prompt: "x", duration: 4 } },
    {
      model: "viduq2-pro",
      operation: "multiframe",
      fields: { start_image: "https://a", image_settings: [{ key_image: "https://b", prompt: "p", duration: 2 }, { key_image: "https://c", duration: 3 }], bgm: true },
    },
    { model: "viduq2-pro", operation: "reference2video", fields: { subjects: [{ id: "cat", images: ["https://a"], voice_id: "kore" }], prompt: "@cat" } },
    { model: "viduq2-pro", operation: "extend", fields: { video_creation_id: "42", prompt: "on" } },
  ];

  it.each(ROUND_TRIPS)("of $operation comes back from the canvas as it was", (request) => {
    const canvas = restoreCanvas(request, COUNTED());
    expect(Canvas.chooseOperation(canvas)).toBe(request.operation);
    const known = parameters("subjects", ...Object.keys(request.fields));
    const { model, ...fields } = buildRequest(canvas, offer(request.operation, { seconds_of_a_shot: { min: 2, max: 7 } }), known);
    expect(fields).toEqual(request.fields);
  });
});

describe("a model", () => {
  it("that was chosen stays; otherwise the first with the most resolutions is proposed", () => {
    const small = { model: "viduq1", operation: operation("text2video", { resolutions: ["1080p"] }) };
    const large = { model: "viduq2", operation: operation("text2video") };
    expect(chooseOffer([small, large], "")).toBe(large);
    expect(chooseOffer([small, large], "viduq1")).toBe(small);
    expect(chooseOffer([], "viduq1")).toBeNull();
  });

  it("offers the seconds of its range, or its choices", () => {
    expect(listSeconds(operation("x", { seconds: { min: 4, max: 8, choices: [4, 8] } }), false)).toEqual([4, 8]);
    expect(listSeconds(operation("x", { seconds_of_a_shot: { min: 2, max: 4 } }), true)).toEqual([2, 3, 4]);
    expect(nearestSeconds([4, 8], 7)).toBe(8);
  });

  it("has a name that people read", () => {
    expect(["viduq2-pro", "vidu2.0", "viduq3-pro-fast"].map(titleOf)).toEqual(["Vidu Q2 Pro", "Vidu 2.0", "Vidu Q3 Pro Fast"]);
  });
});

describe("a broken rule", () => {
  it.each([
    ["prompt", { kind: "prompt" }],
    ["start_image", { kind: "frame", index: 0 }],
    ["image_settings[2].key_image", { kind: "frame", index: 3 }],
    ["image_settings[1].duration", { kind: "shot", index: 1 }],
    ["images[1]", { kind: "frame", index: 1 }],
    ["subjects[0].images[2]", { kind: "subject", index: 0 }],
    ["seed", { kind: "option", name: "seed" }],
  ])("of %s is shown where it belongs", (field, place) => {
    expect(placeProblem({ field, rule: "", message: "" })).toEqual(place);
  });

  it("is told in Chinese where it is known, and as it is where not", () => {
    expect(phraseRule("must be a whole number from 2 to 7", "zh")).toBe("须为 2 到 7 之间的整数");
    expect(phraseRule("must shine", "zh")).toBe("must shine");
    expect(phraseRule("is required", "en")).toBe("is required");
  });
});

describe("a chip", () => {
  it.each(CHIP_GROUPS.flatMap((group) => group.chips))("$id goes into a prompt and out again", (chip) => {
    for (const before of ["", "a lake", "湖边的小屋"]) {
      const after = toggleChip(before, chip, "en");
      expect(holdsChip(after, chip)).toBe(true);
      expect(toggleChip(after, chip, "en")).toBe(before);
    }
  });

  it("speaks the prompt's language, whatever the reader's is", () => {
    const [push] = CHIP_GROUPS[0]!.chips;
    expect(toggleChip("湖", push!, "en")).toBe("湖，镜头缓缓推近");
    expect(toggleChip("a lake", push!, "zh")).toBe("a lake, slow push in");
    expect(toggleChip("", push!, "zh")).toBe("镜头缓缓推近");
  });
});

describe("a picture's link", () => {
  it("is shown from this page's own server, whatever name it was signed under, and never from another host", () => {
    expect(sourceOf("http://127.0.0.1:8787/files/uploads/a.bin?v=1&k=2&s=x")).toBe("/files/uploads/a.bin?v=1&k=2&s=x");
    expect(sourceOf("data:image/png;base64,AA")).toBe("data:image/png;base64,AA");
    expect(sourceOf("http://h/studio/samples/flight-0.webp")).toBe("/studio/samples/flight-0.webp");
    expect(["https://example.com/a.png", "https://example.com/studio/samples/a.webp?x=1", "https://example.com/files/a.png", "javascript:alert(1)"].map(sourceOf)).toEqual(["", "", "", ""]);
    expect(hostOf("https://example.com/a.png")).toBe("example.com");
  });
});

describe("a mention", () => {
  const cast = Canvas.changeRole(withFrames("cat", "car", "气球"), "cast").cast;

  it("is found before the caret, in any script", () => {
    expect(findMention("see @ca and", 7)).toEqual({ start: 4, typed: "ca" });
    expect(findMention("看 @气", 4)).toEqual({ start: 2, typed: "气" });
    expect(findMention("no one", 6)).toBeNull();
    expect(matchSubjects(cast, { start: 0, typed: "CA" }).map((subject) => subject.name)).toEqual(["cat", "car"]);
  });

  it("is completed where it stands", () => {
    expect(completeMention("see @ca run", { start: 4, typed: "ca" }, "cat")).toEqual(["see @cat run", 9]);
  });
});

describe("a link to a video", () => {
  it("says when it expires, where the server has signed it", () => {
    expect(expiryOf("http://127.0.0.1:8787/files/videos/1/1.mp4?v=1&e=1769846400&k=a&s=b")).toBe("2026-01-31T08:00:00.000Z");
    expect(expiryOf("https://bucket.example/videos/1/1.mp4?X-Amz-Expires=3600")).toBeNull();
  });
});
