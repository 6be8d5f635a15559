/** English, for the API reference. `text_zh.ts` has the same entries: the type checker holds it. */

export const en = {
  title: "API reference",
  lead: "Submit a request, follow it, and download the video. All formats share the same tasks.",
  format: "Format", operation: "Operation", model: "Model", unavailable: "no engine here", orders: "Videos", others: "Other requests",
  search: "Search the reference", searchHint: "Path, model, or field", nothing: "No matches.",
  key: { label: "API key", admin: "Admin token", hint: "Needed to send requests", use: "Use this key", known: (name: string) => `Signed in: ${name}`, operator: "operator", change: "Change the key", refused: "This key is not valid on this server.", needed: "Enter an API key to send this request." },
  access: { none: "No key needed", key: "API key", admin: "Admin token" },
  form: "Form", json: "JSON", badJson: "This is not valid JSON.", reset: "Reset to the example",
  parameters: "Parameters", fields: "Fields", noFields: "This request has no fields.", more: (n: number) => `${n} optional fields`, moreParameters: (areHeaders: boolean, n: number) => (areHeaders ? `${n} optional headers` : `${n} optional parameters`), required: "required",
  parts: { path: "path", query: "query", header: "header" } as Record<string, string>,
  types: { string: "text", integer: "whole number", number: "number", boolean: "true or false", array: "list", object: "object", json: "any JSON" } as Record<string, string>,
  range: (low: string, high: string) => `${low} to ${high}`, atLeast: (low: string) => `at least ${low}`, atMost: (high: string) => `at most ${high}`,
  characters: (n: string) => `${n} characters`, entries: (n: string) => `${n} ${/(^|\D)1$/.test(n) ? "entry" : "entries"}`, default: "default", unset: "not set",
  add: "Add", addTo: (name: string) => `Add to ${name}`, removeEntry: (n: number) => `Remove entry ${n}`, entry: (n: number) => `Entry ${n}`, leaveOut: "Leave out", include: "Include",
  picture: { choose: "Choose a file", sample: "Sample", address: "URL or data URI", inline: "Include the image in the request", inlineHint: "Otherwise the image is uploaded, and the request refers to it.", inlined: (size: string) => `In the request: ${size}`, uploading: "Uploading…", preview: "Chosen image" },
  file: { choose: "Choose a file", none: "No file chosen" },
  code: "Code", copied: "Copied", keyHint: (name: string) => `The code reads the key from ${name}.`,
  send: "Send request", sending: "Sending…", spends: (credits: string) => `Sending makes a video for ${credits} credits`, changes: "Sending this changes something on the server.",
  problems: (n: number) => (n === 1 ? "One field breaks a rule" : `${n} fields break a rule`),
  exchange: { request: "Request", response: "Response", result: "Result", took: (ms: number) => `${ms} ms`, bytes: (size: string) => `${size} of data`, lost: "No response." },
  answers: "Responses", answerFields: "Response fields", example: "Example",
  guides: "Guides", guidesLead: "More detail, in the documentation", guidesNamed: "More detail, in the documentation included with the source", document: "OpenAPI document", llms: "Text for language models", none: "No example.",
  watch: "Open in the studio", loading: "Loading the API description…", failed: "The API description can't be loaded right now.", again: "Try again",
};

export type DocsText = typeof en;
