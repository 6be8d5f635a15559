/** What the requests of two tasks differ by. */

import type { Task } from "../../api/types";
import { sourceOf } from "../../canvas/links";

export interface Value {
  text: string;
  /** The picture that it is, where it is one that the page may show. */
  picture: string;
}

export interface Difference {
  name: string;
  values: [Value, Value];
}

const NOTHING: Value = { text: "", picture: "" };

/** Return the fields whose values differ, by their paths; pictures only by whether they are others. */
export function listDifferences(first: Task, second: Task): Difference[] {
  const [a, b] = [flatten(first), flatten(second)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names
    .map((name): Difference => ({ name, values: [a.get(name) ?? NOTHING, b.get(name) ?? NOTHING] }))
    .filter(({ values: [left, right] }) => left.text !== right.text);
}

function flatten(task: Task): Map<string, Value> {
  const found = new Map<string, Value>([["seed", describe(task.seed)]]);
  const add = (path: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((each, index) => add(`${path}[${index + 1}]`, each));
    else if (value !== null && typeof value === "object") Object.entries(value).forEach(([name, each]) => add(path ? `${path}.${name}` : name, each));
    else if (value !== null && value !== "") found.set(path, describe(value));
  };
  add("", { model: task.model, ...task.request?.fields, seed: task.seed });
  return found;
}

/** A link to a picture is signed anew each time it is told: only its path counts. */
function describe(value: unknown): Value {
  const text = String(value);
  const isLink = /^(https?:|\/files\/)/.test(text);
  return { text: isLink ? (text.replace(/[?#].*$/, "").split("/").at(-1) ?? text) : text, picture: isLink ? sourceOf(text) : "" };
}
