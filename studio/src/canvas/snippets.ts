/** A request as code: curl, Python or JavaScript, in each of the wire formats. */

import type { Fields, Operation, Parameter, TaskRequest } from "../api/types";

export const DIALECTS = ["native", "async_v3", "vtrix", "comfy", "openai_videos"] as const;
export const LANGUAGES = ["curl", "Python", "JavaScript"] as const;
export type Dialect = (typeof DIALECTS)[number];
export type CodeLanguage = (typeof LANGUAGES)[number];

interface Call {
  path: string;
  body: Fields;
}

export const DIALECT_TITLES: Record<Dialect, string> = {
  native: "/ent/v2",
  async_v3: "/v3/async",
  vtrix: "/model/v1",
  comfy: "/proxy/vidu",
  openai_videos: "/v1/videos",
};

/** Return the formats that have a name for this model. */
export const listDialects = (operation: Operation) => DIALECTS.filter((dialect) => dialect in operation.ids);

/** Return the request without the fields that say only what the model does anyway. */
export function leaveOutDefaults(request: TaskRequest, parameters: Parameter[]): TaskRequest {
  const usual = new Map(parameters.map((each) => [each.name, each.constraints.default]));
  const isTold = ([name, value]: [string, unknown]) => value !== null && value !== "" && usual.get(name) !== value;
  return { ...request, fields: Object.fromEntries(Object.entries(request.fields).filter(isTold)) };
}

/** Return the submit of a request in a format. */
export function writeCall(dialect: Dialect, operation: Operation, request: TaskRequest): Call {
  const { model: _, ...fields } = request.fields;
  const id = operation.ids[dialect] ?? operation.endpoint;
  switch (dialect) {
    case "async_v3":
      return { path: `/v3/async/${id}`, body: fields };
    case "vtrix":
      return { path: "/model/v1/generation", body: { model: id, input: [{ params: fields }] } };
    case "openai_videos":
      return { path: "/v1/videos", body: { model: id, ...writeVideosFields(fields) } };
    default: {
      const prefix = dialect === "native" ? "/ent/v2" : "/proxy/vidu";
      return { path: `${prefix}/${operation.operation}`, body: { model: request.model, ...fields } };
    }
  }
}

/** The format has names of its own for pictures and seconds; what it has none for keeps the model's. */
function writeVideosFields({ images, duration, ...others }: Fields): Fields {
  const pictures = ((images as string[] | undefined) ?? []).map((image) => ({ image_url: image }));
  const input = pictures.length > 1 ? pictures : pictures[0];
  return {
    ...(input ? { input_reference: input } : {}),
    ...(duration === undefined ? {} : { seconds: String(duration) }),
    ...others,
  };
}

export function writeSnippet(language: CodeLanguage, origin: string, { path, body }: Call): string {
  const json = JSON.stringify(body, null, 2);
  if (language === "curl") {
    // Within single quotes a shell needs only those written another way.
    const quoted = json.replaceAll("'", String.raw`'\''`);
    return `curl ${origin}${path} \\\n  -H "Authorization: Bearer $KEYREEL_API_KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '${quoted}'`;
  }
  if (language === "Python")
    return [
      "import os",
      "",
      "import httpx",
      "",
      "response = httpx.post(",
      `    "${origin}${path}",`,
      `    headers={"Authorization": "Bearer " + os.environ["KEYREEL_API_KEY"]},`,
      `    json=${writePython(body, 1)},`,
      ")",
      "response.raise_for_status()",
      "print(response.json())",
    ].join("\n");
  return [
    `const response = await fetch("${origin}${path}", {`,
    `  method: "POST",`,
    "  headers: {",
    "    Authorization: `Bearer ${process.env.KEYREEL_API_KEY}`,",
    `    "Content-Type": "application/json",`,
    "  },",
    `  body: JSON.stringify(${indent(json, 2)}),`,
    "});",
    "console.log(await response.json());",
  ].join("\n");
}

const indent = (text: string, spaces: number) => text.replaceAll("\n", `\n${" ".repeat(spaces)}`);

function writePython(value: unknown, depth: number): string {
  const [here, inside] = ["    ".repeat(depth), "    ".repeat(depth + 1)];
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((each) => writePython(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${writePython(each, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length ? `${open}\n${items.map((each) => `${inside}${each},\n`).join("")}${here}${close}` : `${open}${close}`;
}
