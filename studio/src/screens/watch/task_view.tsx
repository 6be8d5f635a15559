/** A task as it is being made, and then its video. */

import { useEffect, useState } from "preact/hooks";
import { ApiError, type Client } from "../../api/client";
import { type Connection, type Watched, followTask, hasEnded, watchedFrom } from "../../api/events";
import type { Task } from "../../api/types";
import { sourceOf } from "../../canvas/links";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { phraseTime, strings } from "../../state/preferences";
import { canSubmit, session } from "../../state/session";
import { showToast } from "../../state/toasts";
import { Player } from "./player";

/** The newest frame and the progress, then the player, or why there is nothing to play. */
export function TaskView({ following: { task, watched, connection, isGone } }: { following: Following }) {
  if (isGone) return <p class="notice">{strings.value.watch.gone}</p>;
  if (!task || !watched) return <div class="notice" aria-busy="true" />;
  if (watched.state === "succeeded") return <Player tasks={[task]} key={task.id} />;
  if (hasEnded(watched.state)) return <Ended task={task} state={watched.state} />;
  return <Making task={task} watched={watched} connection={connection} />;
}

export interface Following {
  task: Task | null;
  watched: Watched | null;
  connection: Connection;
  isGone: boolean;
}

/** Follow a task until it ends; then its full view is read again, with its links. */
export function useTask(id: string): Following {
  const [state, setState] = useState<Following>({ task: null, watched: null, connection: "live", isGone: false });
  useEffect(() => {
    const abort = new AbortController();
    const { client } = session.value!;
    const load = async () => {
      const task = await client.getTask(id);
      if (!abort.signal.aborted) setState((before) => ({ ...before, task, watched: watchedFrom(task, before.watched?.preview) }));
      return task;
    };
    const run = async () => {
      const task = await load();
      if (hasEnded(task.state)) return;
      await followTask(client, id, abort.signal, (change, connection) =>
        setState((before) => {
          const watched = before.watched && change(before.watched);
          // The player waits for the links that the full view has.
          const shown = watched?.state === "succeeded" ? { ...watched, state: "running" as const } : watched;
          return { ...before, watched: shown, connection };
        }),
      );
      if (!abort.signal.aborted) await load();
    };
    run().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      if (error instanceof ApiError && error.status === 404) setState((before) => ({ ...before, isGone: true }));
      else showToast(error instanceof Error ? error.message : String(error), true);
    });
    return () => abort.abort();
  }, [id]);
  return state;
}

/** A new preview frame replaces the one before only once it is there: nothing flickers. */
function usePreview(id: string, number: number): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!number) return;
    const abort = new AbortController();
    session.value!.client.getPreview(id, abort.signal).then(
      (blob) => setUrl(URL.createObjectURL(blob)),
      () => undefined, // The next one comes in a second.
    );
    return () => abort.abort();
  }, [id, number]);
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url]);
  return url;
}

function Making({ task, watched, connection }: { task: Task; watched: Watched; connection: Connection }) {
  const text = strings.value.watch;
  const preview = usePreview(task.id, watched.preview);
  const first = firstPicture(task);
  const percent = Math.round(watched.progress * 100);
  const isQueued = watched.state === "queued";
  const said = isQueued ? (watched.queuePosition === null ? text.starting : text.queued(watched.queuePosition)) : watched.state === "held" ? text.held : text.making;
  const [width, height] = task.size ?? [16, 9];
  return (
    <div class="making">
      <div class="view" style={{ aspectRatio: `${width} / ${height}` }}>
        {preview ?? first ? <img class={preview ? "" : "waiting"} src={preview ?? first ?? ""} alt={text.progress} /> : <div class="shimmer" />}
        {watched.state === "running" && <span class="percent">{`${percent} %`}</span>}
      </div>
      {watched.state !== "held" && <progress max={100} value={isQueued ? undefined : percent} aria-label={text.progress} />}
      <div class="row">
        <p role="status">
          <strong>{said}</strong>{" "}
          <span class="soft">
            {[watched.etaSeconds ? text.left(phraseTime(watched.etaSeconds)) : "", watched.engine ? text.by(watched.engine) : ""].filter(Boolean).join(" · ")}
          </span>
        </p>
        <span class="spread" />
        {canSubmit.value && watched.state === "held" && (
          <Button kind="main" icon={Icon.Spark} label={text.approve} onClick={() => change((client) => client.approveTask(task.id))} />
        )}
        {canSubmit.value && (
          <Button icon={Icon.Close} label={text.cancel} onClick={() => change((client) => client.cancelTask(task.id))} />
        )}
      </div>
      {connection !== "live" && <p class="soft small">{connection === "lost" ? strings.value.connection.lost : text.polling}</p>}
    </div>
  );
}

/** Change a task; what it is then comes as an event. */
function change(call: (client: Client) => Promise<Task>): void {
  call(session.value!.client).catch((error: Error) => showToast(error.message, true));
}

function firstPicture(task: Task): string | null {
  const { start_image, images } = task.request?.fields ?? {};
  const found = start_image ?? (Array.isArray(images) ? images[0] : null);
  return (typeof found === "string" && sourceOf(found)) || null;
}

function Ended({ task, state }: { task: Task; state: string }) {
  const text = strings.value.watch;
  return (
    <div class="ended">
      <Icon.Warning />
      <h2>{state === "cancelled" ? text.cancelled : text.failed}</h2>
      {task.reason && <p>{task.reason}</p>}
    </div>
  );
}
