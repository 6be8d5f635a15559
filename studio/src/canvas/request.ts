/** From the canvas to a request in the native format, and back. */

import type { Fields, Parameter, TaskRequest } from "../api/types";
import { type Canvas, EMPTY, type Picture, type Shot, type Subject, chooseOperation, listPictures } from "./canvas";
import { sourceOf } from "./links";
import { type Offer, findParameter, listSeconds, nearestSeconds } from "./models";

const uriOf = (picture: Picture) => picture.uri ?? picture.source;

/** Return the request's body. Options that the model does not know stay on the canvas, for another model. */
export function buildRequest(canvas: Canvas, offer: Offer, parameters: Parameter[]): Fields {
  const known = ([name]: [string, unknown]) => findParameter(parameters, name) !== undefined;
  const options = Object.fromEntries(Object.entries(canvas.options).filter(known));
  const content = contentOf(canvas, offer);
  const body = { model: offer.model, ...options, ...content };
  return "subjects" in content && !findParameter(parameters, "subjects") ? nameByNumber(canvas, body) : body;
}

/** Have a model without subjects take their pictures by number: its prompts say "image 1". */
function nameByNumber(canvas: Canvas, { subjects: _, ...body }: Fields): Fields {
  let prompt = canvas.prompt.trim();
  let images = 0;
  for (const subject of canvas.cast) {
    prompt = prompt.replaceAll(`@${subject.name}`, `image ${images + 1}`);
    images += subject.pictures.length;
  }
  return { ...body, ...(prompt ? { prompt } : {}), images: listPictures(canvas).map(uriOf) };
}

function contentOf(canvas: Canvas, offer: Offer): Fields {
  const prompt = canvas.prompt.trim();
  const said = prompt ? { prompt } : {};
  const images = canvas.frames.map(uriOf);
  const seconds = fitOption(canvas, offer);
  switch (chooseOperation(canvas)) {
    case "extend":
      return { ...said, ...seconds, video_creation_id: canvas.source!.id };
    case "reference2video":
      return { ...said, ...seconds, subjects: canvas.cast.map(describeSubject) };
    case "img2video":
      return { ...said, ...seconds, images };
    case "start-end2video": {
      const [shot] = fitShotSeconds(canvas, offer);
      return { images, duration: shot!.seconds, ...(shot!.prompt.trim() ? { prompt: shot!.prompt.trim() } : {}) };
    }
    case "multiframe": {
      const settings = fitShotSeconds(canvas, offer).map((shot, index) => ({
        key_image: images[index + 1],
        ...(shot.prompt.trim() ? { prompt: shot.prompt.trim() } : {}),
        duration: shot.seconds,
      }));
      return { start_image: images[0], image_settings: settings };
    }
    default:
      return { ...said, ...seconds };
  }
}

function describeSubject(subject: Subject): Fields {
  const voice = subject.voice ? { voice_id: subject.voice } : {};
  return { id: subject.name, images: subject.pictures.map(uriOf), ...voice };
}

/** Return the duration that was set, as far as this model allows it. */
function fitOption(canvas: Canvas, offer: Offer): Fields {
  const wanted = canvas.options.duration;
  return typeof wanted === "number" ? { duration: nearestSeconds(listSeconds(offer.operation, false), wanted) } : {};
}

/** Return the shots with seconds that this model allows: other models allow other ones. */
export function fitShotSeconds(canvas: Canvas, offer: Offer): Shot[] {
  const allowed = listSeconds(offer.operation, true);
  return canvas.shots.map((shot) => ({ ...shot, seconds: nearestSeconds(allowed, shot.seconds) }));
}

const CONTENT = new Set(["model", "prompt", "images", "subjects", "start_image", "image_settings"]);
const OF_ONE_TASK = new Set(["payload", "callback_url", "meta_data", "extra", "video_url", "video_creation_id", "duration"]);

/** Put a request back on a canvas. `makeKey` names what is on it. */
export function restoreCanvas(request: TaskRequest, makeKey: () => string): Canvas {
  const { fields } = request;
  const kept = ([name]: [string, unknown]) => !CONTENT.has(name) && !OF_ONE_TASK.has(name);
  const options = Object.fromEntries(Object.entries(fields).filter(kept).filter(([, value]) => value !== null && value !== ""));
  const prompt = textOf(fields.prompt);
  const base: Canvas = { ...EMPTY, model: request.model, options, prompt };
  const seconds = typeof fields.duration === "number" ? fields.duration : null;
  const timed = seconds === null ? base : { ...base, options: { ...options, duration: seconds } };
  const picture = (uri: unknown, index: number): Picture => restorePicture(textOf(uri), index, makeKey());
  const images = listOf(fields.images);
  if (request.operation === "extend")
    return { ...timed, source: { id: textOf(fields.video_creation_id), cover: null } };
  if (request.operation === "multiframe") {
    const settings = listOf(fields.image_settings) as Fields[];
    const frames = [fields.start_image, ...settings.map((each) => each.key_image)].map(picture);
    return { ...base, prompt: "", frames, shots: settings.map((each) => shotOf(each.prompt, each.duration)) };
  }
  if (request.operation === "reference2video") {
    const subjects = listOf(fields.subjects) as Fields[];
    const cast = subjects.map((each): Subject => ({
      key: makeKey(),
      name: textOf(each.id) || textOf(each.name),
      voice: textOf(each.voice_id),
      pictures: listOf(each.images).map(picture),
    }));
    const bare = images.map((uri, index): Subject => ({ key: makeKey(), name: `image_${index + 1}`, voice: "", pictures: [picture(uri, index)] }));
    return { ...timed, role: "cast", cast: [...cast, ...bare] };
  }
  const frames = images.map(picture);
  if (frames.length < 2) return { ...timed, frames };
  return { ...base, frames: frames.slice(0, 2), shots: [shotOf(fields.prompt, fields.duration)] };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");
const listOf = (value: unknown) => (Array.isArray(value) ? value : []) as unknown[];
const shotOf = (prompt: unknown, seconds: unknown): Shot => ({
  prompt: textOf(prompt),
  seconds: typeof seconds === "number" ? seconds : 5,
});

function restorePicture(uri: string, index: number, key: string): Picture {
  return { key, name: `${index + 1}`, source: sourceOf(uri), uri, width: 0, height: 0, failure: "" };
}
