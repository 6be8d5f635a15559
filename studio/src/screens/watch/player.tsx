/** The player: one video or two in step, with one set of controls. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Task } from "../../api/types";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { strings } from "../../state/preferences";
import { Playback, markersOf, pressKey } from "./playback";

export function Player({ tasks }: { tasks: Task[] }) {
  const text = strings.value.watch;
  const playback = useMemo(() => new Playback(), []);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const press = pressKey(playback);
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      playback.stop();
    };
  }, [playback]);
  return (
    <div class="player" ref={frame}>
      <div class={`videos of-${tasks.length}`}>
        {tasks.map((task, index) => (
          <figure key={task.id}>
            <video
              ref={playback.attach(index)}
              src={task.video_url ?? ""}
              {...(task.cover_url ? { poster: task.cover_url } : {})}
              playsInline
              preload="auto"
              muted
              aria-label={tasks.length > 1 ? strings.value.compare.take("AB"[index]!) : task.prompt || text.video}
              onLoadedMetadata={() => {
                playback.load();
                if (index === 0 && tasks.length === 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches) void playback.play();
              }}
              onEnded={index === 0 ? playback.end : undefined}
              onClick={playback.toggle}
            />
            {tasks.length > 1 && <figcaption>{"AB"[index]}</figcaption>}
          </figure>
        ))}
      </div>
      <Scrubber playback={playback} markers={markersOf(tasks[0]?.request?.fields)} />
      <div class="row controls">
        <Button
          kind="quiet"
          bare
          icon={playback.isPlaying.value ? Icon.Pause : Icon.Play}
          label={playback.isPlaying.value ? text.pause : text.play}
          onClick={playback.toggle}
        />
        <Button kind="quiet" bare icon={Icon.Back} label={text.back} onClick={() => playback.step(-1)} />
        <Button kind="quiet" bare icon={Icon.Forward} label={text.forward} onClick={() => playback.step(1)} />
        <output class="clock">{`${playback.time.value.toFixed(2)} / ${playback.duration.value.toFixed(2)}`}</output>
        <span class="spread" />
        <Button
          kind="quiet"
          bare
          icon={Icon.Loop}
          label={text.loop}
          pressed={playback.isLooping.value}
          onClick={() => (playback.isLooping.value = !playback.isLooping.value)}
        />
        <Button
          kind="quiet"
          bare
          icon={playback.isMuted.value ? Icon.Silent : Icon.Sound}
          label={playback.isMuted.value ? text.unmute : text.mute}
          onClick={() => playback.setMuted(!playback.isMuted.value)}
        />
        <Button kind="quiet" bare icon={Icon.Full} label={text.fullscreen} onClick={() => void toggleFullscreen(frame.current)} />
      </div>
    </div>
  );
}

async function toggleFullscreen(element: HTMLElement | null) {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await element?.requestFullscreen();
}

function Scrubber({ playback, markers }: { playback: Playback; markers: number[] }) {
  const text = strings.value.watch;
  const duration = playback.duration.value || 1;
  return (
    <div class="scrubber" style={{ "--at": playback.time.value / duration }}>
      <input
        type="range"
        min={0}
        max={duration}
        step={1 / 24}
        value={playback.time.value}
        aria-label={text.position}
        aria-valuetext={`${playback.time.value.toFixed(2)} s`}
        onInput={(event) => {
          playback.pause();
          playback.seek(event.currentTarget.valueAsNumber);
        }}
      />
      {markers.map((at, index) => (
        <button
          key={at}
          type="button"
          class="marker"
          style={{ left: `${(100 * at) / duration}%` }}
          aria-label={text.marker(index + 1)}
          title={text.marker(index + 1)}
          onClick={() => {
            playback.pause();
            playback.seek(at);
          }}
        />
      ))}
    </div>
  );
}
