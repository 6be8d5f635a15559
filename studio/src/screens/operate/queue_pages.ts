/** The pages of a queue that grows at its head while older pages are read behind it. */

import type { AdminTask, AdminTaskPage } from "../../api/operator";

export interface Loaded {
  /** Newest first; null until the first page is there. */
  tasks: AdminTask[] | null;
  /** Behind what the next page begins; null where there is none. */
  cursor: string | null;
}

/** Ids are numbers of up to 19 digits, more than JavaScript's have. */
const isOlder = (one: string, other: string) => (one.length === other.length ? one < other : one.length < other.length);

/** Take in the newest page: what it reaches is as it says, what lies behind it stays. */
export function refresh({ tasks, cursor }: Loaded, page: AdminTaskPage): Loaded {
  const last = page.tasks.at(-1);
  if (!page.next_cursor || !last) return { tasks: page.tasks, cursor: null };
  const behind = (tasks ?? []).filter((task) => isOlder(task.id, last.id));
  return { tasks: [...page.tasks, ...behind], cursor: behind.length ? cursor : page.next_cursor };
}

/** Take in an older page. */
export function append({ tasks }: Loaded, page: AdminTaskPage): Loaded {
  const last = tasks?.at(-1);
  const older = page.tasks.filter((task) => !last || isOlder(task.id, last.id));
  return { tasks: [...(tasks ?? []), ...older], cursor: page.next_cursor };
}
