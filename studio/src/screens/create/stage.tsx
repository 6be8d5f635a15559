/** The selected keyframe or shot, large; a single picture; or the video that goes on. */

import { addPictures, removeFrame, replacePicture } from "../../canvas/canvas";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { canvas, edit, selectedShot, selection } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { Pick, Retry, Shown } from "./picture";

export function Stage() {
  const text = strings.value.create;
  const { frames, source } = canvas.value;
  if (source)
    return (
      <div class="stage">
        <figure class="view">
          <div class="frame">{source.cover && <img src={source.cover} alt={text.extending} />}</div>
          <figcaption>
            <Icon.Extend /> {text.extending}
            <Button kind="quiet" bare icon={Icon.Close} label={text.remove} onClick={() => edit((before) => ({ ...before, source: null }))} />
          </figcaption>
        </figure>
      </div>
    );
  if (frames.length > 1 && selection.value.kind === "shot") return <ShotView index={selectedShot.value} />;
  const index = frames.length > 1 ? selection.value.index : 0;
  const frame = frames[index];
  if (!frame) return null;
  return (
    <div class="stage">
      <figure class="view">
        <div class="frame">
          <Shown picture={frame} alt={text.keyframe(index + 1, frames.length)} />
        </div>
        <figcaption>
          <span>{frames.length > 1 ? text.keyframe(index + 1, frames.length) : frame.name}</span>
          {frame.width > 0 && <span class="soft">{`${frame.width} × ${frame.height}`}</span>}
          <span class="spread" />
          <Retry picture={frame} />
          <Pick
            label={text.replace}
            icon={Icon.Swap}
            kind="quiet"
            single
            place={(before, [picture]) => replacePicture(before, frame.key, picture!)}
          />
          <Button kind="quiet" icon={Icon.Trash} label={text.remove} onClick={() => edit((before) => removeFrame(before, index))} />
          {frames.length === 1 && <Pick label={text.addFrame} icon={Icon.Plus} place={addPictures} />}
        </figcaption>
      </figure>
    </div>
  );
}

/** Where a shot leads from, and where to. */
function ShotView({ index }: { index: number }) {
  const text = strings.value.create;
  const { frames } = canvas.value;
  const [from, to] = [frames[index], frames[index + 1]];
  if (!from || !to) return null;
  return (
    <div class="stage">
      <div class="pair">
        {[from, to].map((picture, side) => (
          <button
            key={picture.key}
            type="button"
            class="frame"
            onClick={() => (selection.value = { kind: "frame", index: index + side })}
          >
            <Shown picture={picture} alt={text.keyframe(index + side + 1, frames.length)} />
          </button>
        ))}
        <span class="leads" aria-hidden="true">
          <Icon.Arrow />
        </span>
      </div>
    </div>
  );
}
