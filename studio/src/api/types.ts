/** What the server answers, as far as the studio reads it. The names are those of the API. */

export type TaskState = "held" | "queued" | "running" | "succeeded" | "failed" | "cancelled";

export type Fields = Record<string, unknown>;

/** A request in the words of the native format, whatever format it came in. */
export interface TaskRequest {
  model: string;
  operation: string;
  fields: Fields;
}

export interface Task {
  id: string;
  state: TaskState;
  /** 0 … 1 */
  progress: number;
  credits: number;
  reason: string | null;
  notes: string[];
  model: string;
  operation: string;
  seconds: number;
  resolution: string;
  size: [number, number] | null;
  seed: number;
  off_peak: boolean;
  engine: string | null;
  created: string;
  started: string | null;
  finished: string | null;
  queue_position: number | null;
  eta_seconds: number | null;
  prompt: string;
  video_url: string | null;
  cover_url: string | null;
  request?: TaskRequest;
}

export interface TaskPage {
  tasks: Task[];
  next_cursor: string | null;
}

export interface Upload {
  uri: string;
  url: string;
  width: number;
  height: number;
}

export interface Identity {
  /** Null for the admin token. */
  tenant: string | null;
  scopes: string[];
  operator: boolean;
}

export interface Problem {
  field: string | null;
  rule: string;
  message: string;
}

export interface Verdict {
  valid: boolean;
  available: boolean;
  problems: Problem[];
  seconds: number | null;
}

export interface Quote {
  credits: number;
  usd: string;
  off_peak_credits: number | null;
  tasks_ahead: number;
  seconds_until_done: number;
}

export interface Voice {
  id: string;
  name: string;
  language: string;
  available: boolean;
}

export interface Range {
  min: number;
  max: number | null;
  choices?: number[];
}

/** One model doing one operation, with the limits that the server publishes for it. */
export interface Operation {
  operation: string;
  endpoint: string;
  description: string;
  available: boolean;
  ids: Record<string, string>;
  limits: {
    seconds: Range;
    resolutions: string[];
    images?: Range;
    keyframes?: Range;
    seconds_of_a_shot?: Range;
    prompt_characters?: number;
    aspect_ratios?: string[] | string;
  };
}

export interface Model {
  id: string;
  operations: Operation[];
}

/** One field of a model's specification. */
export interface Parameter {
  name: string;
  type: string;
  required: boolean;
  constraints: { default?: unknown; enum?: (string | number)[]; min?: number; max?: number };
}

export interface VideoMatch {
  task_id: string;
  /** 0 … 1; 1 is the same to the eye. */
  likeness: number;
  same_file: boolean;
}

/** What a file holds, and the tasks whose video it is or resembles, likest first. */
export interface FileFindings {
  verdict: "untouched" | "altered" | "unknown";
  reason: string;
  sha256: string;
  credentials: { state: "trusted" | "valid" | "invalid" | "none"; signer: string; generator: string; producer: string; task_id: string };
  label: { aigc: Record<string, string> | null };
  tasks: VideoMatch[];
}
