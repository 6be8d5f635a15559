/** What the operator's sections share: words, data that refreshes itself, tables, forms. */

import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { ApiError, type Client } from "../../api/client";
import { Button, Dialog } from "../../components/controls";
import { language, strings } from "../../state/preferences";
import { session } from "../../state/session";
import { showToast } from "../../state/toasts";
import { en } from "./text_en";
import { zh } from "./text_zh";

export const words = computed(() => (language.value === "zh" ? zh : en));
export const phraseCount = (count: number) => count.toLocaleString(language.value === "zh" ? "zh-CN" : "en-GB");
const MIB = 1 << 20;
export const phraseBytes = (bytes: number) => (bytes < MIB ? `${phraseCount(Math.round(bytes / 1024))} KiB` : `${phraseCount(Math.round(bytes / MIB))} MiB`);
export const theClient = (): Client => session.value!.client;
export const tellError = (error: unknown) => showToast(error instanceof Error ? error.message : String(error), true);

interface Loaded<T> {
  data: T | null;
  reload: () => Promise<void>;
}

/** Load data now and then again every `everyMs`; 0 loads it once. */
export function useData<T>(load: (client: Client) => Promise<T>, everyMs = 0): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const reload = async () => setData(await load(theClient()));
  useEffect(() => {
    let timer = 0;
    let isGone = false;
    const run = async () => {
      try {
        const found = await load(theClient());
        if (!isGone) setData(() => found);
      } catch (error) {
        if (!isGone) tellError(error);
      }
      if (everyMs && !isGone) timer = window.setTimeout(run, everyMs);
    };
    void run();
    return () => ((isGone = true), clearTimeout(timer));
  }, []);
  return { data, reload: () => reload().catch(tellError) };
}

interface TableProps<T> {
  label: string;
  columns: string[];
  rows: T[] | null;
  /** What to say where there is none. */
  empty?: string;
  keyOf: (row: T) => string;
  /** The cells of a row, one for each column. */
  draw: (row: T) => ComponentChildren[];
}

/** A table; on a phone each row is a card whose cells carry the names of their columns. */
export function Table<T>({ label, columns, rows, empty, keyOf, draw }: TableProps<T>) {
  if (!rows) return <div class="rows shimmer" aria-busy="true" />;
  if (!rows.length) return <p class="notice small soft">{empty ?? words.value.nothing}</p>;
  return (
    <table class="rows" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {draw(row).map((cell, index) => (
              <td key={columns[index]} data-label={columns[index]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface FormField {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  isNumber?: boolean;
  isRequired?: boolean;
  options?: string[];
}

interface FormProps {
  title: string;
  lead?: string;
  fields: FormField[];
  submit: string;
  /** What is wrong beside a field is shown there; the dialog closes where nothing is. */
  onSubmit: (values: Record<string, string>) => Promise<void>;
  onClose: () => void;
  children?: ComponentChildren;
}

export function FormDialog({ title, lead, fields, submit, onSubmit, onClose, children }: FormProps) {
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget as HTMLFormElement)].map(([name, value]) => [name, String(value).trim()]));
    setBusy(true);
    try {
      await onSubmit(values);
      onClose();
    } catch (error) {
      setProblem(error instanceof ApiError ? error : new ApiError(0, String(error)));
      setBusy(false);
    }
  };
  const isKnown = fields.some((field) => field.name === problem?.field);
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="form" onSubmit={send} noValidate>
        {lead && <p class="soft">{lead}</p>}
        {fields.map((field, index) => {
          const isBad = problem?.field === field.name;
          const describes = `${id}-${field.name}`;
          const common = { name: field.name, "aria-invalid": isBad ? ("true" as const) : undefined, "aria-describedby": describes, autofocus: index === 0 };
          return (
            <div key={field.name}>
              <label class="field">
                <span class="label">{field.label}</span>
                {field.options ? (
                  <select {...common}>
                    {field.options.map((option) => (
                      <option key={option}>{option}</option>
                    ))}
                  </select>
                ) : (
                  <input {...common} defaultValue={field.value ?? ""} inputMode={field.isNumber ? "numeric" : "text"} autocomplete="off" required={field.isRequired} />
                )}
              </label>
              <p id={describes} class={`small ${isBad ? "bad" : "soft"}`} role={isBad ? "alert" : undefined}>
                {isBad ? problem?.message : field.hint}
              </p>
            </div>
          );
        })}
        {children}
        {problem && !isKnown && (
          <p class="bad" role="alert">
            {problem.message}
          </p>
        )}
        <div class="row">
          <span class="spread" />
          <Button label={strings.value.actions.close} onClick={onClose} />
          <button class="button main" type="submit" disabled={busy}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Read a field as the whole number that it should be; what is none is left as it is, for the server to refuse. */
export const numberOf = (text: string): unknown => (/^-?\d+$/.test(text) ? Number(text) : text);
