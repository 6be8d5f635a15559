/** Server-sent events over fetch: EventSource cannot send the key. Broken streams resume, then polling takes over. */

import { ApiError, type Client } from "./client";
import type { Task, TaskState } from "./types";

export interface TaskEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Where a task stands, as the events tell it. */
export interface Watched {
  state: TaskState;
  progress: number;
  queuePosition: number | null;
  etaSeconds: number | null;
  engine: string | null;
  preview: number;
  task: Task | null;
}

/** Take whole events out of a stream's text; returns them and what is left. */
export function parseEvents(text: string): [TaskEvent[], string] {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const events: TaskEvent[] = [];
  for (const block of blocks) {
    const found = { id: "", event: "message", data: "" };
    for (const line of block.split("\n")) {
      const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
      if (name === "data") found.data += found.data ? `\n${value}` : value;
      else if (name === "id" || name === "event") found[name] = value ?? "";
    }
    if (found.data) events.push({ ...found, data: JSON.parse(found.data) as Record<string, unknown> });
  }
  return [events, rest];
}

/** Return where the task stands after an event. */
export function applyEvent(before: Watched, { event, data }: TaskEvent): Watched {
  const number = (name: string, otherwise: number | null) =>
    typeof data[name] === "number" ? (data[name] as number) : name in data ? null : otherwise;
  const etaSeconds = number("eta_seconds", before.etaSeconds);
  switch (event) {
    case "state":
      return {
        ...before,
        state: data.state as TaskState,
        queuePosition: number("queue_position", null),
        etaSeconds,
        engine: (data.engine as string | null) ?? before.engine,
      };
    case "progress":
      return { ...before, progress: number("progress", before.progress) ?? before.progress, etaSeconds };
    case "preview":
      return { ...before, preview: number("number", before.preview) ?? before.preview };
    case "end":
      return watchedFrom(data as unknown as Task, before.preview);
    default:
      return before;
  }
}

export function watchedFrom(task: Task, preview = 0): Watched {
  return {
    state: task.state,
    progress: task.state === "succeeded" ? 1 : task.progress,
    queuePosition: task.queue_position,
    etaSeconds: task.eta_seconds,
    engine: task.engine,
    preview,
    task: hasEnded(task.state) ? task : null,
  };
}

export const hasEnded = (state: TaskState) =>
  state === "succeeded" || state === "failed" || state === "cancelled";

/** A stream that breaks is opened again after so long; after three in a row without an event it is polled. */
const RETRY_MS = 1000;
const POLL_MS = 2000;
const MAX_BROKEN = 3;

export type Connection = "live" | "polling" | "lost";

/** Follow a task until it ends or the signal aborts. */
export async function followTask(
  client: Client,
  id: string,
  signal: AbortSignal,
  tell: (change: (before: Watched) => Watched, connection: Connection) => void,
): Promise<void> {
  let last = "";
  let broken = 0;
  let ended = false;
  while (!signal.aborted && !ended && broken < MAX_BROKEN) {
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (last) headers["Last-Event-ID"] = last;
      const response = await client.send(`/v1/tasks/${id}/events`, { signal, headers });
      for await (const event of readEvents(response)) {
        broken = 0;
        last = event.id || last;
        ended ||= event.event === "end";
        tell((before) => applyEvent(before, event), "live");
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 404) throw error;
    }
    broken += 1;
    if (!ended) await pause(RETRY_MS, signal);
  }
  while (!signal.aborted && !ended) {
    try {
      const task = await client.getTask(id);
      ended = hasEnded(task.state);
      tell((before) => watchedFrom(task, before.preview), "polling");
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) throw error;
      tell((before) => before, "lost");
    }
    if (!ended) await pause(POLL_MS, signal);
  }
}

async function* readEvents(response: Response): AsyncGenerator<TaskEvent> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const [events, left] = parseEvents(rest + value);
    rest = left;
    yield* events;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
