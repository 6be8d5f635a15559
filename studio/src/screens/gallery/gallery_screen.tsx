/** The gallery: all videos, newest first; hovering over one scrubs through it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Task } from "../../api/types";
import { hasEnded } from "../../api/events";
import { Button, Segmented } from "../../components/controls";
import * as Icon from "../../icons";
import {
  type StateFilter,
  filter,
  isAnyRunning,
  isFiltered,
  loadMore,
  nextCursor,
  refreshGallery,
  removeTask,
  resetGallery,
  tasks,
} from "../../state/gallery";
import { phraseMoment, strings } from "../../state/preferences";
import { linkTo } from "../../state/route";
import { canSubmit } from "../../state/session";
import { showToast } from "../../state/toasts";

const REFRESH_MS = 3000;
const TYPING_MS = 250;

export function GalleryScreen() {
  const text = strings.value.gallery;
  useRefresh();
  const shown = tasks.value;
  return (
    <div class="gallery-page">
      <div class="toolbar">
        <h1>{text.title}</h1>
        <span class="spread" />
        <Segmented<StateFilter>
          label={text.state}
          hideLabel
          value={filter.value.state}
          options={[
            { value: "all", label: text.everything },
            { value: "making", label: text.making },
            { value: "ready", label: text.ready },
            { value: "failed", label: text.failed },
          ]}
          onChange={(state) => (filter.value = { ...filter.value, state })}
        />
        <label class="search">
          <Icon.Search />
          <input
            type="search"
            placeholder={text.search}
            aria-label={text.search}
            value={filter.value.text}
            onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })}
          />
        </label>
      </div>
      {shown === null ? (
        <div class="tiles" aria-busy="true">
          {Array.from({ length: 6 }, (_, index) => (
            <div key={index} class="tile shimmer" />
          ))}
        </div>
      ) : shown.length ? (
        <>
          <ul class="tiles">
            {shown.map((task) => (
              <Tile key={task.id} task={task} />
            ))}
          </ul>
          {nextCursor.value && <Button label={text.more} onClick={() => void loadMore()} />}
        </>
      ) : (
        <Nothing />
      )}
    </div>
  );
}

/** Load on every change of the filter, and as long as something is being made. */
function useRefresh() {
  const { state, text } = filter.value;
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    const refresh = async () => {
      try {
        await refreshGallery(abort.signal);
      } catch (error) {
        if (abort.signal.aborted) return;
        if (tasks.value === null) showToast(error instanceof Error ? error.message : String(error), true);
      }
      if (!abort.signal.aborted) timer = window.setTimeout(isAnyRunning.value ? refresh : wait, REFRESH_MS);
    };
    const wait = () => (timer = window.setTimeout(isAnyRunning.value ? refresh : wait, REFRESH_MS));
    resetGallery();
    timer = window.setTimeout(refresh, text ? TYPING_MS : 0);
    return () => (abort.abort(), clearTimeout(timer));
  }, [state, text]);
}

function Nothing() {
  const text = strings.value.gallery;
  if (isFiltered.value)
    return (
      <div class="notice">
        <p>{text.nothing}</p>
        <Button label={text.clear} onClick={() => (filter.value = { state: "all", text: "" })} />
      </div>
    );
  return (
    <div class="notice">
      <Icon.Gallery />
      <h2>{text.empty}</h2>
      <p class="soft">{text.emptyLead}</p>
      {canSubmit.value && (
        <a class="button main" href={linkTo("create")}>
          {text.make}
        </a>
      )}
    </div>
  );
}

function Tile({ task }: { task: Task }) {
  const { gallery: text, states, operations, create, actions } = strings.value;
  const [isHovered, setHovered] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const scrub = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    if (video.current?.duration) video.current.currentTime = part * video.current.duration;
  };
  const isReady = task.state === "succeeded";
  return (
    <li class="tile">
      <a
        class="look"
        href={linkTo("watch", task.id)}
        onPointerEnter={(event) => event.pointerType === "mouse" && setHovered(true)}
        onPointerLeave={() => setHovered(false)}
        onPointerMove={scrub}
      >
        {task.cover_url ? <img src={task.cover_url} alt="" loading="lazy" /> : <span class="blank">{isReady ? null : <Icon.Play />}</span>}
        {isHovered && task.video_url && <video ref={video} src={task.video_url} muted playsInline preload="auto" aria-hidden="true" tabIndex={-1} />}
        {!isReady && (
          <span class={`badge ${task.state}`}>
            {states[task.state]}
            {task.state === "running" ? ` ${Math.round(task.progress * 100)} %` : ""}
          </span>
        )}
        {task.state === "running" && <progress max={1} value={task.progress} aria-label={states.running} />}
        <span class="length">{create.seconds(task.seconds)}</span>
        <span class="caption">{task.prompt || operations[task.operation] || text.noPrompt}</span>
      </a>
      <div class="row">
        <small class="soft">
          {operations[task.operation]} · <time dateTime={task.created}>{phraseMoment(task.created)}</time>
        </small>
        <span class="spread" />
        {canSubmit.value && hasEnded(task.state) && (
          <Button kind="quiet" bare icon={Icon.Trash} label={`${actions.remove}: ${task.prompt.slice(0, 40) || task.id}`} onClick={() => removeTask(task)} />
        )}
      </div>
    </li>
  );
}
