import { describe, expect, it } from "vitest";
import { type Watched, applyEvent, parseEvents } from "./events";

const QUEUED: Watched = { state: "queued", progress: 0, queuePosition: 3, etaSeconds: 9, engine: null, preview: 0, task: null };

describe("events", () => {
  it("are taken whole out of a stream that is cut anywhere", () => {
    const stream = ': beat\n\nid: 1\nevent: state\ndata: {"state":"running"}\n\nid: 2\nevent: progress\ndata: {"progress":0.5}\n\n';
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const [first, rest] = parseEvents(stream.slice(0, cut));
      const [second, left] = parseEvents(rest + stream.slice(cut));
      expect([...first, ...second].map((event) => [event.id, event.event])).toEqual([["1", "state"], ["2", "progress"]]);
      expect(left).toBe("");
    }
  });

  it("say where a task stands", () => {
    const running = applyEvent(QUEUED, { id: "1", event: "state", data: { state: "running", queue_position: null, eta_seconds: 5, engine: "motion" } });
    expect(running).toMatchObject({ state: "running", queuePosition: null, etaSeconds: 5, engine: "motion" });
    expect(applyEvent(running, { id: "2", event: "progress", data: { progress: 0.4, eta_seconds: 3 } })).toMatchObject({ progress: 0.4, etaSeconds: 3 });
    expect(applyEvent(running, { id: "3", event: "preview", data: { number: 2 } }).preview).toBe(2);
    expect(applyEvent(running, { id: "4", event: "other", data: {} })).toBe(running);
  });
});
