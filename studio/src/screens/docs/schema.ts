/** JSON schemas of the OpenAPI document, as controls of a form need them. Knows no page. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: (string | number)[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export type Schemas = Record<string, Schema>;
export type Path = (string | number)[];
export type Kind = "picture" | "choice" | "flag" | "number" | "text" | "list" | "group" | "json";

/** A field of a form: what it takes, and what the schema says of it. */
export interface Field {
  name: string;
  kind: Kind;
  schema: Schema;
  isRequired: boolean;
  description: string;
}

/** What is longer than this is written in more than one line. */
const LONG_TEXT = 1000;

export function resolve(schema: Schema, schemas: Schemas): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...rest } = schema;
  return { ...resolve(schemas[$ref.slice($ref.lastIndexOf("/") + 1)] ?? {}, schemas), ...rest };
}

/** Return the alternative that a form offers: the first that is not null, or the one like `value`. */
export function settle(given: Schema, schemas: Schemas, value?: unknown): Schema {
  const whole = resolve(given, schemas);
  const parts = (whole.anyOf ?? whole.oneOf ?? []).map((part) => resolve(part, schemas)).filter((part) => part.type !== "null");
  if (!parts.length) return whole;
  const { anyOf: _, oneOf: __, ...rest } = whole;
  const chosen = parts.find((part) => value !== undefined && isOfType(value, part)) ?? parts[0]!;
  return { ...settle(chosen, schemas, value), ...rest };
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (Array.isArray(value)) return schema.type === "array";
  if (typeof value === "object" && value) return schema.type === "object" || schema.properties !== undefined || schema.allOf !== undefined;
  if (typeof value === "number") return schema.type === "integer" || schema.type === "number";
  return schema.type === typeof value;
}

/** Return an object's properties, with those of its parts. */
export function merge(given: Schema, schemas: Schemas, value?: unknown): { properties: Record<string, Schema>; required: Set<string> } {
  const whole = settle(given, schemas, value);
  const merged = { properties: { ...whole.properties }, required: new Set(whole.required) };
  for (const part of whole.allOf ?? []) {
    const { properties, required } = merge(part, schemas);
    Object.assign(merged.properties, properties);
    required.forEach((name) => merged.required.add(name));
  }
  return merged;
}

export function kindOf(schema: Schema): Kind {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "string") return schema.pattern?.includes("data:image") ? "picture" : "text";
  if (schema.type === "array" && schema.items && Object.keys(schema.items).length) return "list";
  if (schema.properties || schema.allOf) return "group";
  return "json";
}

export const isLongText = ({ name, schema }: Field) => schema.type === "string" && ((schema.maxLength ?? 0) >= LONG_TEXT || name === "prompt");

export function describeField(name: string, given: Schema, schemas: Schemas, isRequired = false, value?: unknown): Field {
  const schema = settle(given, schemas, value);
  const description = resolve(given, schemas).description ?? schema.description ?? "";
  return { name, kind: kindOf(schema), schema, isRequired, description };
}

/** List an object's fields, those first that it cannot be without; what is always the same is left out. */
export function listFields(given: Schema, schemas: Schemas, value: unknown = {}): Field[] {
  const { properties, required } = merge(given, schemas, value);
  const held = (value ?? {}) as Record<string, unknown>;
  return Object.entries(properties)
    .filter(([, schema]) => resolve(schema, schemas).const === undefined)
    .map(([name, schema]) => describeField(name, schema, schemas, required.has(name), held[name]))
    .sort((one, other) => Number(other.isRequired) - Number(one.isRequired));
}

/** Return where in a body its fields are: some formats wrap them in objects with a single field. */
export function findFields(given: Schema, schemas: Schemas): { path: Path; schema: Schema } {
  const [only, ...others] = listFields(given, schemas);
  if (!only || others.length) return { path: [], schema: given };
  const isOne = only.kind === "list" && only.schema.maxItems === 1;
  const inner = isOne ? only.schema.items! : only.schema;
  if (!isOne && only.kind !== "group") return { path: [], schema: given };
  const { path, schema } = findFields(inner, schemas);
  return { path: [only.name, ...(isOne ? [0] : []), ...path], schema };
}

export function getAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((held, step) => (held as Record<string | number, unknown> | undefined)?.[step], value);
}

/** Return the value with another one at a path; undefined takes out what is there. */
export function setAt(value: unknown, path: Path, part: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return part;
  if (typeof step === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    const changed = setAt(list[step], rest, part);
    if (changed === undefined) list.splice(step, 1);
    else list[step] = changed;
    return list;
  }
  const { [step]: before, ...others } = (value ?? {}) as Record<string, unknown>;
  const changed = setAt(before, rest, part);
  // The order of fields is that of the first request, and stays.
  return changed === undefined ? others : { ...(value as object), [step]: changed };
}

/** Write a path as problems name it: `image_settings[0].duration`. */
export const writePath = (path: Path) =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : index ? `.${step}` : step)).join("");

/** Return a value that an entry of a list may begin with. */
export function startValue(given: Schema, schemas: Schemas): unknown {
  const schema = settle(given, schemas);
  switch (kindOf(schema)) {
    case "group":
      return Object.fromEntries(
        listFields(schema, schemas)
          .filter((field) => field.isRequired)
          .map((field) => [field.name, startValue(field.schema, schemas)]),
      );
    case "list":
      return schema.minItems ? [startValue(schema.items!, schemas)] : [];
    case "flag":
      return schema.default ?? false;
    case "number":
      return schema.default ?? schema.minimum ?? 0;
    case "choice":
      return schema.default ?? schema.enum![0];
    default:
      return schema.default ?? "";
  }
}
