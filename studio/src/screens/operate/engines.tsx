/** The engines: what each makes, how it is, and which workers have it. */

import { listEngines } from "../../api/operator";
import { strings } from "../../state/preferences";
import { useData, words } from "./shared";

const REFRESH_MS = 5000;

export function Engines() {
  const text = words.value.engines;
  const { operations } = strings.value;
  const { data } = useData(listEngines, REFRESH_MS);
  if (!data) return <div class="rows shimmer" aria-busy="true" />;
  return (
    <ul class="cards">
      {data.map((engine) => (
        <li key={engine.name} class="card">
          <h2>
            <span class={`dot ${engine.healthy ? "succeeded" : "failed"}`} /> {engine.name}
          </h2>
          <p class={engine.healthy ? "soft" : "bad"}>
            {engine.healthy ? text.well : text.unwell} · {text.slots(engine.slots)}
          </p>
          {engine.detail && <p class="bad small">{engine.detail}</p>}
          <ul class="tags">
            {Object.entries(engine.operations).map(([operation, models]) => (
              <li key={operation} title={models.join(", ")}>
                {operations[operation] ?? operation} <small class="soft">{text.models(models.length)}</small>
              </li>
            ))}
          </ul>
          {engine.workers.length ? (
            <ul class="small">
              {engine.workers.map((worker) => (
                <li key={worker.node}>
                  <span class={`dot ${worker.healthy ? "succeeded" : "failed"}`} /> {text.worker} {worker.node} · {text.slots(worker.slots)}
                  {worker.detail && <span class="bad"> {worker.detail}</span>}
                </li>
              ))}
            </ul>
          ) : (
            <p class="soft small">{text.none}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
