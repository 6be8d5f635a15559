/** Pictures on the canvas, and the button that picks more of them. */

import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Canvas, Picture } from "../../canvas/canvas";
import { hostOf } from "../../canvas/links";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { addFiles, uploadPicture } from "../../state/canvas";
import { strings } from "../../state/preferences";

/** A picture with the state of its upload over it. */
export function Shown({ picture, alt }: { picture: Picture; alt: string }) {
  const text = strings.value.create;
  return (
    <>
      {picture.source ? (
        <img src={picture.source} alt={alt} draggable={false} />
      ) : (
        <span class="elsewhere" role="img" aria-label={alt}>
          <Icon.Pictures />
          <span>{hostOf(picture.uri ?? "")}</span>
        </span>
      )}
      {picture.failure ? (
        <span class="over bad">
          <span>{picture.failure}</span>
        </span>
      ) : (
        !picture.uri && <span class="over loading" role="img" aria-label={text.uploading} />
      )}
    </>
  );
}

export function Retry({ picture }: { picture: Picture }) {
  if (!picture.failure) return null;
  return <Button label={strings.value.create.retry} onClick={() => void uploadPicture(picture)} />;
}

interface PickProps {
  label: string;
  icon: () => JSX.Element;
  kind?: "main" | "plain" | "quiet";
  place?: (before: Canvas, pictures: Picture[]) => Canvas;
  single?: boolean;
  class?: string;
}

export function Pick({ label, icon: Glyph, kind = "plain", place, single, class: extra = "" }: PickProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        hidden
        type="file"
        accept={`image/png,image/jpeg,image/webp${place ? "" : ",video/mp4"}`}
        multiple={!single}
        onChange={(event) => {
          addFiles(event.currentTarget.files ?? [], place);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class={`button ${kind} ${extra}`} onClick={() => input.current?.click()}>
        <Glyph />
        <span>{label}</span>
      </button>
    </>
  );
}
