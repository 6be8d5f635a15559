/** The cast: who and what the video shows, by name. */

import { changeSubject, removeSubject } from "../../canvas/canvas";
import { Button, Select } from "../../components/controls";
import * as Icon from "../../icons";
import { canvas, edit, parameters } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { session } from "../../state/session";
import { findParameter } from "../../canvas/models";
import { Pick, Retry, Shown } from "./picture";
import { ProblemsAt } from "./problems";

export function Cast() {
  const text = strings.value.create;
  const { cast } = canvas.value;
  const voices = [
    { value: "", label: text.noVoice },
    ...(session.value?.voices ?? []).filter((voice) => voice.available).map(({ id, name, language }) => ({ value: id, label: `${name} (${language})` })),
  ];
  const hasVoices = findParameter(parameters.value, "subjects") !== undefined;
  return (
    <div class="cast">
      <ul>
        {cast.map((subject, index) => (
          <li key={subject.key} class="subject">
            <div class={`views of-${Math.min(3, subject.pictures.length)}`}>
              {subject.pictures.map((picture) => (
                <div key={picture.key} class="frame">
                  <Shown picture={picture} alt={subject.name} />
                  <Retry picture={picture} />
                </div>
              ))}
            </div>
            <label class="field">
              <span class="label">{text.name}</span>
              <span class="at">
                <input
                  value={subject.name}
                  maxLength={64}
                  onInput={(event) => {
                    const name = event.currentTarget.value.replace(/[\s@]+/g, "_");
                    edit((before) => changeSubject(before, subject.key, { name }), `name ${subject.key}`);
                  }}
                />
              </span>
            </label>
            {hasVoices && (
              <Select
                label={text.voice}
                value={subject.voice}
                options={voices}
                onChange={(voice) => edit((before) => changeSubject(before, subject.key, { voice }))}
              />
            )}
            <ProblemsAt place={{ kind: "subject", index }} />
            <div class="row">
              <Pick
                label={text.moreViews}
                icon={Icon.Plus}
                kind="quiet"
                place={(before, pictures) => changeSubject(before, subject.key, { pictures: [...subject.pictures, ...pictures] })}
              />
              <span class="spread" />
              <Button kind="quiet" bare icon={Icon.Trash} label={text.remove} onClick={() => edit((before) => removeSubject(before, subject.key))} />
            </div>
          </li>
        ))}
        <li class="subject adds">
          <Pick label={text.addSubject} icon={Icon.Person} kind="quiet" />
        </li>
      </ul>
    </div>
  );
}
