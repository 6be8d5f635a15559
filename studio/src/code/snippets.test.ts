import { describe, expect, it } from "vitest";
import type { Operation, TaskRequest } from "../api/types";
import { FORMATS, type HttpRequest, KEY, POLLING, writeOrder } from "./formats";
import { LANGUAGES, shorten, writeSnippet } from "./snippets";

const request: TaskRequest = { model: "viduq2-pro", operation: "img2video", fields: { images: ["https://a"], prompt: "it's \"on\"", duration: 5, bgm: true } };
const made: Operation = {
  operation: "img2video",
  endpoint: "q2-pro-img2video",
  description: "",
  available: true,
  ids: { native: "viduq2-pro/img2video", async_v3: "vidu-q2-pro-img2video", vtrix: "viduq2_pro", comfy: "x", openai_videos: "viduq2-pro" },
  limits: { seconds: { min: 1, max: 10 }, resolutions: ["540p"] },
};
const bare: HttpRequest = { method: "GET", path: "/v1/models", headers: {}, key: "", polling: null };

describe("code", () => {
  it("is written in each format's own form", () => {
    const calls = Object.fromEntries(FORMATS.map((format) => [format, writeOrder(format, made, request)]));
    expect(calls.native).toMatchObject({ path: "/ent/v2/img2video", body: { model: "viduq2-pro", duration: 5 } });
    expect(calls.async_v3).toMatchObject({ path: "/v3/async/vidu-q2-pro-img2video", body: { duration: 5 } });
    expect(calls.vtrix!.body).toEqual({ model: "viduq2_pro", input: [{ params: request.fields }] });
    expect(calls.openai_videos!.body).toMatchObject({ seconds: "5", input_reference: { image_url: "https://a" } });
    expect(calls.openai_videos!.body).not.toHaveProperty("duration");
  });

  it("quotes for its language, and holds no key", () => {
    const call = writeOrder("native", made, request);
    expect(writeSnippet("curl", "http://h", call)).toContain(String.raw`it'\''s`);
    expect(writeSnippet("Python", "http://h", call)).toContain('"bgm": True');
    for (const language of LANGUAGES) expect(writeSnippet(language, "http://h", call)).toContain(KEY);
  });

  it("asks for the video until it is there", () => {
    for (const format of FORMATS)
      for (const language of LANGUAGES) {
        const code = writeSnippet(language, "http://h", writeOrder(format, made, request));
        expect(code).toContain(POLLING[format].path.split("{id}")[0]);
      }
    expect(writeSnippet("Python", "http://h", writeOrder("vtrix", made, request))).toContain('result["output"][0]["content"][0]["url"]');
    expect(writeSnippet("JavaScript", "http://h", writeOrder("async_v3", made, request))).toContain("result.videos[0].video_url");
  });

  it("needs neither key nor body where the route needs none", () => {
    expect(writeSnippet("curl", "http://h", bare)).toBe("curl 'http://h/v1/models'");
    expect(writeSnippet("JavaScript", "http://h", bare)).toContain('fetch("http://h/v1/models");');
    expect(writeSnippet("Python", "http://h", { ...bare, method: "PUT", takesFile: true })).toContain('content=open("FILE", "rb").read()');
    expect(writeSnippet("curl", "http://h", { ...bare, method: "DELETE", headers: { "X-Draft": "true" } })).toContain("-X DELETE 'http://h/v1/models' \\\n  -H 'X-Draft: true'");
  });

  it("is shown without the bytes of pictures", () => {
    const code = `{"a": "data:image/webp;base64,${"A".repeat(5000)}"}`;
    expect(shorten(code).length).toBeLessThan(100);
    expect(shorten('{"a": "data:image/png;base64,AA"}')).toBe('{"a": "data:image/png;base64,AA"}');
  });
});
