/** Controls that every screen uses: each is one element of the platform, named and reachable by keyboard. */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface ButtonProps {
  label: string;
  icon?: () => JSX.Element;
  onClick: () => void;
  /** Whether only the icon shows; the label is read aloud and stands in the tooltip. */
  bare?: boolean;
  kind?: "main" | "plain" | "quiet";
  disabled?: boolean;
  pressed?: boolean;
  hint?: string;
}

export function Button({ label, icon: Icon, onClick, bare, kind = "plain", disabled, pressed, hint }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind} ${bare ? "bare" : ""}`}
      title={bare ? label : hint}
      aria-label={bare ? label : undefined}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {Icon && <Icon />}
      {!bare && <span>{label}</span>}
    </button>
  );
}

interface Option<T> {
  value: T;
  label: string;
}

interface ChoiceProps<T> {
  label: string;
  options: Option<T>[];
  value: T;
  onChange: (value: T) => void;
  hideLabel?: boolean;
  /** For a label elsewhere, which then names the control. */
  id?: string;
}

/** A few options side by side; arrow keys move between them, as radio buttons do. */
export function Segmented<T extends string | number>({ label, options, value, onChange, hideLabel }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class={hideLabel ? "hidden" : ""}>{label}</legend>
      <div class="segments">
        {options.map((option) => (
          <label key={option.value}>
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Select<T extends string>({ label, options, value, onChange, hideLabel, id }: ChoiceProps<T>) {
  return (
    <label class="field">
      {!id && <span class={hideLabel ? "hidden" : "label"}>{label}</span>}
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  on: boolean;
  onChange: (on: boolean) => void;
  /** Where a label elsewhere names it, by its id. */
  hideLabel?: boolean;
  id?: string;
}

export function Switch({ label, hint, on, onChange, hideLabel, id }: SwitchProps) {
  return (
    <label class="switch">
      <span>
        {!hideLabel && label}
        {hint && <small class="soft">{hint}</small>}
      </span>
      <input type="checkbox" role="switch" id={id} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
    </label>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  shown: string;
  onInput: (value: number) => void;
  /** Where a label elsewhere names it, by its id. */
  hideLabel?: boolean;
  id?: string;
}

export function Slider({ label, value, min, max, shown, onInput, hideLabel, id }: SliderProps) {
  const own = useId();
  return (
    // By its id: of what is inside, a label names the first, and that is the output.
    <label class="field" for={id ?? own}>
      <span class="label">
        {!hideLabel && label} <output aria-hidden="true">{shown}</output>
      </span>
      <input
        type="range"
        id={id ?? own}
        min={min}
        max={max}
        value={value}
        aria-valuetext={shown}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const id = useId();
  return (
    <dialog
      ref={(element) => {
        if (element && !element.open) element.showModal();
      }}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="dialog">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
