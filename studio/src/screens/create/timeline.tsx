/** The timeline: keyframes with shots between them, changed by pointer or by keyboard. */

import { useRef, useState } from "preact/hooks";
import { MAX_FRAMES, type Shot, addPictures, changeShot, moveFrame, removeFrame, totalSeconds } from "../../canvas/canvas";
import { listSeconds, nearestSeconds } from "../../canvas/models";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { canvas, edit, offer, selectedShot, selection } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { ProblemsAt } from "./problems";
import { Pick, Shown } from "./picture";

export function Timeline() {
  const text = strings.value.create;
  const { frames, shots } = canvas.value;
  const [said, setSaid] = useState("");
  const move = (from: number, to: number) => {
    if (to < 0 || to >= frames.length) return;
    edit((before) => moveFrame(before, from, to));
    selection.value = { kind: "frame", index: to };
    setSaid(text.moved(to + 1));
    focusFrame(to);
  };
  return (
    <section class="timeline" aria-label={text.timeline}>
      <p id="reorder-help" class="hidden">
        {text.reorderHelp}
      </p>
      <ol class="track">
        {frames.map((frame, index) => (
          <li key={frame.key} class="cell">
            <Keyframe index={index} onMove={move} />
            {index < shots.length && <ShotBlock index={index} shot={shots[index]!} />}
          </li>
        ))}
        {frames.length < MAX_FRAMES && (
          <li class="cell">
            <Pick label={text.addFrame} icon={Icon.Plus} place={addPictures} class="add-frame" />
          </li>
        )}
      </ol>
      <p class="soft total">{text.total(totalSeconds(canvas.value))}</p>
      <p class="hidden" role="status">
        {said}
      </p>
    </section>
  );
}

const focusFrame = (index: number) =>
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-frame="${index}"]`)?.focus());

function Keyframe({ index, onMove }: { index: number; onMove: (from: number, to: number) => void }) {
  const text = strings.value.create;
  const { frames } = canvas.value;
  const frame = frames[index]!;
  const isSelected = selection.value.kind === "frame" && selection.value.index === index;
  const drag = useReorder(index, onMove);
  const remove = () => {
    edit((before) => removeFrame(before, index));
    focusFrame(Math.min(index, frames.length - 2));
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step && event.altKey) {
      event.preventDefault();
      onMove(index, index + step);
    } else if (step) focusFrame(index + step);
    else if (event.key === "Delete" || event.key === "Backspace") remove();
  };
  return (
    <button
      type="button"
      class={`keyframe ${drag.isDragging ? "dragging" : ""}`}
      style={drag.isDragging ? { transform: `translateX(${drag.offset}px)` } : undefined}
      data-frame={index}
      aria-pressed={isSelected}
      aria-label={text.keyframe(index + 1, frames.length)}
      aria-describedby="reorder-help"
      aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete"
      onClick={() => (selection.value = { kind: "frame", index })}
      onKeyDown={press}
      {...drag.handlers}
    >
      <Shown picture={frame} alt="" />
      <span class="number">{index + 1}</span>
    </button>
  );
}

/** Pointer's way before a press is a drag, in pixels. */
const SLOP = 6;

/** Reorder by dragging: a keyframe that is let go over another takes its place. */
function useReorder(index: number, onMove: (from: number, to: number) => void) {
  const start = useRef<number | null>(null);
  const moved = useRef(false);
  const [offset, setOffset] = useState(0);
  const end = (event: PointerEvent, isDone: boolean) => {
    if (isDone && moved.current) {
      const centres = [...document.querySelectorAll<HTMLElement>("[data-frame]")].map((each) => {
        const box = each.getBoundingClientRect();
        const shift = Number(each.dataset.frame) === index ? offset : 0;
        return box.left + box.width / 2 - shift;
      });
      const target = centres.reduce((best, at, each) => (Math.abs(at - event.clientX) < Math.abs(centres[best]! - event.clientX) ? each : best), index);
      if (target !== index) onMove(index, target);
    }
    start.current = null;
    setOffset(0);
  };
  return {
    offset,
    isDragging: offset !== 0,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        start.current = event.clientX;
        moved.current = false;
      },
      onPointerMove: (event: PointerEvent) => {
        if (start.current === null || event.buttons !== 1) return;
        const way = event.clientX - start.current;
        if (!moved.current && Math.abs(way) < SLOP) return;
        if (!moved.current) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        moved.current = true;
        setOffset(way);
      },
      onPointerUp: (event: PointerEvent) => end(event, true),
      onPointerCancel: (event: PointerEvent) => end(event, false),
    },
  };
}

/** A second is so wide on the timeline, in pixels. */
const SECOND_WIDTH = 26;

function ShotBlock({ index, shot }: { index: number; shot: Shot }) {
  const text = strings.value.create;
  const allowed = offer.value ? listSeconds(offer.value.operation, true) : [shot.seconds];
  const isSelected = selection.value.kind === "shot" && selectedShot.value === index;
  const seconds = nearestSeconds(allowed, shot.seconds);
  const set = (wanted: number) =>
    edit((before) => changeShot(before, index, { seconds: nearestSeconds(allowed, wanted) }), `seconds ${index}`);
  return (
    <div class={`shot ${isSelected ? "selected" : ""}`} style={{ width: `${92 + seconds * SECOND_WIDTH}px` }}>
      <button
        type="button"
        class="shot-prompt"
        aria-pressed={isSelected}
        aria-label={`${text.shot(index + 1)}, ${text.seconds(seconds)}. ${shot.prompt}`}
        onClick={() => (selection.value = { kind: "shot", index })}
      >
        <span class="line-clamp">{shot.prompt || <em>{text.shot(index + 1)}</em>}</span>
      </button>
      <div class="seconds" role="group" aria-label={text.shotSeconds(index + 1)}>
        <Button kind="quiet" bare icon={Icon.Minus} label={text.shorter} disabled={seconds <= allowed[0]!} onClick={() => set(seconds - 1)} />
        <output>{text.seconds(seconds)}</output>
        <Button kind="quiet" bare icon={Icon.Plus} label={text.longer} disabled={seconds >= allowed.at(-1)!} onClick={() => set(seconds + 1)} />
      </div>
      <Boundary index={index} seconds={seconds} allowed={allowed} onSet={set} />
      <ProblemsAt place={{ kind: "shot", index }} />
    </div>
  );
}

interface BoundaryProps {
  index: number;
  seconds: number;
  allowed: number[];
  onSet: (seconds: number) => void;
}

/** The end of a shot: dragged, it changes the shot's seconds. */
function Boundary({ index, seconds, allowed, onSet }: BoundaryProps) {
  const start = useRef<{ x: number; seconds: number } | null>(null);
  return (
    <div
      class="boundary"
      role="slider"
      tabIndex={0}
      aria-label={strings.value.create.shotSeconds(index + 1)}
      aria-valuemin={allowed[0]}
      aria-valuemax={allowed.at(-1)}
      aria-valuenow={seconds}
      aria-valuetext={strings.value.create.seconds(seconds)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        onSet(seconds + step);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, seconds };
      }}
      onPointerMove={(event) => {
        if (start.current) onSet(start.current.seconds + Math.round((event.clientX - start.current.x) / SECOND_WIDTH));
      }}
      onPointerUp={() => (start.current = null)}
    />
  );
}
