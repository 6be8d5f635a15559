/** The canvas: what is to become a video, before it is a request. Values never change; edits return new ones. */

import type { Fields } from "../api/types";

export interface Picture {
  key: string;
  name: string;
  /** What the browser shows. */
  source: string;
  /** What a request names; null until it is uploaded. */
  uri: string | null;
  width: number;
  height: number;
  /** Why the upload failed; empty where it did not. */
  failure: string;
}

export interface Shot {
  prompt: string;
  seconds: number;
}

/** A subject of the video: who or what looks the same in it. */
export interface Subject {
  key: string;
  name: string;
  voice: string;
  pictures: Picture[];
}

/** A finished video that is to go on. */
export interface Source {
  id: string;
  cover: string | null;
}

export interface Canvas {
  /** Whether pictures are keyframes in time, or the cast. */
  role: "frames" | "cast";
  frames: Picture[];
  /** What happens between the keyframes: one shot fewer than there are frames. */
  shots: Shot[];
  cast: Subject[];
  prompt: string;
  source: Source | null;
  /** The model's name; empty for the one that the studio proposes. */
  model: string;
  /** Fields of the request that were set by hand. */
  options: Fields;
}

export const DEFAULT_SECONDS = 3;
export const MAX_FRAMES = 10;

export const EMPTY: Canvas = {
  role: "frames",
  frames: [],
  shots: [],
  cast: [],
  prompt: "",
  source: null,
  model: "",
  options: {},
};

/** Return the operation that makes this canvas a video, as paths name it. */
export function chooseOperation(canvas: Canvas): string {
  if (canvas.source) return "extend";
  if (canvas.role === "cast" && canvas.cast.length) return "reference2video";
  return ["text2video", "img2video", "start-end2video"][canvas.frames.length] ?? "multiframe";
}

export const hasTimeline = (canvas: Canvas) => canvas.frames.length > 1 && !canvas.source;

export const isEmpty = (canvas: Canvas) =>
  !canvas.frames.length && !canvas.cast.length && !canvas.source && !canvas.prompt;

export const listPictures = (canvas: Canvas): Picture[] =>
  canvas.role === "cast" ? canvas.cast.flatMap((subject) => subject.pictures) : canvas.frames;

export const isUploading = (canvas: Canvas) => listPictures(canvas).some((picture) => !picture.uri && !picture.failure);

/** Return as many shots as the frames need; the first keeps the prompt that was typed before it was there. */
function fitShots(canvas: Canvas): Canvas {
  const wanted = Math.max(0, canvas.frames.length - 1);
  const shots = canvas.shots.slice(0, wanted);
  while (shots.length < wanted) {
    const first = shots.length === 0 && !canvas.shots.length;
    shots.push({ prompt: first ? canvas.prompt : "", seconds: shots.at(-1)?.seconds ?? DEFAULT_SECONDS });
  }
  const prompt = wanted === 0 && canvas.shots[0] ? canvas.shots[0].prompt : canvas.prompt;
  return { ...canvas, shots, prompt };
}

export function addPictures(canvas: Canvas, pictures: Picture[]): Canvas {
  if (canvas.role === "cast") return { ...canvas, cast: [...canvas.cast, ...pictures.map(castOf)] };
  return fitShots({ ...canvas, source: null, frames: [...canvas.frames, ...pictures].slice(0, MAX_FRAMES) });
}

export function removeFrame(canvas: Canvas, index: number): Canvas {
  const shots = canvas.shots.filter((_, each) => each !== Math.max(0, index - 1));
  const last = canvas.frames.length === 2;
  return fitShots({ ...canvas, frames: canvas.frames.filter((_, each) => each !== index), shots: last ? canvas.shots : shots });
}

/** Move a keyframe to another place; shots stay where they are in time. */
export function moveFrame(canvas: Canvas, from: number, to: number): Canvas {
  const frames = [...canvas.frames];
  const [moved] = frames.splice(from, 1);
  if (!moved || to < 0 || to > frames.length) return canvas;
  frames.splice(to, 0, moved);
  return { ...canvas, frames };
}

export function replacePicture(canvas: Canvas, key: string, change: Partial<Picture>): Canvas {
  const swap = (picture: Picture) => (picture.key === key ? { ...picture, ...change } : picture);
  return {
    ...canvas,
    frames: canvas.frames.map(swap),
    cast: canvas.cast.map((subject) => ({ ...subject, pictures: subject.pictures.map(swap) })),
  };
}

export function changeShot(canvas: Canvas, index: number, change: Partial<Shot>): Canvas {
  return { ...canvas, shots: canvas.shots.map((shot, each) => (each === index ? { ...shot, ...change } : shot)) };
}

export function changeSubject(canvas: Canvas, key: string, change: Partial<Subject>): Canvas {
  return { ...canvas, cast: canvas.cast.map((each) => (each.key === key ? { ...each, ...change } : each)) };
}

export const removeSubject = (canvas: Canvas, key: string): Canvas => ({
  ...canvas,
  cast: canvas.cast.filter((each) => each.key !== key),
});

/** Set a field of the request; undefined leaves it to the model. */
export function setOption(canvas: Canvas, name: string, value: unknown): Canvas {
  const options = { ...canvas.options, [name]: value };
  if (value === undefined) delete options[name];
  return { ...canvas, options };
}

/** Have the pictures mean the other thing: nothing that was put on the canvas is lost. */
export function changeRole(canvas: Canvas, role: Canvas["role"]): Canvas {
  if (role === canvas.role) return canvas;
  if (role === "cast") {
    const prompt = canvas.prompt || (canvas.shots[0]?.prompt ?? "");
    return { ...canvas, role, frames: [], shots: [], prompt, cast: canvas.frames.map(castOf) };
  }
  const frames = canvas.cast.flatMap((subject) => subject.pictures).slice(0, MAX_FRAMES);
  return fitShots({ ...canvas, role, cast: [], frames });
}

/** Return a picture as a subject that is named after its file, in letters that `@` can be followed by. */
function castOf(picture: Picture): Subject {
  const name = picture.name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "");
  return { key: picture.key, name: name.slice(0, 24) || "subject", voice: "", pictures: [picture] };
}

/** Return the prompt that is being written: the selected shot's, or the canvas's own. */
export const promptAt = (canvas: Canvas, shot: number) =>
  hasTimeline(canvas) ? (canvas.shots[shot]?.prompt ?? "") : canvas.prompt;

export const setPromptAt = (canvas: Canvas, shot: number, prompt: string): Canvas =>
  hasTimeline(canvas) ? changeShot(canvas, shot, { prompt }) : { ...canvas, prompt };

export const totalSeconds = (canvas: Canvas) => canvas.shots.reduce((sum, shot) => sum + shot.seconds, 0);
