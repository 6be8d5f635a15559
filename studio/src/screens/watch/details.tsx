/** What a task is: model, size, seed, price, and what was not done as asked. */

import type { Task } from "../../api/types";
import { titleOf } from "../../canvas/models";
import { phraseMoment, strings } from "../../state/preferences";

export function Details({ task }: { task: Task }) {
  const { details: text, operations, watch, create } = strings.value;
  const rows: [string, string][] = [
    [text.kind, operations[task.operation] ?? task.operation],
    [text.model, titleOf(task.request?.model ?? task.model)],
    [text.size, task.size ? `${task.size[0]} × ${task.size[1]}` : task.resolution],
    [text.length, create.seconds(task.seconds)],
    [text.seed, String(task.seed)],
    [text.price, create.price(task.credits)],
    [text.engine, task.engine ?? ""],
    [text.made, phraseMoment(task.finished ?? task.created)],
  ];
  return (
    <aside class="settings details">
      <dl>
        {rows
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {task.notes.length > 0 && (
        <>
          <h2>{watch.notes}</h2>
          <ul class="notes">
            {task.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}
