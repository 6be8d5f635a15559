/** A request as code that runs: curl, Python or JavaScript. An order is followed until its video is there. */

import type { Parameter, TaskRequest } from "../api/types";
import type { HttpRequest, Steps } from "./formats";

export const LANGUAGES = ["curl", "Python", "JavaScript"] as const;
export type CodeLanguage = (typeof LANGUAGES)[number];

/** What the file that is sent is called in code. */
const FILE = "FILE";
const POLL_SECONDS = 2;

/** Return the request without the fields that say only what the model does anyway. */
export function leaveOutDefaults(request: TaskRequest, parameters: Parameter[]): TaskRequest {
  const usual = new Map(parameters.map((each) => [each.name, each.constraints.default]));
  const isTold = ([name, value]: [string, unknown]) => value !== null && value !== "" && usual.get(name) !== value;
  return { ...request, fields: Object.fromEntries(Object.entries(request.fields).filter(isTold)) };
}

export function writeSnippet(language: CodeLanguage, origin: string, request: HttpRequest): string {
  const write = { curl: writeCurl, Python: writePython, JavaScript: writeJavaScript }[language];
  return write(origin, request);
}

/** Within single quotes a shell needs only those written another way. */
const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function writeCurl(origin: string, { method, path, headers, body, takesFile, key, polling }: HttpRequest): string {
  const authorisation = key ? [`-H "Authorization: Bearer $${key}"`] : [];
  const isUsual = method === "GET" || (method === "POST" && (body !== undefined || takesFile));
  const lines = [
    `curl ${isUsual ? "" : method === "HEAD" ? "--head " : `-X ${method} `}${quote(origin + path)}`,
    ...authorisation,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${quote(toJson(body))}`]),
    ...(takesFile ? [`--data-binary @${FILE}`] : []),
  ];
  const poll = polling && [`curl ${quote(origin + polling.path.replace("{id}", "TASK_ID"))}`, ...authorisation].join(" ");
  return lines.join(" \\\n  ") + (poll ? `\n\n# Then ask for the video, with the ${polling.id} of the answer:\n# ${poll}` : "");
}

function writePython(origin: string, { method, path, headers, body, takesFile, key, polling }: HttpRequest): string {
  const sent = [
    ...(key ? [`"Authorization": "Bearer " + os.environ["${key}"]`] : []),
    ...Object.entries(headers).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ];
  const file = takesFile ? [`content=open("${FILE}", "rb").read()`] : [];
  const payload = body === undefined ? file : [`json=${toPython(body, 1)}`];
  const call = [JSON.stringify(path), ...(payload.length ? payload : [])];
  const written = payload.length ? `(\n${call.map((each) => `    ${each},\n`).join("")})` : `(${call[0]})`;
  return [
    ...(key ? ["import os"] : []),
    ...(polling ? ["import time"] : []),
    ...(key || polling ? [""] : []),
    "import httpx",
    "",
    "client = httpx.Client(",
    `    base_url="${origin}",`,
    ...(sent.length ? [`    headers={${sent.join(", ")}},`] : []),
    "    timeout=60,",
    ")",
    `response = client.${method.toLowerCase()}${written}`,
    "response.raise_for_status()",
    ...(polling
      ? [
          `task_id = response.json()["${polling.id}"]`,
          "while True:",
          `    result = client.get(f"${polling.path.replace("{id}", "{task_id}")}").json()`,
          `    if ${indexPython("result", polling.state)} in {${[polling.succeeded, ...polling.others].map((each) => JSON.stringify(each)).join(", ")}}:`,
          "        break",
          `    time.sleep(${POLL_SECONDS})`,
          `print(${indexPython("result", polling.video)} if ${indexPython("result", polling.state)} == "${polling.succeeded}" else result)`,
        ]
      : ["print(response.text)"]),
  ].join("\n");
}

function writeJavaScript(origin: string, { method, path, headers, body, takesFile, key, polling }: HttpRequest): string {
  const sent = [
    ...(key ? [`  Authorization: \`Bearer \${process.env.${key}}\`,`] : []),
    ...(body === undefined ? [] : ['  "Content-Type": "application/json",']),
    ...Object.entries(headers).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
  ];
  const options = [
    ...(method === "GET" ? [] : [`  method: "${method}",`]),
    ...(sent.length ? ["  headers,"] : []),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${indent(toJson(body), 2)}),`]),
    ...(takesFile ? [`  body: await readFile("${FILE}"),`] : []),
  ];
  const states = polling && JSON.stringify([polling.succeeded, ...polling.others]).replaceAll(",", ", ");
  return [
    ...(takesFile ? ['import { readFile } from "node:fs/promises";', ""] : []),
    ...(sent.length ? ["const headers = {", ...sent, "};"] : []),
    options.length ? `const response = await fetch("${origin}${path}", {` : `const response = await fetch("${origin}${path}");`,
    ...(options.length ? [...options, "});"] : []),
    "if (!response.ok) throw new Error(await response.text());",
    ...(polling
      ? [
          `const taskId = (await response.json()).${polling.id};`,
          "let result;",
          "do {",
          `  await new Promise((resolve) => setTimeout(resolve, ${POLL_SECONDS * 1000}));`,
          `  result = await (await fetch(\`${origin}${polling.path.replace("{id}", "${taskId}")}\`, { headers })).json();`,
          `} while (!${states}.includes(${indexJavaScript("result", polling.state)}));`,
          `console.log(${indexJavaScript("result", polling.state)} === "${polling.succeeded}" ? ${indexJavaScript("result", polling.video)} : result);`,
        ]
      : ["console.log(await response.text());"]),
  ].join("\n");
}

const indexPython = (name: string, steps: Steps) => name + steps.map((step) => `[${JSON.stringify(step)}]`).join("");
const indexJavaScript = (name: string, steps: Steps) => name + steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
const toJson = (value: unknown) => JSON.stringify(value, null, 2);
const indent = (text: string, spaces: number) => text.replaceAll("\n", `\n${" ".repeat(spaces)}`);

function toPython(value: unknown, depth: number): string {
  const [here, inside] = ["    ".repeat(depth), "    ".repeat(depth + 1)];
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((each) => toPython(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${toPython(each, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length ? `${open}\n${items.map((each) => `${inside}${each},\n`).join("")}${here}${close}` : `${open}${close}`;
}

/** Text inside of code that is longer than this is shown by its beginning. */
const MAX_SHOWN = 200;

/** Return code as it is shown: pictures inside of it are shortened. What is copied has them whole. */
export const shorten = (code: string) =>
  code.replace(/"(data:[^"]{40})[^"]+"/g, (whole, start: string) => (whole.length > MAX_SHOWN ? `"${start}…"` : whole));
