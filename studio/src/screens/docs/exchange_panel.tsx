/** Sending the request, and what comes of it: the answer as it came, and of an order the video itself. */

import { useEffect, useState } from "preact/hooks";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { linkTo } from "../../state/route";
import { session } from "../../state/session";
import { TaskView, useTask } from "../watch/task_view";
import { Coloured, phraseBytes, phraseCount, words } from "./shared";
import { type Exchange, call, draft, exchange, exchangeOnce, isSending, request, sendRequest, verdict } from "./state";
import { showToast } from "../../state/toasts";

export function SendBar() {
  const text = words.value;
  const chosen = call.value!;
  const { problems, quote } = verdict.value;
  const mayTry = chosen.access === "none" || session.value !== null;
  const isMissingFile = chosen.takesFile && !draft.value.file;
  const hint = !mayTry ? text.key.needed : problems.length ? text.problems(problems.length) : quote ? text.spends(phraseCount(quote.credits)) : chosen.method === "GET" || chosen.order ? "" : text.changes;
  const send = () => sendRequest().catch((error: Error) => showToast(error.message || text.exchange.lost, true));
  return (
    <div class="docs-send">
      <p class={`small ${problems.length && mayTry ? "bad" : "soft"}`} role="status">
        {hint}
      </p>
      <Button kind="main" icon={Icon.Arrow} label={isSending.value ? text.sending : text.send} disabled={!mayTry || isMissingFile || isSending.value} onClick={() => void send()} />
    </div>
  );
}

export function ExchangePanel() {
  const found = exchange.value;
  if (!found) return null;
  return (
    <>
      <Shown key={`${found.taskId} ${found.milliseconds}`} title={words.value.exchange.response} exchange={found} />
      {found.taskId && session.value && <Made key={found.taskId} id={found.taskId} />}
    </>
  );
}

function Shown({ title, exchange: { status, milliseconds, headers, body, size, source, media, request: raw } }: { title: string; exchange: Exchange }) {
  const text = words.value.exchange;
  const isGood = status < 400;
  return (
    <section class="docs-card" aria-label={title}>
      <div class="bar">
        <strong>{title}</strong>
        <span class={`status ${isGood ? "good" : "bad"}`}>{status}</span>
        <small class="soft">{text.took(milliseconds)}</small>
      </div>
      <details>
        <summary>{text.request}</summary>
        <pre tabIndex={0} aria-label={text.request}>{raw.length > MAX_SHOWN ? `${raw.slice(0, MAX_SHOWN)}…` : raw}</pre>
      </details>
      <pre tabIndex={0} aria-label={title}>
        <span class="soft">{headers.map(([name, value]) => `${name}: ${value}\n`).join("")}</span>
        {"\n"}
        {body === null ? source ? "" : text.bytes(phraseBytes(size)) : <Coloured>{body.length > MAX_SHOWN ? `${body.slice(0, MAX_SHOWN)}…` : body}</Coloured>}
      </pre>
      {source && (media.startsWith("video/") ? <video src={source} controls aria-label={title} /> : <img src={source} alt={title} />)}
    </section>
  );
}

/** Characters of an answer that are shown; the OpenAPI document alone has a million. */
const MAX_SHOWN = 20_000;

/** An order's progress and its video; once it has ended, what the format itself says of it. */
function Made({ id }: { id: string }) {
  const text = words.value;
  const following = useTask(id);
  const { task, watched } = following;
  const [result, setResult] = useState<Exchange | null>(null);
  const hasEnded = watched?.task !== null && watched !== null;
  const polling = request.value?.polling;
  useEffect(() => {
    if (!hasEnded || !polling) return;
    const sent = { method: "GET", path: polling.path.replace("{id}", id), headers: {}, key: request.value!.key, polling: null };
    exchangeOnce(sent).then(setResult, () => undefined); // The video itself is there all the same.
  }, [hasEnded, polling]);
  return (
    <>
      <section class="docs-card video" aria-label={text.exchange.result}>
        <div class="bar">
          <strong>{text.exchange.result}</strong>
          <span class="spread" />
          {task && (
            <a class="button quiet" href={linkTo("watch", id)}>
              <Icon.Play />
              <span>{text.watch}</span>
            </a>
          )}
        </div>
        <TaskView following={following} />
      </section>
      {result && <Shown title={polling!.path.replace("{id}", id)} exchange={result} />}
    </>
  );
}
