/** The tasks of the gallery: a filtered page, more of it on demand, and what was just deleted. */

import { computed, signal } from "@preact/signals";
import { hasEnded } from "../api/events";
import type { Task } from "../api/types";
import { strings } from "./preferences";
import { session } from "./session";
import { showToast, showUndoable } from "./toasts";

export type StateFilter = "all" | "making" | "ready" | "failed";

const STATES: Record<StateFilter, string> = {
  all: "",
  making: "held,queued,running",
  ready: "succeeded",
  failed: "failed,cancelled",
};

export const filter = signal<{ state: StateFilter; text: string }>({ state: "all", text: "" });
export const isFiltered = computed(() => filter.value.state !== "all" || filter.value.text.trim() !== "");
const loaded = signal<Task[] | null>(null);
export const nextCursor = signal<string | null>(null);
/** Deleted here, and perhaps not yet on the server: it can be undone. */
const removed = signal<ReadonlySet<string>>(new Set());
/** The tasks to show; null until the first page is there. */
export const tasks = computed(() => loaded.value?.filter((task) => !removed.value.has(task.id)) ?? null);

const PAGE = "24";

function query(cursor?: string): Record<string, string> {
  const { state, text } = filter.value;
  return {
    limit: PAGE,
    ...(STATES[state] && { state: STATES[state] }),
    ...(text.trim() && { q: text.trim() }),
    ...(cursor && { cursor }),
  };
}

/** Load the first page again; what was loaded beyond it stays. */
export async function refreshGallery(signal?: AbortSignal): Promise<void> {
  const page = await session.value!.client.listTasks(query(), signal);
  const known = new Set(page.tasks.map((task) => task.id));
  const older = page.next_cursor ? (loaded.value ?? []).filter((task) => !known.has(task.id) && task.created < (page.tasks.at(-1)?.created ?? "")) : [];
  if (!older.length) nextCursor.value = page.next_cursor;
  loaded.value = [...page.tasks, ...older];
}

export async function loadMore(): Promise<void> {
  if (!nextCursor.value) return;
  const page = await session.value!.client.listTasks(query(nextCursor.value));
  nextCursor.value = page.next_cursor;
  loaded.value = [...(loaded.value ?? []), ...page.tasks];
}

export function resetGallery(): void {
  loaded.value = null;
  nextCursor.value = null;
}

export const isAnyRunning = computed(() => tasks.value?.some((task) => !hasEnded(task.state)) ?? false);

/** Delete a task, unless it is undone while the message about it is there. */
export function removeTask(task: Task): void {
  const { client } = session.value!;
  const { removed: said } = strings.value.actions;
  const show = () => (removed.value = new Set([...removed.value].filter((id) => id !== task.id)));
  removed.value = new Set([...removed.value, task.id]);
  showUndoable(said, show, () => {
    client.deleteTask(task.id).catch((error: Error) => (show(), showToast(error.message, true)));
  });
}
