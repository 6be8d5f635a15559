import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Model } from "../../api/types";
import { type ApiDocument, findCall, findNearest, guessSchema, listCalls } from "./catalogue";
import { GUIDES, listGuides } from "./guides";
import { type Schema, describeField, findFields, getAt, kindOf, listFields, setAt, startValue, writePath } from "./schema";

const PICTURE: Schema = { type: "string", pattern: "^(https?://|data:image/)" };
const SCHEMAS: Record<string, Schema> = {
  Flight: {
    type: "object",
    required: ["start_image", "shots"],
    properties: {
      seed: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, description: "The seed." },
      resolution: { type: "string", enum: ["540p", "720p"], default: "720p" },
      start_image: PICTURE,
      shots: { type: "array", minItems: 1, maxItems: 3, items: { $ref: "#/components/schemas/Shot" } },
    },
  },
  Shot: { type: "object", required: ["image"], properties: { image: PICTURE, duration: { type: "integer", default: 5, minimum: 2, maximum: 7 } } },
};
const FLIGHT = { $ref: "#/components/schemas/Flight" };
const NATIVE: Schema = { allOf: [FLIGHT, { type: "object", required: ["model"], properties: { model: { const: "viduq2-pro" } } }] };
const WRAPPED: Schema = {
  anyOf: [
    { type: "object", required: ["model", "input"], properties: { model: { const: "q2" }, input: { type: "array", minItems: 1, maxItems: 1, items: { type: "object", properties: { params: FLIGHT } } } } },
    NATIVE,
  ],
};

describe("a schema", () => {
  it("becomes fields, those first that a request cannot be without", () => {
    const fields = listFields(NATIVE, SCHEMAS);
    expect(fields.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
      ["start_image", "picture", true],
      ["shots", "list", true],
      ["seed", "number", false],
      ["resolution", "choice", false],
    ]);
    expect(fields[2]!.description).toBe("The seed.");
  });

  it("has its fields found inside of what wraps them", () => {
    expect(findFields(NATIVE, SCHEMAS).path).toEqual([]);
    const { path, schema } = findFields(WRAPPED, SCHEMAS);
    expect(path).toEqual(["input", 0, "params"]);
    expect(listFields(schema, SCHEMAS)[0]!.name).toBe("start_image");
  });

  it("offers of alternatives the one that the value is of", () => {
    const either: Schema = { anyOf: [PICTURE, { type: "object", properties: { image_url: PICTURE } }, { type: "array", items: PICTURE, maxItems: 2 }] };
    const kinds = [undefined, "https://a", { image_url: "https://a" }, ["https://a"]].map((value) => describeField("x", either, {}, false, value).kind);
    expect(kinds).toEqual(["picture", "picture", "group", "list"]);
    expect(kindOf({ type: "array", items: {} })).toBe("json");
  });

  it("says what an entry of a list begins with", () => {
    expect(startValue({ $ref: "#/components/schemas/Shot" }, SCHEMAS)).toEqual({ image: "" });
    expect(startValue({ type: "integer", minimum: 2 }, SCHEMAS)).toBe(2);
  });
});

describe("a value", () => {
  it("is changed at a path, and what is taken out is gone", () => {
    const before = { model: "q2", input: [{ params: { prompt: "a", shots: [{ image: "x" }, { image: "y" }] } }] };
    const after = setAt(before, ["input", 0, "params", "shots", 1, "duration"], 3);
    expect(getAt(after, ["input", 0, "params", "shots", 1])).toEqual({ image: "y", duration: 3 });
    expect(setAt(before, ["input", 0, "params", "prompt"], undefined)).toEqual({ model: "q2", input: [{ params: { shots: [{ image: "x" }, { image: "y" }] } }] });
    expect(getAt(setAt(before, ["input", 0, "params", "shots", 0], undefined), ["input", 0, "params", "shots"])).toEqual([{ image: "y" }]);
    expect(before.input[0]!.params.shots).toHaveLength(2);
    expect(writePath(["image_settings", 0, "duration"])).toBe("image_settings[0].duration");
  });
});

