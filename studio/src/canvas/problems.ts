/** Where on the canvas a broken rule belongs. */

import type { Problem } from "../api/types";

export type Place =
  | { kind: "prompt" }
  | { kind: "shot"; index: number }
  | { kind: "frame"; index: number }
  | { kind: "subject"; index: number }
  | { kind: "option"; name: string };

/** Read a field's path, such as `image_settings[0].duration`. */
export function placeProblem(problem: Problem): Place {
  const path = problem.field ?? "";
  const [, root = path, digits = "", rest = ""] = /^(\w+)(?:\[(\d+)\])?(.*)$/.exec(path) ?? [];
  const index = Number(digits || 0);
  if (root === "prompt") return { kind: "prompt" };
  if (root === "start_image") return { kind: "frame", index: 0 };
  if (root === "images") return { kind: "frame", index };
  if (root === "image_settings") return rest === ".key_image" ? { kind: "frame", index: index + 1 } : { kind: "shot", index };
  if (root === "subjects") return { kind: "subject", index };
  return { kind: "option", name: root };
}

/** Whether something is only missing yet: that is said softly, not as a mistake. */
export const isMissing = (problem: Problem) => problem.rule === "is required" || /at least 1 character/.test(problem.rule);

type Rule = [RegExp, string];

const CHINESE: Rule[] = [
  [/^is required$/, "必填"],
  [/^must be a whole number from (\S+) to (\S+)$/, "须为 $1 到 $2 之间的整数"],
  [/^must be one of (.+)$/, "须为以下之一：$1"],
  [/^must have at most (\d+) characters?$/, "最多 $1 个字符"],
  [/^must have at least (\d+) characters?$/, "至少 $1 个字符"],
  [/^must be true or false$/, "须为 true 或 false"],
];

/** Return a rule in the reader's language; one that is not known stays as the server wrote it. */
export function phraseRule(rule: string, language: string): string {
  if (language !== "zh") return rule;
  const found = CHINESE.find(([pattern]) => pattern.test(rule));
  return found ? rule.replace(found[0], found[1]) : rule;
}
