/** What the requests of two tasks differ by. */

import type { Task } from "../../api/types";

export interface Difference {
  name: string;
  values: [string, string];
}

/** Return the fields whose values differ, by their paths; pictures only by whether they are others. */
export function listDifferences(first: Task, second: Task): Difference[] {
  const [a, b] = [flatten(first), flatten(second)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names
    .map((name): Difference => ({ name, values: [a.get(name) ?? "", b.get(name) ?? ""] }))
    .filter(({ values: [left, right] }) => left !== right);
}

function flatten(task: Task): Map<string, string> {
  const found = new Map<string, string>([["seed", String(task.seed)]]);
  const add = (path: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((each, index) => add(`${path}[${index + 1}]`, each));
    else if (value !== null && typeof value === "object") Object.entries(value).forEach(([name, each]) => add(path ? `${path}.${name}` : name, each));
    else if (value !== null && value !== "") found.set(path, phrase(value));
  };
  add("", { model: task.model, ...task.request?.fields, seed: task.seed });
  return found;
}

/** Return a value as text. A link to a picture is signed anew each time it is told: only its path counts. */
function phrase(value: unknown): string {
  const text = String(value);
  return /^(https?:|\/files\/)/.test(text) ? (text.replace(/[?#].*$/, "").split("/").at(-1) ?? text) : text;
}
