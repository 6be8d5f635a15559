import { expect, it } from "vitest";
import type { Task } from "../../api/types";
import { listDifferences } from "./differences";

const task = (seed: number, fields: Record<string, unknown>) => ({ model: "viduq2-pro", seed, request: { model: "viduq2-pro", operation: "multiframe", fields } }) as unknown as Task;

it("lists what two requests differ by, whatever their links are signed with", () => {
  const first = task(1, { start_image: "http://h/files/a.bin?s=1", image_settings: [{ key_image: "http://h/files/b.bin?s=1", prompt: "fog" }] });
  const second = task(2, { start_image: "http://h/files/a.bin?s=2", image_settings: [{ key_image: "http://h/files/c.bin?s=2", prompt: "fog" }], bgm: true });
  const found = listDifferences(first, second);
  expect(found.map(({ name, values }) => [name, ...values.map(({ text }) => text)])).toEqual([
    ["seed", "1", "2"],
    ["image_settings[1].key_image", "b.bin", "c.bin"],
    ["bgm", "", "true"],
  ]);
  expect(found[1]!.values[1].picture).toBe("/files/c.bin?s=2");
  expect(listDifferences(first, first)).toEqual([]);
});
