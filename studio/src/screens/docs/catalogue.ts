/** The operations of the OpenAPI document, sorted for choosing one: format, what is made, model. Knows no page. */

import type { Model } from "../../api/types";
import { type Schema, type Schemas, merge, resolve } from "./schema";

export interface ApiParameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface ApiResponse {
  description?: string;
  content?: Record<string, Content>;
}

interface Described {
  tags?: string[];
  operationId: string;
  summary?: string;
  description?: string;
  parameters?: ApiParameter[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, ApiResponse>;
  security?: Record<string, unknown>[];
}

export interface ApiDocument {
  /** Where the guides are published. */
  externalDocs?: { url: string };
  servers: { url: string }[];
  tags: { name: string; "x-title"?: string; description: string }[];
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Schemas };
}

export type Access = "none" | "key" | "admin";

/** One thing that can be called: an operation, and where one path makes several videos, one of these. */
export interface Call {
  /** How addresses of this page name it. */
  id: string;
  format: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  access: Access;
  parameters: ApiParameter[];
  responses: Record<string, ApiResponse>;
  /** The body as JSON; null where it has none, or a file. */
  body: { schema: Schema; example: unknown } | null;
  takesFile: boolean;
  /** What is made by which model, where a video is ordered. */
  order: Order | null;
  /** What searches look at, in small letters. */
  text: string;
}

export interface Order {
  endpoint: string;
  model: string;
  operation: string;
  isAvailable: boolean;
}

const METHODS = ["get", "head", "post", "put", "patch", "delete"];
/** Only orders can be drafts. */
const DRAFT = "X-Draft";

export function listCalls(document: ApiDocument, models: Model[]): Call[] {
  const orders = new Map(
    models.flatMap((model) =>
      model.operations.map(({ endpoint, operation, available }): [string, Order] => [endpoint, { endpoint, model: model.id, operation, isAvailable: available }]),
    ),
  );
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).flatMap((method) => describe(document, method, path, orders)),
  );
}

function describe(document: ApiDocument, method: string, path: string, orders: Map<string, Order>): Call[] {
  const given = document.paths[path]![method]!;
  const json = given.requestBody?.content["application/json"];
  const takesFile = given.requestBody !== undefined && !json;
  const call: Call = {
    id: given.operationId,
    format: given.tags?.[0] ?? "keyreel",
    method: method.toUpperCase(),
    path,
    summary: given.summary ?? "",
    description: given.description ?? "",
    access: accessOf(given.security),
    parameters: given.parameters ?? [],
    responses: given.responses,
    body: json ? { schema: usableSchema(json), example: exampleOf(json) } : null,
    takesFile,
    order: null,
    text: "",
  };
  const isOrder = call.parameters.some((parameter) => parameter.name === DRAFT);
  const calls = isOrder && json ? splitByModel(call, json, orders) : [call];
  return calls.map((each) => ({ ...each, text: textOf(each, document.components.schemas) }));
}

/** The document lists the examples of a path's models in the order of their schemas. */
function splitByModel(call: Call, json: Content, orders: Map<string, Order>): Call[] {
  const examples = Object.entries(json.examples ?? {});
  return examples.map(([endpoint, { value }], index) => ({
    ...call,
    id: endpoint,
    body: { schema: examples.length > 1 ? json.schema!.anyOf![index]! : json.schema!, example: value },
    order: orders.get(endpoint) ?? { endpoint, model: endpoint, operation: endpoint, isAvailable: false },
  }));
}

const exampleOf = (json: Content) => json.example ?? Object.values(json.examples ?? {})[0]?.value ?? {};

/** Bodies that the document describes by an example alone have fields like those of the example. */
function usableSchema(json: Content): Schema {
  const schema = json.schema ?? {};
  return schema.type === "object" && !schema.properties && !schema.allOf ? guessSchema(exampleOf(json)) : schema;
}

export function guessSchema(value: unknown): Schema {
  if (Array.isArray(value)) return { type: "array", items: value.length ? guessSchema(value[0]) : {} };
  if (typeof value === "number") return { type: "integer" };
  if (typeof value !== "object" || !value) return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, guessSchema(part)]));
  return Object.keys(properties).length ? { type: "object", properties } : {};
}

function accessOf(security?: Record<string, unknown>[]): Access {
  if (security && !security.length) return "none";
  return security?.every((each) => "admin" in each) ? "admin" : "key";
}

function textOf(call: Call, schemas: Schemas): string {
  const fields = call.body ? listNames(call.body.schema, schemas) : [];
  const parameters = call.parameters.map((parameter) => parameter.name);
  const { model = "", operation = "" } = call.order ?? {};
  return [call.id, call.path, call.summary, model, operation, ...fields, ...parameters].join(" ").toLowerCase();
}

function listNames(schema: Schema, schemas: Schemas, depth = 0): string[] {
  const whole = resolve(schema, schemas);
  const inner = whole.items ? [whole.items] : [];
  const { properties } = merge(whole, schemas);
  const deeper = depth > 3 ? [] : [...inner, ...Object.values(properties)].flatMap((part) => listNames(part, schemas, depth + 1));
  return [...Object.keys(properties), ...deeper];
}

/** Return the call that an address names; what it names a format alone by is that format's first one. */
export function findCall(calls: Call[], [format = "", id = ""]: string[]): Call | null {
  // Addresses of single operations, as they were before formats stood in them.
  if (!id && format) {
    const named = calls.find((call) => operationId(call) === format || call.id === format);
    if (named) return named;
  }
  const found = calls.filter((call) => call.format === format);
  return found.find((call) => call.id === id) ?? found.find((call) => call.order?.isAvailable) ?? found[0] ?? firstCall(calls);
}

const FIRST = { format: "native", id: "q2-pro-img2video" };
const firstCall = (calls: Call[]) => calls.find((call) => call.format === FIRST.format && call.id === FIRST.id) ?? calls[0] ?? null;

const operationId = (call: Call) => `${call.format}_${call.path.slice(call.path.lastIndexOf("/") + 1)}`.replace(/[-.]/g, "_");

/** Return the call of another format, operation or model that is nearest to this one. */
export function findNearest(calls: Call[], from: Call, wanted: { format?: string; operation?: string; model?: string }): Call {
  const format = wanted.format ?? from.format;
  const operation = wanted.operation ?? from.order?.operation;
  const model = wanted.model ?? from.order?.model;
  const likeness = (call: Call) =>
    Number(call.order?.operation === operation) * 4 + Number(call.order?.model === model) * 2 + Number(call.order?.isAvailable ?? false);
  const found = calls.filter((call) => call.format === format && (!wanted.operation || call.order?.operation === operation));
  return found.reduce((best, call) => (likeness(call) > likeness(best) ? call : best), found[0] ?? from);
}
