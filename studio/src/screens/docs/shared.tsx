/** What the parts of the reference share: their words, the description of a field, and text of the document. */

import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { language } from "../../state/preferences";
import type { Field, Kind, Schema } from "./schema";
import { en } from "./text_en";
import { zh } from "./text_zh";

export const words = computed(() => (language.value === "zh" ? zh : en));

/** The document's sentences in Chinese, once they are needed. */
const sentences = signal<Record<string, string>>({});
let isAsked = false;

/** Return a sentence of the document in the reader's language; one that nobody has translated stays English. */
export function translate(sentence: string): string {
  if (language.value !== "zh") return sentence;
  if (!isAsked) void import("./sentences_zh").then((loaded) => (sentences.value = loaded.SENTENCES));
  isAsked = true;
  return sentences.value[sentence] ?? sentence;
}

/** Text whose words between backticks are code. */
export const Prose = ({ children }: { children: string }) => (
  <>{translate(children).split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}</>
);

export const phraseCount = (count: number) => count.toLocaleString(language.value === "zh" ? "zh-CN" : "en-GB");
const KIB = 1024;
export const phraseBytes = (bytes: number) => (bytes < KIB * KIB ? `${phraseCount(Math.ceil(bytes / KIB))} KiB` : `${(bytes / KIB / KIB).toFixed(1)} MiB`);

/** Return what a field takes, in words: its type, its range, its default. */
export function phraseLimits({ kind, schema }: Field): string {
  const text = words.value;
  const type = text.types[kind === "json" ? "json" : Array.isArray(schema.type) ? "json" : (schema.type ?? (kind === "group" ? "object" : "string"))];
  const said = [kind === "choice" || kind === "picture" ? "" : type, phraseRange(schema.minimum, schema.maximum, (each) => each), phraseLengths(schema), phraseDefault(schema)];
  return said.filter(Boolean).join(" · ");
}

function phraseLengths(schema: Schema): string {
  const text = words.value;
  // That a text may not be empty is said by its being required.
  const characters = phraseRange((schema.minLength ?? 0) > 1 ? schema.minLength : undefined, schema.maxLength, text.characters);
  return characters || phraseRange(schema.minItems || undefined, schema.maxItems, text.entries);
}

function phraseRange(low: number | undefined, high: number | undefined, unit: (count: string) => string): string {
  const text = words.value;
  if (low !== undefined && high !== undefined) return low === high ? unit(phraseCount(low)) : unit(text.range(phraseCount(low), phraseCount(high)));
  if (low !== undefined) return unit(text.atLeast(phraseCount(low)));
  return high === undefined ? "" : unit(text.atMost(phraseCount(high)));
}

function phraseDefault({ default: usual }: Schema): string {
  const isTold = usual !== undefined && usual !== null && usual !== "" && !(Array.isArray(usual) && !usual.length);
  return isTold ? `${words.value.default} ${typeof usual === "string" ? usual : JSON.stringify(usual)}` : "";
}

/** Kinds whose controls name themselves. */
const HAS_PARTS = new Set<Kind>(["group", "list"]);

interface RowProps {
  field: Field;
  id: string;
  problem?: string;
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** A field's name, what it takes and what it means, with its control below. */
export function FieldRow({ field, id, problem, actions, children }: RowProps) {
  const limits = phraseLimits(field);
  return (
    <div class="docs-field">
      <div class="head">
        {HAS_PARTS.has(field.kind) ? (
          <code>{field.name}</code>
        ) : (
          <label for={id}>
            <code>{field.name}</code>
          </label>
        )}
        {field.isRequired && <span class="needed">{words.value.required}</span>}
        <small class="soft">{limits}</small>
        <span class="spread" />
        {actions}
      </div>
      {field.description && (
        <p id={`${id}-about`} class="soft small">
          <Prose>{field.description}</Prose>
        </p>
      )}
      {children}
      {problem && (
        <p class="problem bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

const JSON_PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** JSON with its kinds of values in colours. */
export function Coloured({ children: text }: { children: string }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(JSON_PARTS)) {
    const [whole, string, colon, number] = match;
    const kind = string ? (colon ? "" : "string") : number ? "number" : "word";
    parts.push(text.slice(at, match.index), kind ? <span class={`json-${kind}`}>{whole}</span> : whole);
    at = match.index + whole.length;
  }
  return <>{[...parts, text.slice(at)]}</>;
}
