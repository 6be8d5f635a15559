/** A picture of a request: a file that is uploaded or written into it, a sample of this server, or an address. */

import { useRef, useState } from "preact/hooks";
import { sourceOf } from "../../canvas/links";
import { pictureUrl } from "../../canvas/samples";
import { Button, Switch } from "../../components/controls";
import * as Icon from "../../icons";
import { session } from "../../state/session";
import { showToast } from "../../state/toasts";
import { phraseBytes, words } from "./shared";

/** In the order of a flight: what goes from one to the next makes a video. */
const SAMPLES = ["flight-0", "flight-1", "flight-2", "flight-3", "flight-4", "lighthouse", "start", "end"];
const DATA_URI = "data:";
/** Where uploads can be seen, by their names in requests. */
const uploaded = new Map<string, string>();

interface Props {
  id: string;
  /** The field's name in the request; it makes the control's name when it is read aloud. */
  name: string;
  value: string;
  isBad: boolean;
  onChange: (value: string) => void;
}

export function PictureControl({ id, name, value, isBad, onChange }: Props) {
  const text = words.value.picture;
  const input = useRef<HTMLInputElement>(null);
  const [isInline, setInline] = useState(value.startsWith(DATA_URI));
  const [isBusy, setBusy] = useState(false);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    try {
      onChange(isInline || !session.value ? await readDataUri(file) : await upload(file));
    } catch (error) {
      showToast(error instanceof Error ? error.message : String(error), true);
    }
    setBusy(false);
  };
  const source = uploaded.get(value) ?? sourceOf(value);
  return (
    <div
      class="docs-picture"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => (event.preventDefault(), void take(event.dataTransfer?.files[0]))}
    >
      <div class={`thumb ${isBusy ? "over loading" : ""}`}>{source ? <img src={source} alt={text.preview} /> : <Icon.Pictures />}</div>
      <div class="controls">
        {value.startsWith(DATA_URI) ? (
          <p class="small">{text.inlined(phraseBytes(value.length))}</p>
        ) : (
          <input
            id={id}
            class="mono"
            aria-label={`${name}: ${text.address}`}
            aria-invalid={isBad ? "true" : undefined}
            value={value}
            spellcheck={false}
            onInput={(event) => onChange(event.currentTarget.value.trim())}
          />
        )}
        <div class="row">
          <input ref={input} hidden type="file" accept="image/png,image/jpeg,image/webp" onChange={(event) => (void take(event.currentTarget.files?.[0]), (event.currentTarget.value = ""))} />
          <Button icon={Icon.Pictures} label={isBusy ? text.uploading : text.choose} hint={name} disabled={isBusy} onClick={() => input.current?.click()} />
          <Button kind="quiet" icon={Icon.Spark} label={text.sample} hint={name} onClick={() => onChange(nextSample(value))} />
          {session.value && <Switch label={text.inline} hint={text.inlineHint} on={isInline} onChange={setInline} />}
        </div>
      </div>
    </div>
  );
}

async function upload(file: File): Promise<string> {
  const { uri, url } = await session.value!.client.upload(file);
  uploaded.set(uri, url);
  return uri;
}

function readDataUri(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function nextSample(value: string): string {
  const shown = SAMPLES.findIndex((name) => value.endsWith(pictureUrl(name)));
  return location.origin + pictureUrl(SAMPLES[(shown + 1) % SAMPLES.length]!);
}

