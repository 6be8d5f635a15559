/** Two takes side by side, in step, and what their requests differ by. */

import { useEffect, useState } from "preact/hooks";
import type { Task } from "../../api/types";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { phraseMoment, strings } from "../../state/preferences";
import { goTo, linkTo, route } from "../../state/route";
import { session } from "../../state/session";
import { showToast } from "../../state/toasts";
import { Player } from "../watch/player";
import { listDifferences } from "./differences";

export function CompareScreen() {
  const [first, second] = route.value.rest;
  const text = strings.value.compare;
  const tasks = useTasks(first, second);
  if (!tasks) return <div class="notice" aria-busy="true" />;
  return (
    <div class="compare-page">
      <div class="toolbar">
        <h1>{text.title}</h1>
        <span class="spread" />
        {first && second && <Button icon={Icon.Swap} label={text.swap} onClick={() => goTo("compare", second, first)} />}
      </div>
      {tasks.length === 2 ? (
        <>
          <Player tasks={tasks} />
          <Differences tasks={tasks} />
        </>
      ) : (
        <Choose first={tasks[0]!} />
      )}
    </div>
  );
}

function useTasks(...ids: (string | undefined)[]): Task[] | null {
  const [tasks, setTasks] = useState<Task[] | null>(null);
  const wanted = ids.filter((id) => id !== undefined);
  useEffect(() => {
    let isLeft = false;
    Promise.all(wanted.map((id) => session.value!.client.getTask(id))).then(
      (found) => isLeft || setTasks(found),
      (error: Error) => showToast(error.message, true),
    );
    return () => void (isLeft = true);
  }, [wanted.join()]);
  return tasks;
}

/** Offer the other finished videos, the newest first. */
function Choose({ first }: { first: Task }) {
  const text = strings.value.compare;
  const [others, setOthers] = useState<Task[] | null>(null);
  useEffect(() => {
    session.value!.client.listTasks({ state: "succeeded", limit: "24" }).then(
      (page) => setOthers(page.tasks.filter((task) => task.id !== first.id)),
      (error: Error) => showToast(error.message, true),
    );
  }, [first.id]);
  if (!others) return <div class="notice" aria-busy="true" />;
  if (!others.length) return <p class="notice">{text.none}</p>;
  return (
    <>
      <h2>{text.choose}</h2>
      <ul class="tiles small">
        {others.map((task) => (
          <li key={task.id} class="tile">
            <a class="look" href={linkTo("compare", first.id, task.id)}>
              {task.cover_url ? <img src={task.cover_url} alt="" /> : <span class="blank" />}
              <span class="caption">{task.prompt || strings.value.operations[task.operation]}</span>
            </a>
            <small class="soft">{phraseMoment(task.created)}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Name a field by what it is on the canvas. */
function phraseField(path: string): string {
  const { compare: text, fields } = strings.value;
  if (path === "start_image") return text.keyframe(1);
  const [, shot, field] = /^image_settings\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
  if (!shot || !field) return fields[path] ?? path;
  return field === "key_image" ? text.keyframe(Number(shot) + 1) : text.inShot(Number(shot), fields[field] ?? field);
}

function phraseValue(text: string): string {
  const { compare, values } = strings.value;
  return { "": compare.nothing, true: compare.on, false: compare.off }[text] ?? values[text] ?? text;
}

function Differences({ tasks }: { tasks: Task[] }) {
  const text = strings.value.compare;
  const rows = listDifferences(tasks[0]!, tasks[1]!);
  if (!rows.length) return <p class="soft">{text.same}</p>;
  return (
    <table class="differences">
      <caption>{text.differs}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{text.take("A")}</th>
          <th scope="col">{text.take("B")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, values }) => (
          <tr key={name}>
            <th scope="row">{phraseField(name)}</th>
            {values.map((value, index) => (
              <td key={index}>{value.picture ? <img src={value.picture} alt={phraseField(name)} loading="lazy" /> : phraseValue(value.text)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
