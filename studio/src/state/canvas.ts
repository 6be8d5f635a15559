/** The canvas that is being worked on: its history, its uploads, and what the server says of it. */

import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import type { Fields, Parameter, Problem, Quote, Task } from "../api/types";
import {
  type Canvas,
  EMPTY,
  MAX_FRAMES,
  type Picture,
  addPictures,
  chooseOperation,
  isEmpty,
  isUploading,
  listPictures,
  replacePicture,
} from "../canvas/canvas";
import { chooseOffer, listOffers } from "../canvas/models";
import { buildRequest, restoreCanvas } from "../canvas/request";
import { type Sample, pictureUrl } from "../canvas/samples";
import { language, strings } from "./preferences";
import { canSubmit, session } from "./session";
import { showToast } from "./toasts";

const KEPT = "keyreel.canvas";
const MAX_UNDO = 100;

export const canvas = signal<Canvas>(loadCanvas());
/** Which shot or keyframe of the timeline is selected. */
export const selection = signal<{ kind: "shot" | "frame"; index: number }>({ kind: "shot", index: 0 });
const past = signal<Canvas[]>([]);
const future = signal<Canvas[]>([]);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);

/** Change the canvas. Edits that share a `gesture` in a row, such as typing, are undone as one. */
export function edit(change: (before: Canvas) => Canvas, gesture = ""): void {
  const after = change(canvas.value);
  if (after === canvas.value) return;
  batch(() => {
    if (!gesture || gesture !== lastGesture) past.value = [...past.value.slice(-MAX_UNDO), canvas.value];
    future.value = [];
    canvas.value = after;
    keepSelection();
  });
  lastGesture = gesture;
}
let lastGesture = "";

export function undo(): void {
  step(past, future);
}

export function redo(): void {
  step(future, past);
}

function step(from: typeof past, to: typeof past): void {
  const target = from.value.at(-1);
  if (!target) return;
  lastGesture = "";
  batch(() => {
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, canvas.value];
    // What was uploaded meanwhile stays uploaded.
    canvas.value = listPictures(canvas.value).reduce((state, picture) => replacePicture(state, picture.key, picture), target);
    keepSelection();
  });
}

function keepSelection(): void {
  const { kind, index } = selection.value;
  const count = kind === "shot" ? canvas.value.shots.length : canvas.value.frames.length;
  if (index >= count) selection.value = { kind: "shot", index: Math.max(0, canvas.value.shots.length - 1) };
}

export const selectedShot = computed(() => {
  const { kind, index } = selection.value;
  return Math.max(0, Math.min(kind === "shot" ? index : index - 1, canvas.value.shots.length - 1));
});

function loadCanvas(): Canvas {
  const kept = sessionStorage.getItem(KEPT);
  return kept ? (JSON.parse(kept) as Canvas) : EMPTY;
}

const makeKey = () => crypto.randomUUID?.() ?? String(Math.random());
const VIDEO = "video/mp4";
const TYPES = new Set(["image/png", "image/jpeg", "image/webp"]);

/** Put files on the canvas, and upload them; one of our videos brings its own canvas back. */
export function addFiles(files: Iterable<File>, place?: (before: Canvas, pictures: Picture[]) => Canvas): void {
  const text = strings.value.create;
  const video = place ? undefined : [...files].find((file) => file.type === VIDEO);
  if (video) return void loadVideo(video);
  const good = [...files].filter((file) => TYPES.has(file.type) || (showToast(text.notAPicture(file.name), true), false));
  if (!good.length) return;
  const pictures = good.map((file) => makePicture(file.name, URL.createObjectURL(file)));
  if (!place && canvas.value.role === "frames" && canvas.value.frames.length + good.length > MAX_FRAMES)
    showToast(text.tooMany(MAX_FRAMES), true);
  edit((before) => (place ?? addPictures)(before, pictures));
  pictures.forEach((picture, index) => void uploadPicture(picture, good[index]!));
}

const makePicture = (name: string, source: string): Picture => ({ key: makeKey(), name, source, uri: null, width: 0, height: 0, failure: "" });

/** Where a picture can be seen after a reload: what the browser made of the file is gone then. */
const lasting = new Map<string, string>();

/** Upload a picture, from its file or from where it is shown. */
export async function uploadPicture({ key, source }: Picture, file?: Blob): Promise<void> {
  const { client } = session.value!;
  const change = (part: Partial<Picture>) => (canvas.value = replacePicture(canvas.value, key, part));
  change({ failure: "" });
  try {
    const { uri, url, width, height } = await client.upload(file ?? (await (await fetch(source)).blob()));
    lasting.set(key, url);
    change({ uri, width, height });
  } catch (error) {
    change({ failure: error instanceof Error ? error.message : String(error) });
  }
}

