/** A form made of a schema: each field with its control, limits and what the server says of it. */

import { useId, useState } from "preact/hooks";
import type { Fields } from "../../api/types";
import { phraseRule } from "../../canvas/problems";
import { Button, Segmented, Select, Slider, Switch } from "../../components/controls";
import * as Icon from "../../icons";
import { language } from "../../state/preferences";
import { PictureControl } from "./picture_control";
import { type Field, type Path, type Schema, describeField, getAt, isLongText, kindOf, listFields, startValue, writePath } from "./schema";
import { FieldRow, words } from "./shared";
import { call, draft, editField, exchange, finishedTasks, form, schemas, verdict } from "./state";
import { TextInput } from "./text_input";

export function Form() {
  const found = form.value;
  if (!found) return null;
  const held = getAt(draft.value.body, found.path);
  const fields = listFields(found.schema, schemas.value, held);
  if (!fields.length) return <p class="soft small">{words.value.noFields}</p>;
  return <FieldList fields={fields} path={[]} value={held} />;
}

/** Return what the example has at a path; further entries of a list are like its first. */
function findExample(path: Path): Fields {
  const at = [...form.value!.path, ...path.map((step) => (typeof step === "number" ? 0 : step))];
  return (getAt(call.value!.body!.example, at) ?? {}) as Fields;
}

/** Those that a request needs or its example has, then the others, folded. */
function FieldList({ fields, path, value }: { fields: Field[]; path: Path; value: unknown }) {
  const example = findExample(path);
  const isUsual = (field: Field) => field.isRequired || field.name in example;
  const others = fields.filter((field) => !isUsual(field));
  const draw = (field: Field) => <Control key={field.name} field={field} path={[...path, field.name]} value={getAt(value, [field.name])} />;
  return (
    <>
      {fields.filter(isUsual).map(draw)}
      {others.length > 0 && (
        <details class="docs-more" open={others.length < 3 || undefined}>
          <summary>{words.value.more(others.length)}</summary>
          {others.map(draw)}
        </details>
      )}
    </>
  );
}

/** Return what is wrong with a field, as the server says it: of the request as it stands, or of the one that was sent. */
function findProblem(path: Path): string {
  const name = writePath(path);
  const sent = exchange.value?.problem;
  const found = verdict.value.problems.find((problem) => problem.field === name) ?? (sent?.field === name ? sent : undefined);
  return found ? phraseRule(found.rule, language.value) : "";
}

interface ControlProps {
  field: Field;
  path: Path;
  value: unknown;
}

function Control({ field, path, value }: ControlProps) {
  const id = useId();
  const problem = findProblem(path);
  const common = { field, id, problem };
  const set = (changed: unknown) => editField(path, changed);
  switch (field.kind) {
    case "group":
      return <Group field={field} path={path} value={value} />;
    case "list":
      return <List field={field} path={path} value={value} />;
    case "flag":
      return (
        <FieldRow {...common} actions={<Switch id={id} label={field.name} hideLabel on={(value ?? field.schema.default) === true} onChange={(on) => set(on === (field.schema.default ?? false) ? undefined : on)} />} />
      );
    case "picture":
      return (
        <FieldRow {...common}>
          <PictureControl id={id} name={writePath(path)} value={typeof value === "string" ? value : ""} isBad={!!problem} onChange={(changed) => set(changed || (field.isRequired ? "" : undefined))} />
        </FieldRow>
      );
    case "choice":
      return (
        <FieldRow {...common}>
          <Choice id={id} field={field} value={value} onChange={set} />
        </FieldRow>
      );
    default:
      return (
        <FieldRow {...common}>
          <Text id={id} field={field} value={value} isBad={!!problem} onChange={set} />
        </FieldRow>
      );
  }
}

const FEW = 5;

function Choice({ id, field, value, onChange }: { id: string; field: Field; value: unknown; onChange: (value: unknown) => void }) {
  const given = field.schema.enum!;
  const usual = field.schema.default;
  const options = given.map((each) => ({ value: String(each), label: String(each) }));
  const chosen = String(value ?? usual ?? "");
  const choose = (text: string) => onChange(text === String(usual) || text === "" ? undefined : given.find((each) => String(each) === text));
  if (given.length <= FEW && chosen) return <Segmented label={field.name} hideLabel options={options} value={chosen} onChange={choose} />;
  return <Select id={id} label={field.name} hideLabel options={chosen ? options : [{ value: "", label: words.value.unset }, ...options]} value={chosen} onChange={choose} />;
}

/** Ranges of whole numbers that a slider shows well. */
const MAX_STEPS = 60;

interface TextProps {
  id: string;
  field: Field;
  value: unknown;
  isBad: boolean;
  onChange: (value: unknown) => void;
}

