import { expect, it } from "vitest";
import type { AdminTask, AdminTaskPage } from "../../api/operator";
import { append, refresh } from "./queue_pages";

const page = (next_cursor: string | null, ...ids: string[]): AdminTaskPage => ({ next_cursor, tasks: ids.map((id) => ({ id, state: "queued" }) as AdminTask) });
const idsOf = ({ tasks }: { tasks: AdminTask[] | null }) => tasks!.map((task) => task.id);

it("keeps older pages while the newest one moves on, without a gap", () => {
  const first = refresh({ tasks: null, cursor: null }, page("8", "9", "8"));
  expect([idsOf(first), first.cursor]).toEqual([["9", "8"], "8"]);
  const second = append(first, page("6", "7", "6"));
  expect([idsOf(second), second.cursor]).toEqual([["9", "8", "7", "6"], "6"]);
  const third = refresh(second, page("10", "11", "10"));
  expect([idsOf(third), third.cursor]).toEqual([["11", "10", "9", "8", "7", "6"], "6"]);
  expect(append(third, page(null, "5")).cursor).toBeNull();
});

it("drops what the newest page reaches and no longer has", () => {
  const before = refresh({ tasks: null, cursor: null }, page("7", "9", "8", "7"));
  expect(idsOf(refresh(before, page("7", "9", "7")))).toEqual(["9", "7"]);
  expect(refresh(before, page(null, "9"))).toMatchObject({ cursor: null, tasks: [{ id: "9" }] });
});