export function loadSample(sample: Sample): void {
  const pictures = sample.pictures.map((name) => makePicture(name, pictureUrl(name)));
  edit(() => sample.build(pictures, language.value));
  selection.value = { kind: "shot", index: 0 };
  pictures.forEach((picture) => void uploadPicture(picture));
}

/** Put a task's request back on the canvas. */
export function loadTask(task: Task): void {
  if (!task.request) return;
  const restored = restoreCanvas(task.request, makeKey);
  edit(() => restored);
  selection.value = { kind: "shot", index: 0 };
}

/** Put the canvas back that a video was made from: the server knows its own files, and what resembles them. */
async function loadVideo(file: File): Promise<void> {
  const { client } = session.value!;
  const text = strings.value.create;
  readingVideo.value = file.name;
  try {
    const [match] = (await client.verify(file)).tasks;
    if (!match) return showToast(text.foreignVideo(file.name), true);
    loadTask(await client.getTask(match.task_id));
    showToast(text.videoRestored(file.name));
  } catch (error) {
    const isGone = error instanceof ApiError && [404, 410].includes(error.status);
    showToast(isGone ? text.foreignVideo(file.name) : error instanceof Error ? error.message : String(error), true);
  } finally {
    readingVideo.value = "";
  }
}
/** The video whose canvas is being looked for; empty for none. */
export const readingVideo = signal("");

export function extendTask(task: Task): void {
  edit((before) => ({ ...EMPTY, source: { id: task.id, cover: task.cover_url }, options: { resolution: task.resolution }, model: before.model }));
}

/** What makes this canvas a video: the operation, the models that do it, the chosen one. */
export const operation = computed(() => chooseOperation(canvas.value));
export const offers = computed(() => listOffers(session.value?.models ?? [], operation.value));
export const offer = computed(() => chooseOffer(offers.value, canvas.value.model));

/** The chosen model's fields; empty until the server has told them. */
export const parameters = signal<Parameter[]>([]);
const described = new Map<string, Promise<Parameter[]>>();

export const request = computed<Fields | null>(() =>
  offer.value && parameters.value.length ? buildRequest(canvas.value, offer.value, parameters.value) : null,
);

export interface Assessment {
  problems: Problem[];
  quote: Quote | null;
  /** Whether it is of the canvas as it is now. */
  isCurrent: boolean;
}

export const assessment = signal<Assessment>({ problems: [], quote: null, isCurrent: false });
const SETTLE_MS = 250;

/** Keep what depends on the canvas up to date: the model's fields, the verdict and the price. */
export function followCanvas(): void {
  effect(() => {
    const id = offer.value?.operation.ids.vtrix;
    const client = session.value?.client;
    if (!id || !client) return;
    if (!described.has(id)) described.set(id, client.describeModel(id));
    described.get(id)!.then(
      (found) => offer.peek()?.operation.ids.vtrix === id && (parameters.value = found),
      () => described.delete(id),
    );
  });
  effect(() => {
    const body = request.value;
    const endpoint = offer.value?.operation.endpoint;
    const client = session.value?.client;
    if (!body || !endpoint || !client || !canSubmit.value || isUploading(canvas.value)) return;
    assessment.value = { ...assessment.peek(), isCurrent: false };
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const verdict = await client.validate(endpoint, body, abort.signal);
        // Without its length a video has no price yet.
        const isPriced = verdict.available && verdict.seconds !== null;
        const quote = isPriced ? await client.quote(endpoint, body, abort.signal) : null;
        if (!abort.signal.aborted) assessment.value = { problems: verdict.problems, quote, isCurrent: true };
      } catch (error) {
        if (!abort.signal.aborted) showToast(error instanceof Error ? error.message : String(error), true);
      }
    }, SETTLE_MS);
    return () => (clearTimeout(timer), abort.abort());
  });
  effect(() => {
    const now = canvas.value;
    if (isEmpty(now) && !Object.keys(now.options).length) sessionStorage.removeItem(KEPT);
    else if (!isUploading(now)) sessionStorage.setItem(KEPT, JSON.stringify(withLastingSources(now)));
  });
}

function withLastingSources(now: Canvas): Canvas {
  return listPictures(now).reduce((state, { key }) => {
    const source = lasting.get(key);
    return source ? replacePicture(state, key, { source }) : state;
  }, now);
}

/** Order the video; returns the task's id, or null with the reason shown. */
export async function submitCanvas(): Promise<string | null> {
  const { client } = session.value!;
  try {
    return await client.submit(operation.value, request.value!);
  } catch (error) {
    showToast(error instanceof ApiError ? error.message : String(error), true);
    return null;
  }
}
