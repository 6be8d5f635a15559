/** Limits of a tenant or of a key: shown in one line, changed in a form, put back by undo. */

import { showToast, showUndoable } from "../../state/toasts";
import { FormDialog, numberOf, phraseBytes, phraseCount, tellError, words } from "./shared";

type Values = Record<string, number | null>;

/** Say which limits are set, in one line. */
export function phraseLimits(limits: Values): string {
  const text = words.value.limits;
  const set = Object.entries(limits).filter(([, value]) => value !== null);
  if (!set.length) return text.usual;
  return set.map(([name, value]) => `${value ? phraseLimit(name, value) : text.none} ${text.short[name]}`).join(" · ");
}

const phraseLimit = (name: string, value: number) => (name === "storage_bytes" ? phraseBytes(value) : phraseCount(value));

interface Props {
  name: string;
  limits: Values;
  save: (limits: Values) => Promise<unknown>;
  onSaved: () => void;
  onClose: () => void;
}

export function LimitsDialog({ name, limits, save, onSaved, onClose }: Props) {
  const text = words.value.limits;
  const submit = async (values: Record<string, string>) => {
    const wanted = Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as unknown as Record<string, string>;
    await save(Object.fromEntries(Object.entries(wanted).map(([field, value]) => [field, numberOf(value)])) as Values);
    onSaved();
    // The usual limit cannot be set again: only what stood there as a number is put back.
    const before = Object.fromEntries(Object.entries(limits).filter(([field, value]) => field in wanted && value !== null));
    if (Object.keys(before).length < Object.keys(wanted).length) return showToast(text.saved(name));
    showUndoable(text.saved(name), () => void save(before).then(onSaved, tellError), () => undefined);
  };
  const fields = Object.entries(limits).map(([field, value]) => ({
    name: field,
    label: text[field as "rpm"],
    value: value === null ? "" : String(value),
    isNumber: true,
  }));
  return <FormDialog title={text.title(name)} lead={text.lead} fields={fields} submit={text.save} onSubmit={submit} onClose={onClose} />;
}