function Text({ id, field, value, isBad, onChange }: TextProps) {
  const { schema, kind, name } = field;
  const { minimum, maximum } = schema;
  if (kind === "json") return <JsonText id={id} value={value} onChange={onChange} />;
  if (kind === "number" && minimum !== undefined && maximum !== undefined && maximum > minimum && maximum - minimum <= MAX_STEPS) {
    const shown = Number(value ?? schema.default ?? minimum);
    return <Slider id={id} label={name} hideLabel value={shown} min={minimum} max={maximum} shown={String(shown)} onInput={(changed) => onChange(changed === schema.default ? undefined : changed)} />;
  }
  const shown = value === undefined || value === null ? "" : String(value);
  const placeholder = schema.default === null || schema.default === undefined ? "" : String(schema.default);
  const input = (typed: string) => onChange(readText(typed, field));
  if (isLongText(field))
    return (
      <textarea
        id={id}
        rows={2}
        value={shown}
        placeholder={placeholder}
        aria-invalid={isBad ? "true" : undefined}
        aria-describedby={field.description ? `${id}-about` : undefined}
        onInput={(event) => input(event.currentTarget.value)}
      />
    );
  const suggestions = name === "video_creation_id" ? finishedTasks.value : [];
  return <TextInput id={id} value={shown} placeholder={placeholder} isNumber={kind === "number"} isBad={isBad} isDescribed={field.description !== ""} suggestions={suggestions} onInput={input} />;
}

/** What is empty is left out, unless it is needed; what is no number goes as it is, for the server to refuse. */
function readText(text: string, { kind, isRequired }: Field): unknown {
  if (!text) return isRequired ? "" : undefined;
  return kind === "number" && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function JsonText({ id, value, onChange }: { id: string; value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value));
  return (
    <input
      id={id}
      class="mono"
      value={text}
      spellcheck={false}
      onInput={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        try {
          onChange(typed ? JSON.parse(typed) : undefined);
        } catch {
          onChange(typed);
        }
      }}
    />
  );
}

function Group({ field, path, value }: ControlProps) {
  const text = words.value;
  const isThere = value !== undefined && value !== null;
  const fields = listFields(field.schema, schemas.value, value);
  const actions = field.isRequired ? null : (
    <Button
      kind="quiet"
      icon={isThere ? Icon.Minus : Icon.Plus}
      label={isThere ? text.leaveOut : text.include}
      hint={field.name}
      onClick={() => editField(path, isThere ? undefined : startValue(field.schema, schemas.value))}
    />
  );
  return (
    <FieldRow field={field} id={useId()} problem={findProblem(path)} actions={actions}>
      {(isThere || field.isRequired) && (
        <div class="docs-group">
          <FieldList fields={fields} path={path} value={value} />
        </div>
      )}
    </FieldRow>
  );
}

function List({ field, path, value }: ControlProps) {
  const text = words.value;
  const { items = {}, minItems = 0, maxItems = Infinity } = field.schema;
  const entries = Array.isArray(value) ? (value as unknown[]) : [];
  const add = () => editField([...path, entries.length], startValue(items, schemas.value));
  return (
    <FieldRow field={field} id={useId()} problem={findProblem(path)}>
      <ol class="docs-list">
        {entries.map((entry, index) => (
          <li key={index}>
            <Entry schema={items} path={[...path, index]} value={entry} index={index} />
            {entries.length > minItems && <Button kind="quiet" bare icon={Icon.Close} label={text.removeEntry(index + 1)} onClick={() => editField([...path, index], undefined)} />}
          </li>
        ))}
      </ol>
      {entries.length < maxItems && <Button icon={Icon.Plus} label={text.add} hint={text.addTo(field.name)} onClick={add} />}
    </FieldRow>
  );
}

function Entry({ schema, path, value, index }: { schema: Schema; path: Path; value: unknown; index: number }) {
  const field = describeField(words.value.entry(index + 1), schema, schemas.value, true, value);
  const id = useId();
  const problem = findProblem(path);
  if (kindOf(field.schema) === "group")
    return (
      <div class="docs-group">
        <FieldList fields={listFields(field.schema, schemas.value, value)} path={path} value={value} />
        {problem && <p class="problem bad" role="alert">{problem}</p>}
      </div>
    );
  return (
    <div class="entry">
      {field.kind === "picture" ? (
        <PictureControl id={id} name={writePath(path)} value={typeof value === "string" ? value : ""} isBad={!!problem} onChange={(changed) => editField(path, changed)} />
      ) : (
        <Text id={id} field={field} value={value} isBad={!!problem} onChange={(changed) => editField(path, changed ?? "")} />
      )}
      {problem && <p class="problem bad" role="alert">{problem}</p>}
    </div>
  );
}
