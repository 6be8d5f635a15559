/** The wire formats, as code speaks them: how each takes an order, and where it tells what became of it. */

import type { Fields, Operation, TaskRequest } from "../api/types";

export const FORMATS = ["native", "async_v3", "vtrix", "comfy", "openai_videos"] as const;
export type Format = (typeof FORMATS)[number];

export const FORMAT_TITLES: Record<Format, string> = {
  native: "/ent/v2",
  async_v3: "/v3/async",
  vtrix: "/model/v1",
  comfy: "/proxy/vidu",
  openai_videos: "/v1/videos",
};

export type Steps = (string | number)[];

/** How a format tells what became of an order. */
export interface Polling {
  /** Of the task's id in the answer to an order. */
  id: string;
  /** Where to ask; `{id}` stands for the task's id. */
  path: string;
  state: Steps;
  succeeded: string;
  /** The states of a task that has ended otherwise. */
  others: string[];
  video: Steps;
}

const nativeAt = (prefix: string): Polling => ({
  id: "task_id",
  path: `${prefix}/tasks/{id}/creations`,
  state: ["state"],
  succeeded: "success",
  others: ["failed"],
  video: ["creations", 0, "url"],
});

export const POLLING: Record<Format, Polling> = {
  native: nativeAt("/ent/v2"),
  comfy: nativeAt("/proxy/vidu"),
  async_v3: {
    id: "task_id",
    path: "/v3/async/task-result?task_id={id}",
    state: ["task", "status"],
    succeeded: "TASK_STATUS_SUCCEED",
    others: ["TASK_STATUS_FAILED"],
    video: ["videos", 0, "video_url"],
  },
  vtrix: {
    id: "id",
    path: "/model/v1/generation/task/{id}",
    state: ["status"],
    succeeded: "completed",
    others: ["failed"],
    video: ["output", 0, "content", 0, "url"],
  },
  openai_videos: { id: "id", path: "/v1/videos/{id}", state: ["status"], succeeded: "completed", others: ["failed"], video: ["url"] },
};

/** A request over HTTP, before it is code. */
export interface HttpRequest {
  method: string;
  path: string;
  /** Beside those of the key and of the body. */
  headers: Record<string, string>;
  body?: unknown;
  takesFile?: boolean;
  /** The variable of the environment that holds the key; empty where none is needed. */
  key: string;
  /** How an order is followed; null for everything else. */
  polling: Polling | null;
}

export const KEY = "KEYREEL_API_KEY";
export const ADMIN_TOKEN = "KEYREEL_ADMIN_TOKEN";

/** Return the formats that have a name for this model. */
export const listFormats = (operation: Operation) => FORMATS.filter((format) => format in operation.ids);

/** Return the order of a task's request in a format. */
export function writeOrder(format: Format, operation: Operation, request: TaskRequest): HttpRequest {
  return { method: "POST", headers: {}, key: KEY, polling: POLLING[format], ...placeFields(format, operation, request) };
}

function placeFields(format: Format, operation: Operation, request: TaskRequest): { path: string; body: Fields } {
  const { model: _, ...fields } = request.fields;
  const id = operation.ids[format] ?? operation.endpoint;
  switch (format) {
    case "async_v3":
      return { path: `/v3/async/${id}`, body: fields };
    case "vtrix":
      return { path: "/model/v1/generation", body: { model: id, input: [{ params: fields }] } };
    case "openai_videos":
      return { path: "/v1/videos", body: { model: id, ...writeVideosFields(fields) } };
    default: {
      const prefix = format === "native" ? "/ent/v2" : "/proxy/vidu";
      return { path: `${prefix}/${operation.operation}`, body: { model: request.model, ...fields } };
    }
  }
}

/** The format has names of its own for pictures and seconds; what it has none for keeps the model's. */
function writeVideosFields({ images, duration, ...others }: Fields): Fields {
  const pictures = ((images as string[] | undefined) ?? []).map((image) => ({ image_url: image }));
  const input = pictures.length > 1 ? pictures : pictures[0];
  return {
    ...(input ? { input_reference: input } : {}),
    ...(duration === undefined ? {} : { seconds: String(duration) }),
    ...others,
  };
}
