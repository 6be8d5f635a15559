/** The parameters of a call: in its path, its query and its headers. */

import { useId } from "preact/hooks";
import { Select } from "../../components/controls";
import type { ApiParameter } from "./catalogue";
import { describeField } from "./schema";
import { FieldRow, words } from "./shared";
import { call, draft, editParameter, exchange, finishedTasks, schemas } from "./state";
import { TextInput } from "./text_input";

const isNeeded = (parameter: ApiParameter) => parameter.required || parameter.in === "path";

/** Those that the call cannot do without. */
export function NeededParameters() {
  const needed = call.value!.parameters.filter(isNeeded);
  if (!needed.length) return null;
  return (
    <section>
      <h3>{words.value.parameters}</h3>
      {needed.map((each) => (
        <Parameter key={each.name} parameter={each} />
      ))}
    </section>
  );
}

export function OtherParameters() {
  const others = call.value!.parameters.filter((each) => !isNeeded(each));
  if (!others.length) return null;
  return (
    <details class="docs-more" open={!call.value!.body}>
      <summary>{words.value.moreParameters(others.every((each) => each.in === "header"), others.length)}</summary>
      {others.map((each) => (
        <Parameter key={each.name} parameter={each} />
      ))}
    </details>
  );
}

function Parameter({ parameter }: { parameter: ApiParameter }) {
  const id = useId();
  const { name, schema = { type: "string" } } = parameter;
  const isRequired = parameter.required ?? parameter.in === "path";
  const field = describeField(name, { ...schema, description: parameter.description ?? schema.description ?? "" }, schemas.value, isRequired);
  const value = draft.value.parameters[name] ?? "";
  const problem = exchange.value?.problem?.field === name ? exchange.value.problem.rule : "";
  return (
    <FieldRow field={field} id={id} problem={problem} actions={<small class="soft">{words.value.parts[parameter.in]}</small>}>
      {field.kind === "choice" ? (
        <Select
          id={id}
          label={name}
          hideLabel
          value={value}
          options={[{ value: "", label: words.value.unset }, ...field.schema.enum!.map((each) => ({ value: String(each), label: String(each) }))]}
          onChange={(chosen) => editParameter(name, chosen)}
        />
      ) : (
        <TextInput
          id={id}
          value={value}
          placeholder={field.schema.default === undefined || field.schema.default === null ? "" : String(field.schema.default)}
          isNumber={field.kind === "number"}
          isBad={problem !== ""}
          isDescribed={field.description !== ""}
          suggestions={["id", "task", "task_id"].includes(name) ? finishedTasks.value : []}
          onInput={(typed) => editParameter(name, typed.trim())}
        />
      )}
    </FieldRow>
  );
}
