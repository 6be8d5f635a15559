/** The chosen model and its settings: only those that it has, within its limits. */

import { hasTimeline, setOption } from "../../canvas/canvas";
import { defaultOf, findParameter, listRatios, listSeconds, titleOf } from "../../canvas/models";
import { Button, Segmented, Select, Slider, Switch } from "../../components/controls";
import * as Icon from "../../icons";
import { assessment, canvas, edit, offer, offers, operation, parameters } from "../../state/canvas";
import { strings } from "../../state/preferences";
import { session } from "../../state/session";
import { ProblemsAt } from "./problems";

const set = (name: string, value: unknown, gesture = "") => edit((before) => setOption(before, name, value), gesture);
const has = (name: string) => findParameter(parameters.value, name) !== undefined;
const valueOf = (name: string) => canvas.value.options[name] ?? defaultOf(parameters.value, name);

export function Settings() {
  const { create: text, operations } = strings.value;
  const chosen = offer.value;
  return (
    <aside class="settings" aria-label={text.settings}>
      <details open={!matchMedia("(max-width: 60rem)").matches}>
        <summary>
          <Icon.Sliders />
          {text.settings}
          <span class="soft">{operations[operation.value]}</span>
        </summary>
        {chosen && (
          <div class="fields">
            <Select
              label={text.model}
              value={chosen.model}
              options={offers.value.map(({ model }) => ({ value: model, label: titleOf(model) }))}
              onChange={(model) => edit((before) => ({ ...before, model }))}
            />
            <Resolution />
            {!hasTimeline(canvas.value) && <Duration />}
            {has("aspect_ratio") && <Ratio />}
            {["movement_amplitude", "style"].filter(has).map((name) => (
              <Choice key={name} name={name} />
            ))}
            <Voice />
            {["audio", "bgm"].filter(has).map((name) => (
              <Toggle key={name} name={name} />
            ))}
            {has("audio_type") && valueOf("audio") === true && <Choice name="audio_type" />}
            {["watermark", "off_peak", "is_rec"].filter(has).map((name) => (
              <Toggle key={name} name={name} />
            ))}
            <Seed />
            {["resolution", "duration", "aspect_ratio", "seed", "off_peak"].map((name) => (
              <ProblemsAt key={name} place={{ kind: "option", name }} />
            ))}
          </div>
        )}
      </details>
    </aside>
  );
}

function Resolution() {
  const value = String(valueOf("resolution"));
  const options = offer.value!.operation.limits.resolutions.map((each) => ({ value: each, label: each }));
  return <Segmented label={strings.value.fields.resolution!} value={value} options={options} onChange={(chosen) => set("resolution", chosen)} />;
}

function Duration() {
  const allowed = listSeconds(offer.value!.operation, false);
  const { create: text, fields } = strings.value;
  const value = Number(valueOf("duration") ?? allowed[0]);
  const label = fields.duration!;
  if (allowed.length === 1)
    return (
      <p class="fixed">
        <span class="label">{label}</span> <output>{text.seconds(allowed[0]!)}</output>
      </p>
    );
  if (allowed.length < 5)
    return (
      <Segmented
        label={label}
        value={value}
        options={allowed.map((each) => ({ value: each, label: text.seconds(each) }))}
        onChange={(chosen) => set("duration", chosen)}
      />
    );
  return (
    <Slider
      label={label}
      value={value}
      min={allowed[0]!}
      max={allowed.at(-1)!}
      shown={text.seconds(value)}
      onInput={(chosen) => set("duration", chosen, "duration")}
    />
  );
}

function Ratio() {
  const options = listRatios(offer.value!.operation).map((each) => ({ value: each, label: each }));
  return (
    <Segmented
      label={strings.value.fields.aspect_ratio!}
      value={String(valueOf("aspect_ratio"))}
      options={options}
      onChange={(chosen) => set("aspect_ratio", chosen)}
    />
  );
}

function Choice({ name }: { name: string }) {
  const { fields, values } = strings.value;
  const given = findParameter(parameters.value, name)?.constraints.enum ?? [];
  // Two values that mean the same are one choice.
  const distinct = given.map(String).filter((each) => !(each === "high" && given.includes("large")));
  const options = distinct.map((each) => ({ value: each, label: values[each] ?? each }));
  const value = String(valueOf(name));
  return <Segmented label={fields[name] ?? name} value={value} options={options} onChange={(chosen) => set(name, chosen)} />;
}

function Toggle({ name }: { name: string }) {
  const { create: text, fields } = strings.value;
  const hint = name === "off_peak" ? text.offPeakHint(assessment.value.quote?.off_peak_credits ?? null) : "";
  return <Switch label={fields[name] ?? name} hint={hint} on={valueOf(name) === true} onChange={(on) => set(name, on)} />;
}

function Voice() {
  if (!has("voice_id") || canvas.value.role === "cast") return null;
  const { create: text, fields } = strings.value;
  const voices = (session.value?.voices ?? []).filter((voice) => voice.available);
  const options = [
    { value: "", label: text.automatic },
    ...voices.map(({ id, name, language }) => ({ value: id, label: `${name} (${language})` })),
  ];
  return (
    <Select
      label={fields.voice_id!}
      value={String(valueOf("voice_id") ?? "")}
      options={options}
      onChange={(chosen) => set("voice_id", chosen || undefined)}
    />
  );
}

/** Seeds that are chosen here are below this. */
const MAX_SEED = 2 ** 31;

function Seed() {
  const { create: text, fields } = strings.value;
  const value = canvas.value.options.seed;
  return (
    <div class="seed">
      <label class="field">
        <span class="label">{fields.seed}</span>
        <input
          inputMode="numeric"
          placeholder={text.random}
          value={value === undefined ? "" : String(value)}
          onInput={(event) => {
            const typed = event.currentTarget.value.trim();
            set("seed", typed === "" ? undefined : /^-?\d+$/.test(typed) ? Number(typed) : typed, "seed");
          }}
        />
      </label>
      <Button bare icon={Icon.Dice} label={text.newSeed} onClick={() => set("seed", 1 + Math.floor(Math.random() * MAX_SEED))} />
    </div>
  );
}
