/** The empty canvas: where to drop pictures, and samples that work. */

import { SAMPLES, pictureUrl } from "../../canvas/samples";
import * as Icon from "../../icons";
import { loadSample } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { Pick } from "./picture";

export function EmptyStage() {
  const { create: text, samples, sampleKinds } = strings.value;
  return (
    <div class="empty-stage">
      <div class="drop">
        <Icon.Pictures />
        <h2>{text.emptyTitle}</h2>
        <p class="soft">{text.emptyLead}</p>
        <p>
          <Pick label={text.pick} icon={Icon.Plus} kind="main" /> <span class="soft">{text.paste}</span>
        </p>
      </div>
      <h3>{text.trySample}</h3>
      <ul class="samples">
        {SAMPLES.map((sample) => (
          <li key={sample.id}>
            <button type="button" class="sample" onClick={() => loadSample(sample)}>
              {sample.cover ? (
                <span class={`sheet of-${Math.min(3, sample.pictures.length)}`}>
                  {(sample.pictures.length > 2 ? [sample.pictures[0]!, sample.cover, sample.pictures.at(-1)!] : sample.pictures).map((name) => (
                    <img key={name} src={pictureUrl(name)} alt="" loading="lazy" />
                  ))}
                </span>
              ) : (
                <span class="sheet words">
                  <Icon.Pen />
                </span>
              )}
              <strong>{samples[sample.id]}</strong>
              <small>{sampleKinds[sample.id]}</small>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