const submit = (format: string, path: string, endpoints: string[], schema: Schema = NATIVE) => ({
  post: {
    tags: [format],
    operationId: `${format}_${path.slice(path.lastIndexOf("/") + 1)}`,
    summary: "Makes a video.",
    parameters: [{ name: "X-Draft", in: "header" as const }],
    requestBody: {
      content: {
        "application/json": {
          schema: endpoints.length > 1 ? { anyOf: endpoints.map(() => schema) } : schema,
          examples: Object.fromEntries(endpoints.map((each) => [each, { value: { model: each } }])),
        },
      },
    },
    responses: { "200": {} },
  },
});
const DOCUMENT: ApiDocument = {
  servers: [{ url: "http://h" }],
  tags: [],
  components: { schemas: SCHEMAS },
  paths: {
    "/ent/v2/multiframe": submit("native", "/ent/v2/multiframe", ["q2-pro-multiframe", "q2-turbo-multiframe"]),
    "/v3/async/vidu-q2-turbo-multiframe": submit("async_v3", "/v3/async/vidu-q2-turbo-multiframe", ["q2-turbo-multiframe"]),
    "/v3/async/vidu-q2-text2video": submit("async_v3", "/v3/async/vidu-q2-text2video", ["q2-text2video"]),
    "/v1/admin/keys": {
      get: { tags: ["admin"], operationId: "list_keys", security: [{ admin: [] }], responses: {} },
      post: { tags: ["admin"], operationId: "make_key", security: [{ admin: [] }], responses: {}, requestBody: { content: { "application/json": { schema: { type: "object" }, example: { tenant: "acme", rpm: 60 } } } } },
    },
    "/v1/models": { get: { tags: ["keyreel"], operationId: "list_models", security: [], responses: {} } },
  },
};
const model = (id: string, ...operations: string[]): Model => ({
  id: `vidu${id.replace("-", "", )}`,
  operations: operations.map((operation) => ({ operation, endpoint: `${id}-${operation}`, description: "", available: true, ids: {}, limits: { seconds: { min: 1, max: 8 }, resolutions: [] } })),
});
const CALLS = listCalls(DOCUMENT, [model("q2-pro", "multiframe"), model("q2-turbo", "multiframe"), model("q2", "text2video")]);

describe("the document", () => {
  it("has a call for each model of a path", () => {
    expect(CALLS.filter((call) => call.order).map((call) => `${call.format}/${call.id}`)).toEqual([
      "native/q2-pro-multiframe",
      "native/q2-turbo-multiframe",
      "async_v3/q2-turbo-multiframe",
      "async_v3/q2-text2video",
    ]);
    expect(CALLS.filter((call) => !call.order).map((call) => call.access)).toEqual(["admin", "admin", "none"]);
  });

  it("is found by an address, whole or in part, and by one from before", () => {
    expect(findCall(CALLS, ["native", "q2-turbo-multiframe"])!.id).toBe("q2-turbo-multiframe");
    expect(findCall(CALLS, ["async_v3"])!.id).toBe("q2-turbo-multiframe");
    expect(findCall(CALLS, ["async_v3_vidu_q2_text2video"])!.path).toBe("/v3/async/vidu-q2-text2video");
    expect(findCall(CALLS, ["native_multiframe"])!.id).toBe("q2-pro-multiframe");
    expect(findCall(CALLS, ["nothing", "of it"])!.format).toBe("native");
  });

  it("leads from one call to the nearest in another format or of another operation", () => {
    const turbo = findCall(CALLS, ["native", "q2-turbo-multiframe"])!;
    expect(findNearest(CALLS, turbo, { format: "async_v3" }).path).toBe("/v3/async/vidu-q2-turbo-multiframe");
    expect(findNearest(CALLS, findCall(CALLS, ["async_v3"])!, { operation: "text2video" }).id).toBe("q2-text2video");
    expect(findNearest(CALLS, turbo, { format: "admin" }).id).toBe("list_keys");
  });

  it("has fields guessed from examples where it has no others", () => {
    const made = CALLS.find((call) => call.id === "make_key")!;
    expect(listFields(made.body!.schema, {}).map(({ name, kind }) => [name, kind])).toEqual([["tenant", "text"], ["rpm", "number"]]);
    expect(guessSchema([{ a: true }]).items!.properties!.a).toEqual({ type: "boolean" });
  });

  it("leads to guides that are there", () => {
    for (const { path } of GUIDES) expect(existsSync(new URL(`../../../../docs/${path}.md`, import.meta.url)), path).toBe(true);
    const paths = (id: string) => listGuides(CALLS.find((call) => call.id === id)!).map(({ path }) => path);
    expect(paths("make_key")).toContain("how-to/keys");
    expect(paths("q2-text2video")).toContain("how-to/text-to-video");
  });

  it("is searched by path, model and field", () => {
    expect(CALLS.filter((call) => call.text.includes("duration"))).toHaveLength(4);
    expect(CALLS.filter((call) => call.text.includes("viduq2turbo"))).toHaveLength(2);
  });
});
