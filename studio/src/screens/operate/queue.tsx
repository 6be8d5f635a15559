/** The newest tasks of all tenants, as they stand now. */

import { useState } from "preact/hooks";
import { type AdminTask, listTasks } from "../../api/operator";
import type { TaskState } from "../../api/types";
import { Segmented } from "../../components/controls";
import { phraseMoment, strings } from "../../state/preferences";
import { Table, phraseCount, useData, words } from "./shared";

const REFRESH_MS = 2000;
const STATES: TaskState[] = ["running", "queued", "held", "succeeded", "failed", "cancelled"];

export function Queue() {
  const text = words.value;
  const { states, create } = strings.value;
  const { data } = useData(listTasks, REFRESH_MS);
  const [state, setState] = useState<TaskState | "all">("all");
  const count = (wanted: TaskState) => data?.filter((task) => task.state === wanted).length ?? 0;
  const rows = data?.filter((task) => state === "all" || task.state === state) ?? null;
  const options = [
    { value: "all" as const, label: text.queue.all },
    ...STATES.filter((each) => count(each) || each === state).map((each) => ({ value: each, label: `${states[each]} ${phraseCount(count(each))}` })),
  ];
  return (
    <>
      <div class="toolbar">
        <Segmented<TaskState | "all"> label={text.columns.state} hideLabel value={state} options={options} onChange={setState} />
        <span class="spread" />
        <small class="soft">{text.refreshed}</small>
      </div>
      <Table<AdminTask>
        label={text.sections.queue}
        columns={[text.columns.state, text.columns.tenant, text.columns.model, text.columns.engine, text.columns.made, text.columns.task]}
        rows={rows}
        keyOf={(task) => task.id}
        draw={(task) => [
          <>
            <span class={`dot ${task.state}`} /> {states[task.state]}
            {task.state === "running" && ` ${Math.round(task.progress * 100)} %`}
            {(task.fault || task.reason) && <small class="soft block">{task.fault || task.reason}</small>}
          </>,
          task.tenant,
          <>
            {task.endpoint} <small class="soft">{create.seconds(task.seconds)}</small>
          </>,
          [task.engine, task.attempt > 1 && text.queue.attempt(task.attempt), task.off_peak && text.queue.offPeak].filter(Boolean).join(" · "),
          phraseMoment(task.created),
          <code class="small">{task.id}</code>,
        ]}
      />
    </>
  );
}
