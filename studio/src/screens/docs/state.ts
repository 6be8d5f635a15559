/** What the reference shows: the document, the chosen call, and the request that is being written for it. */

import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, Client } from "../../api/client";
import type { Fields, Model, Problem, Quote } from "../../api/types";
import { ADMIN_TOKEN, FORMATS, type Format, type HttpRequest, KEY, POLLING } from "../../code/formats";
import { route } from "../../state/route";
import { session } from "../../state/session";
import { type ApiDocument, type Call, findCall, listCalls } from "./catalogue";
import { type Path, findFields, getAt, merge, setAt } from "./schema";

export const document = signal<ApiDocument | null>(null);
/** Why the document could not be read; empty where it could. */
export const failure = signal("");
const models = signal<Model[]>([]);
const nobody = new Client("");
const clientNow = () => session.value?.client ?? nobody;

export async function loadDocument(): Promise<void> {
  if (document.value) return;
  failure.value = "";
  try {
    const [read, known] = await Promise.all([nobody.json<ApiDocument>("/openapi.json"), nobody.listModels()]);
    batch(() => {
      models.value = known;
      document.value = read;
    });
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}

export const schemas = computed(() => document.value?.components.schemas ?? {});
export const calls = computed(() => (document.value ? listCalls(document.value, models.value) : []));
export const call = computed<Call | null>(() => findCall(calls.value, route.value.screen === "docs" ? route.value.rest : []));
export const keyOf = ({ format, id }: Call) => `${format}/${id}`;

/** The ids of the key's newest finished tasks: examples name one that is there. */
export const finishedTasks = signal<string[]>([]);

effect(() => {
  const held = session.value;
  if (!held?.identity.scopes.includes("read")) return void (finishedTasks.value = []);
  held.client.listTasks({ state: "succeeded", limit: "5" }).then(
    (page) => (finishedTasks.value = page.tasks.map((task) => task.id)),
    () => undefined, // Examples keep the ids of the document.
  );
});

/** A request while it is written; drafts of other calls stay as they were. */
interface Draft {
  body: unknown;
  parameters: Record<string, string>;
  file: File | null;
}

const drafts = signal<Record<string, Draft>>({});
/** What was typed into fields of the model: it goes along to other formats and models that have them. */
let typed: Fields = {};

export const draft = computed<Draft>(() => (call.value ? (drafts.value[keyOf(call.value)] ?? startDraft(call.value)) : { body: undefined, parameters: {}, file: null }));
/** Where in the body the fields of the form are. */
export const form = computed(() => (call.value?.body ? findFields(call.value.body.schema, schemas.value) : null));

/** The document's example names no video that is there. */
const ELSEWHERE = "https://example.com/";

function startDraft(chosen: Call): Draft {
  const newest = finishedTasks.value[0];
  const parameters: Record<string, string> = {};
  for (const { name, in: place, schema } of chosen.parameters)
    if (place === "path") parameters[name] = name === "id" && newest && /tasks?\/|videos\//.test(chosen.path) ? newest : String(schema?.default ?? "");
    else if (name === "task_id" && newest) parameters[name] = newest;
  return { body: startBody(chosen, newest), parameters, file: null };
}

function startBody(chosen: Call, newest: string | undefined): unknown {
  if (!chosen.body) return undefined;
  const { path, schema } = findFields(chosen.body.schema, schemas.value);
  let body = chosen.body.example;
  const fields = getAt(body, path) as Fields | undefined;
  if (typeof fields?.video_url === "string" && fields.video_url.startsWith(ELSEWHERE)) {
    body = setAt(body, [...path, "video_url"], undefined);
    if (newest) body = setAt(body, [...path, "video_creation_id"], newest);
  }
  if (!chosen.order) return body;
  const { properties } = merge(schema, schemas.value);
  return Object.entries(typed)
    .filter(([name]) => name in properties)
    .reduce((made, [name, value]) => setAt(made, [...path, name], value), body);
}

function change(part: Partial<Draft>): void {
  drafts.value = { ...drafts.value, [keyOf(call.value!)]: { ...draft.value, ...part } };
}

/** Set a field of the form; undefined takes it out of the request. */
export function editField(path: Path, value: unknown): void {
  const at = form.value!.path;
  const body = setAt(draft.value.body, [...at, ...path], value);
  const name = path[0];
  if (call.value!.order && name !== undefined) {
    const whole = getAt(body, [...at, name]);
    typed = whole === undefined ? Object.fromEntries(Object.entries(typed).filter(([each]) => each !== name)) : { ...typed, [name]: whole };
  }
  change({ body });
}

export const editBody = (body: unknown) => change({ body });
export const editParameter = (name: string, value: string) => change({ parameters: { ...draft.value.parameters, [name]: value } });
export const chooseFile = (file: File | null) => change({ file });

/** Begin again with the document's example. */
export function resetDraft(): void {
  typed = {};
  const { [keyOf(call.value!)]: _, ...others } = drafts.value;
  drafts.value = others;
}

export const isFormat = (name: string): name is Format => (FORMATS as readonly string[]).includes(name);

/** The request as it would be sent now. */
export const request = computed<HttpRequest | null>(() => {
  const chosen = call.value;
  if (!chosen) return null;
  const { body, parameters } = draft.value;
  const given = (place: string) =>
    chosen.parameters.filter((each) => each.in === place && parameters[each.name]).map(({ name }): [string, string] => [name, parameters[name]!]);
  const path = chosen.path.replace(/\{(\w+)(?::\w+)?\}/g, (whole, name: string) => (parameters[name] ? encodeURIComponent(parameters[name]) : whole));
  const query = new URLSearchParams(given("query")).toString();
  return {
    method: chosen.method,
    path: query ? `${path}?${query}` : path,
    headers: Object.fromEntries(given("header")),
    body,
    takesFile: chosen.takesFile,
    key: { none: "", key: KEY, admin: ADMIN_TOKEN }[chosen.access],
    polling: chosen.order && isFormat(chosen.format) ? POLLING[chosen.format] : null,
  };
});

/** What the server says of an order before it is sent. */
export const verdict = signal<{ problems: Problem[]; quote: Quote | null }>({ problems: [], quote: null });
const SETTLE_MS = 300;

effect(() => {
  const [chosen, held, body] = [call.value, session.value, draft.value.body];
  verdict.value = { problems: [], quote: null };
  if (!chosen?.order || !held?.identity.scopes.includes("read")) return;
  const { endpoint } = chosen.order;
  const abort = new AbortController();
  const ask = <T>(path: string) => held.client.json<T>(path, { method: "POST", body, signal: abort.signal });
  const timer = setTimeout(async () => {
    try {
      const found = await ask<{ problems: Problem[]; available: boolean; seconds: number | null }>(`/v1/validate/${endpoint}?dialect=${chosen.format}`);
      const isPriced = found.available && found.seconds !== null;
      const quote = isPriced ? await ask<Quote>(`/v1/quote?model=${endpoint}&dialect=${chosen.format}`) : null;
      if (!abort.signal.aborted) verdict.value = { problems: found.problems, quote };
    } catch (error) {
      // What cannot be read at all is wrong as a whole.
      if (!abort.signal.aborted && error instanceof ApiError && error.status) verdict.value = { problems: [{ field: error.field, rule: error.message, message: error.message }], quote: null };
    }
  }, SETTLE_MS);
  return () => (clearTimeout(timer), abort.abort());
});

/** A request that was sent, and what came back. */
export interface Exchange {
  request: string;
  status: number;
  milliseconds: number;
  headers: [string, string][];
  /** Text; null for what is none. */
  body: string | null;
  media: string;
  size: number;
  /** A picture or a video that came back, where the page may show it. */
  source: string;
  taskId: string;
  problem: Problem | null;
}

const exchanges = signal<Record<string, Exchange>>({});
export const isSending = signal(false);
export const exchange = computed<Exchange | null>(() => (call.value ? (exchanges.value[keyOf(call.value)] ?? null) : null));

/** Send the request as it is written. */
export async function sendRequest(): Promise<void> {
  const [chosen, sent] = [call.value!, request.value!];
  isSending.value = true;
  try {
    const found = await exchangeOnce(sent, draft.value.file);
    exchanges.value = { ...exchanges.value, [keyOf(chosen)]: found };
  } finally {
    isSending.value = false;
  }
}

const SHOWN_HEADERS = ["content-type", "content-length", "retry-after", "x-ignored-fields", "x-task-notes", "x-request-id"];

export async function exchangeOnce(sent: HttpRequest, file: File | null = null): Promise<Exchange> {
  const began = performance.now();
  const response = await clientNow().call(sent.path, {
    method: sent.method,
    headers: sent.headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
    ...(file ? { raw: file } : {}),
  });
  const media = response.headers.get("content-type") ?? "";
  const isText = /json|text|pem|yaml|event-stream/.test(media);
  const blob = isText ? null : await response.blob();
  const body = blob ? null : await response.text();
  const answer = readJson(body ?? "");
  const id = sent.polling && response.ok ? answer[sent.polling.id] : undefined;
  return {
    request: writeRaw(sent, file),
    status: response.status,
    milliseconds: Math.round(performance.now() - began),
    headers: SHOWN_HEADERS.flatMap((name): [string, string][] => (response.headers.has(name) ? [[name, response.headers.get(name)!]] : [])),
    body: body && answer !== NOTHING ? JSON.stringify(answer, null, 2) : body,
    media,
    size: blob?.size ?? body?.length ?? 0,
    source: blob && /^(image|video)\//.test(media) ? URL.createObjectURL(blob) : "",
    taskId: typeof id === "string" ? id : "",
    problem: response.ok ? null : readProblem(answer),
  };
}

const NOTHING: Fields = {};

function readJson(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return NOTHING;
  }
}

/** Formats differ in where an answer names the field that is wrong; its message begins with it in all of them. */
function readProblem(answer: Fields): Problem {
  const inner = (typeof answer.error === "object" && answer.error ? answer.error : answer) as Fields;
  const message = String(inner.message ?? inner.detail ?? "");
  const [, field = null] = /^([a-z_]+(?:[[\].\w]*)): /.exec(message) ?? [];
  return { field, rule: message.replace(/^[^:]+: (got .*?; )?/, ""), message };
}

function writeRaw(sent: HttpRequest, file: File | null): string {
  const lines = [
    `${sent.method} ${sent.path} HTTP/1.1`,
    `Host: ${location.host}`,
    ...(sent.key ? ["Authorization: Bearer …"] : []),
    ...Object.entries(sent.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  if (file) return [...lines, `Content-Type: ${file.type || "application/octet-stream"}`, "", `(${file.name})`].join("\n");
  return sent.body === undefined ? lines.join("\n") : [...lines, "Content-Type: application/json", "", JSON.stringify(sent.body, null, 2)].join("\n");
}
