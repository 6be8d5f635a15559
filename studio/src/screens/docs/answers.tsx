/** What a call answers: each status with its meaning, an example and the fields of the answer. */

import { useState } from "preact/hooks";
import { Segmented } from "../../components/controls";
import { Coloured, phraseLimits, translate, words } from "./shared";
import { type Schema, listFields, resolve } from "./schema";
import { call, schemas } from "./state";

export function Answers() {
  const text = words.value;
  const { responses, id } = call.value!;
  const statuses = Object.keys(responses);
  const [chosen, choose] = useState("");
  const status = statuses.includes(chosen) ? chosen : statuses[0]!;
  const answer = responses[status];
  if (!answer) return null;
  const [media = "", content] = Object.entries(answer.content ?? {})[0] ?? [];
  const example = content?.example ?? Object.values(content?.examples ?? {})[0]?.value;
  const schema = content?.schema && resolve(content.schema, schemas.value);
  return (
    <section class="docs-answers" key={id}>
      <h2>{text.answers}</h2>
      <Segmented label={text.answers} hideLabel value={status} options={statuses.map((each) => ({ value: each, label: each }))} onChange={choose} />
      {/* One sentence for each cause. */}
      <ul class="soft small">
        {(answer.description ?? "").split(/(?<=\.) (?=[A-Z])/).map((sentence) => (
          <li key={sentence}>{translate(sentence)}</li>
        ))}
      </ul>
      {example !== undefined && (
        <pre tabIndex={0} aria-label={text.example}>{typeof example === "string" ? example : <Coloured>{JSON.stringify(example, null, 2)}</Coloured>}</pre>
      )}
      {example === undefined && media && media !== JSON_TYPE && <p class="small"><code>{media}</code></p>}
      {status.startsWith("2") && schema && <AnswerFields schema={schema} isOpen={example === undefined} />}
    </section>
  );
}

const JSON_TYPE = "application/json";

function AnswerFields({ schema, isOpen }: { schema: Schema; isOpen: boolean }) {
  const text = words.value;
  const found = listRows(schema, "", 0);
  if (!found.length) return null;
  return (
    <details open={isOpen}>
      <summary>{text.answerFields}</summary>
      <dl class="docs-rows">
        {found.map(({ name, limits, description }) => (
          <div key={name}>
            <dt>
              <code>{name}</code> <small class="soft">{limits}</small>
            </dt>
            {description && <dd class="soft small">{translate(description)}</dd>}
          </div>
        ))}
      </dl>
    </details>
  );
}

interface Row {
  name: string;
  limits: string;
  description: string;
}

const MAX_DEPTH = 3;

function listRows(schema: Schema, way: string, depth: number): Row[] {
  return listFields(schema, schemas.value).flatMap((field) => {
    const name = way + field.name;
    const inner = field.kind === "list" ? resolve(field.schema.items!, schemas.value) : field.schema;
    const deeper = depth < MAX_DEPTH && (inner.properties || inner.allOf) ? listRows(inner, `${name}${field.kind === "list" ? "[]" : ""}.`, depth + 1) : [];
    const choices = field.schema.enum?.join(", ") ?? "";
    return [{ name, limits: [choices, phraseLimits(field)].filter(Boolean).join(" · "), description: field.description }, ...deeper];
  });
}
