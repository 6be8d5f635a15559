/** Create: what is on the canvas, the prompt, and the settings of the chosen model. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button, Segmented } from "../../components/controls";
import { changeRole, hasTimeline, isEmpty, EMPTY } from "../../canvas/canvas";
import * as Icon from "../../icons";
import { addFiles, canRedo, canUndo, canvas, edit, readingVideo, redo, undo } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { Cast } from "./cast";
import { Composer } from "./composer";
import { EmptyStage } from "./empty_stage";
import { Settings } from "./settings";
import { Stage } from "./stage";
import { Timeline } from "./timeline";

const isDropping = signal(false);

export function CreateScreen() {
  const text = strings.value.create;
  usePaste();
  useUndoKeys();
  const now = canvas.value;
  const hasPictures = now.frames.length > 0 || now.cast.length > 0;
  return (
    <div
      class={`create-grid ${isDropping.value ? "dropping" : ""}`}
      data-drop={text.dropNow}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        isDropping.value = true;
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node) || (isDropping.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        isDropping.value = false;
        if (event.dataTransfer) addFiles(event.dataTransfer.files);
      }}
    >
      <section class="work" aria-label={text.title}>
        <h1 class="hidden">{text.title}</h1>
        <div class="toolbar">
          {hasPictures ? (
            <Segmented
              label={text.role}
              hideLabel
              value={now.role}
              options={[
                { value: "frames", label: text.frames },
                { value: "cast", label: text.cast },
              ]}
              onChange={(role) => edit((before) => changeRole(before, role))}
            />
          ) : (
            <span />
          )}
          <span class="spread" />
          <Button kind="quiet" bare icon={Icon.Undo} label={text.undo} disabled={!canUndo.value} onClick={undo} />
          <Button kind="quiet" bare icon={Icon.Redo} label={text.redo} disabled={!canRedo.value} onClick={redo} />
          {!isEmpty(now) && <Button kind="quiet" label={text.startOver} onClick={() => edit(() => EMPTY)} />}
        </div>
        {readingVideo.value && (
          <p class="soft" role="status">
            {text.readingVideo(readingVideo.value)}
          </p>
        )}
        {isEmpty(now) || (!hasPictures && !now.source) ? <EmptyStage /> : now.role === "cast" && !now.source ? <Cast /> : <Stage />}
        {hasTimeline(now) && now.role === "frames" && <Timeline />}
        <Composer />
      </section>
      <Settings />
    </div>
  );
}

/** Take pictures from the clipboard, wherever on the page they are pasted. */
function usePaste() {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      addFiles(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}

function useUndoKeys() {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      if (event.shiftKey) redo();
      else undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
