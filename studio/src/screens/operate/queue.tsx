/** The tasks of all tenants as they stand now: the newest refresh themselves, older ones are added on demand. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type AdminTask, listTasks, listTenants } from "../../api/operator";
import type { TaskState } from "../../api/types";
import { Button, Segmented, Select } from "../../components/controls";
import { phraseMoment, strings } from "../../state/preferences";
import { type Loaded, append, refresh } from "./queue_pages";
import { Table, tellError, theClient, words } from "./shared";

const REFRESH_MS = 2000;
type Filter = "all" | "open" | "succeeded" | "failed";
const STATES: Record<Filter, TaskState[]> = { all: [], open: ["running", "queued", "held"], succeeded: ["succeeded"], failed: ["failed", "cancelled"] };

export function Queue() {
  const text = words.value;
  const { states, create, gallery, operations } = strings.value;
  const [filter, setFilter] = useState<Filter>("all");
  const [tenant, setTenant] = useState("");
  const [operation, setOperation] = useState("");
  const query = Object.fromEntries(Object.entries({ state: STATES[filter].join(","), tenant, operation }).filter(([, value]) => value));
  const { tasks, more } = useTasks(query);
  const tenants = useTenants(tasks !== null);
  const filters: [Filter, string][] = [["all", text.queue.all], ["open", gallery.making], ["succeeded", gallery.ready], ["failed", gallery.failed]];
  return (
    <>
      <div class="toolbar">
        <Segmented<Filter> label={text.columns.state} hideLabel value={filter} options={filters.map(([value, label]) => ({ value, label }))} onChange={setFilter} />
        <Select label={text.columns.tenant} hideLabel value={tenant} options={[{ value: "", label: text.queue.allTenants }, ...tenants.map((name) => ({ value: name, label: name }))]} onChange={setTenant} />
        <Select
          label={text.columns.operation}
          hideLabel
          value={operation}
          options={[{ value: "", label: text.queue.allOperations }, ...Object.entries(operations).map(([value, label]) => ({ value, label }))]}
          onChange={setOperation}
        />
        <span class="spread" />
        <small class="soft">{text.refreshed}</small>
      </div>
      <Table<AdminTask>
        label={text.sections.queue}
        empty={filter === "all" && !tenant && !operation ? text.queue.empty : gallery.nothing}
        columns={[text.columns.state, text.columns.tenant, text.columns.model, text.columns.engine, text.columns.made, text.columns.task]}
        rows={tasks}
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
      {more && <Button label={gallery.more} onClick={more} />}
    </>
  );
}

/** Load the tenants' names once the tasks are there: those are waited for. */
function useTenants(isReady: boolean): string[] {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    if (isReady && !names.length) listTenants(theClient()).then((tenants) => setNames(tenants.map(({ name }) => name)), tellError);
  }, [isReady]);
  return names;
}

const NOTHING: Loaded = { tasks: null, cursor: null };

/** Load the newest page again and again, and the pages behind it once each, as they are asked for. */
function useTasks(query: Record<string, string>): { tasks: AdminTask[] | null; more: (() => void) | null } {
  const [loaded, setLoaded] = useState(NOTHING);
  const asked = JSON.stringify(query);
  const current = useRef(asked);
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    current.current = asked;
    setLoaded(NOTHING);
    const run = async () => {
      try {
        const page = await listTasks(theClient(), query, abort.signal);
        setLoaded((before) => refresh(before, page));
      } catch (error) {
        if (!abort.signal.aborted) tellError(error);
      }
      if (!abort.signal.aborted) timer = window.setTimeout(run, REFRESH_MS);
    };
    void run();
    return () => (abort.abort(), clearTimeout(timer));
  }, [asked]);
  const load = async (cursor: string) => {
    try {
      const page = await listTasks(theClient(), { ...query, cursor });
      if (current.current === asked) setLoaded((before) => append(before, page));
    } catch (error) {
      tellError(error);
    }
  };
  return { tasks: loaded.tasks, more: loaded.cursor ? () => void load(loaded.cursor!) : null };
}
