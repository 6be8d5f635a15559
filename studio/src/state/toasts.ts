/** Short messages at the foot of the page; some can be undone as long as they are there. */

import { signal } from "@preact/signals";
import { copyText } from "./clipboard";

export interface Toast {
  id: number;
  text: string;
  isError: boolean;
  undo?: () => void;
}

interface Pending {
  timer: number;
  /** What happens once the toast is gone without an undo. */
  commit: () => void;
}

export const toasts = signal<Toast[]>([]);
const pending = new Map<number, Pending>();
const SHOWN_MS = 6000;
let next = 0;

export function showToast(text: string, isError = false): void {
  addToast({ text, isError }, () => undefined);
}

/** Show that something is done; it is really done when nobody has undone it within six seconds. */
export function showUndoable(text: string, undo: () => void, commit: () => void): void {
  const id = addToast({ text, isError: false, undo: () => (forget(id), undo()) }, commit);
}

function addToast(toast: Omit<Toast, "id">, commit: () => void): number {
  const id = (next += 1);
  toasts.value = [...toasts.value, { ...toast, id }];
  pending.set(id, { commit, timer: window.setTimeout(() => endToast(id), SHOWN_MS) });
  return id;
}

/** Copy text, and say so. */
export async function copyAndSay(text: string, said: string): Promise<void> {
  try {
    await copyText(text);
    showToast(said);
  } catch (error) {
    showToast(error instanceof Error ? error.message : String(error), true);
  }
}

export function endToast(id: number): void {
  pending.get(id)?.commit();
  forget(id);
}

function forget(id: number): void {
  clearTimeout(pending.get(id)?.timer);
  pending.delete(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

// Who leaves the page no longer undoes anything.
addEventListener("pagehide", () => [...pending.keys()].forEach(endToast));
