/** The public API, as the studio calls it: one function a call, and one kind of error. */

import type { Fields, FileFindings, Identity, Model, Parameter, Quote, Task, TaskPage, Upload, Verdict, Voice } from "./types";

/** Why a call did not succeed. `status` is 0 where the server could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

const UNAUTHORISED = 401;
/** The server is busy for a moment: what only reads is asked once more after so long. */
const BUSY = 503;
const BUSY_MS = 600;

interface Options {
  method?: string;
  body?: unknown;
  raw?: Blob;
  signal?: AbortSignal;
  keepalive?: boolean;
  headers?: Record<string, string>;
}

export class Client {
  /** `onRefused` is called where the server takes the key no longer. */
  constructor(
    private readonly key: string,
    private readonly onRefused: () => void = () => undefined,
  ) {}

  /** Call the server; the response is whatever it answers. */
  async call(path: string, options: Options = {}): Promise<Response> {
    const headers: Record<string, string> = { ...(this.key && { Authorization: `Bearer ${this.key}` }), ...options.headers };
    const init: RequestInit = { method: options.method ?? "GET", headers, keepalive: options.keepalive ?? false };
    if (options.signal) init.signal = options.signal;
    if (options.raw) {
      headers["Content-Type"] = options.raw.type || "application/octet-stream";
      init.body = options.raw;
    } else if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    try {
      return await fetch(path, init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0, String(error));
    }
  }

  /** Call the server; the response is one that succeeded. */
  async send(path: string, options: Options = {}): Promise<Response> {
    let response = await this.call(path, options);
    if (response.status === BUSY && (options.method ?? "GET") === "GET") {
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
      response = await this.call(path, options);
    }
    if (response.status === UNAUTHORISED) this.onRefused();
    if (!response.ok) throw await readError(response);
    return response;
  }

  /** Call the server, and read the JSON that it answers. */
  async json<T>(path: string, options: Options = {}): Promise<T> {
    return (await (await this.send(path, options)).json()) as T;
  }

  identify = (): Promise<Identity> => this.json("/v1/whoami");

  listModels = async (): Promise<Model[]> => (await this.json<{ data: Model[] }>("/v1/models")).data;

  listVoices = async (): Promise<Voice[]> => this.json("/v1/voices");

  /** The fields of a model, as the server's own specification has them. */
  async describeModel(id: string): Promise<Parameter[]> {
    const found = await this.json<{ data: { parameters: Parameter[] } }>(`/api/v1/skill/models/${id}/spec`);
    return found.data.parameters;
  }

  validate = (endpoint: string, body: Fields, signal: AbortSignal): Promise<Verdict> =>
    this.json(`/v1/validate/${endpoint}?dialect=native`, { method: "POST", body, signal });

  quote = (endpoint: string, body: Fields, signal: AbortSignal): Promise<Quote> =>
    this.json(`/v1/quote?model=${endpoint}&dialect=native`, { method: "POST", body, signal });

  upload = (picture: Blob): Promise<Upload> => this.json("/v1/uploads", { method: "POST", raw: picture });

  /** Order a video; returns the new task's id. */
  async submit(operation: string, body: Fields): Promise<string> {
    const accepted = await this.json<{ task_id: string }>(`/ent/v2/${operation}`, { method: "POST", body });
    return String(accepted.task_id);
  }

  /** Say what a video file is, and which of the key's tasks it comes from. */
  verify = (file: Blob): Promise<FileFindings> => this.json("/v1/verify", { method: "POST", raw: file });

  listTasks = (query: Record<string, string>, signal?: AbortSignal): Promise<TaskPage> =>
    this.json(`/v1/tasks?${new URLSearchParams(query)}`, signal ? { signal } : {});

  getTask = (id: string): Promise<Task> => this.json(`/v1/tasks/${id}`);

  cancelTask = (id: string): Promise<Task> => this.json(`/v1/tasks/${id}/cancel`, { method: "POST" });

  /** Have the video made of an order that is held. */
  approveTask = (id: string): Promise<Task> => this.json(`/v1/tasks/${id}/approve`, { method: "POST" });

  async deleteTask(id: string): Promise<void> {
    // It also runs while the page is being left.
    await this.send(`/v1/tasks/${id}`, { method: "DELETE", keepalive: true });
  }

  /** The newest preview frame, as a picture. */
  async getPreview(id: string, signal: AbortSignal): Promise<Blob> {
    return (await this.send(`/v1/tasks/${id}/preview`, { signal })).blob();
  }
}

/** Read the reason out of an error response; formats differ in where they have it. */
export async function readError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const inner = (typeof body.error === "object" && body.error ? body.error : body) as Record<string, unknown>;
  const message = inner.message ?? inner.detail ?? response.statusText;
  const field = inner.field ?? inner.param ?? (inner.metadata as Record<string, unknown> | undefined)?.field;
  return new ApiError(response.status, String(message), typeof field === "string" ? field : null);
}
