/** The API reference: a form made from the server's own schemas, beside the code that does the same. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Segmented } from "../../components/controls";
import * as Icon from "../../icons";
import { language } from "../../state/preferences";
import { Answers } from "./answers";
import { Chooser, Verb } from "./chooser";
import { CodePanel } from "./code_panel";
import { ExchangePanel, SendBar } from "./exchange_panel";
import { Form } from "./form";
import { listGuides } from "./guides";
import { KeyField } from "./key_field";
import { NeededParameters, OtherParameters } from "./parameters";
import { Prose, words } from "./shared";
import { call, chooseFile, document, draft, editBody, failure, keyOf, loadDocument, resetDraft } from "./state";
import "../../styles/docs.css";

export function DocsScreen() {
  const text = words.value;
  useEffect(() => void loadDocument(), []);
  if (failure.value)
    return (
      <div class="notice">
        <Icon.Warning />
        <p>{text.failed}</p>
        <p class="soft small">{failure.value}</p>
        <Button kind="main" label={text.again} onClick={() => void loadDocument()} />
      </div>
    );
  if (!document.value || !call.value)
    return (
      <div class="notice" aria-busy="true">
        <p class="soft">{text.loading}</p>
      </div>
    );
  return (
    <div class="docs-page">
      <header>
        <div>
          <h1>{text.title}</h1>
          <p class="soft">{text.lead}</p>
        </div>
        <KeyField />
      </header>
      <Chooser />
      <div class="docs-grid">
        <div class="docs-form">
          <About />
          <Request key={keyOf(call.value)} />
          <SendBar />
        </div>
        <div class="docs-side">
          <CodePanel />
          <ExchangePanel />
        </div>
        <div class="docs-about-answers">
          <Answers />
          <Guides />
        </div>
      </div>
    </div>
  );
}

function About() {
  const chosen = call.value!;
  return (
    <div class="docs-about">
      <h2>
        <Verb method={chosen.method} /> <code>{chosen.path}</code>
      </h2>
      <p>
        <Prose>{chosen.summary}</Prose>
      </p>
      {chosen.description && (
        <p class="soft small">
          <Prose>{chosen.description}</Prose>
        </p>
      )}
      <p class="soft small">
        <Icon.Key /> {words.value.access[chosen.access]}
      </p>
    </div>
  );
}

type Mode = "form" | "json";

function Request() {
  const text = words.value;
  const chosen = call.value!;
  const [mode, setMode] = useState<Mode>("form");
  return (
    <>
      <NeededParameters />
      {chosen.takesFile && <FileChooser />}
      {chosen.body && (
        <section>
          <div class="row">
            <h3>{text.fields}</h3>
            <span class="spread" />
            <Button kind="quiet" icon={Icon.Undo} label={text.reset} onClick={resetDraft} />
            <Segmented<Mode> label={text.fields} hideLabel value={mode} options={[{ value: "form", label: text.form }, { value: "json", label: text.json }]} onChange={setMode} />
          </div>
          {mode === "form" ? <Form /> : <JsonBody />}
        </section>
      )}
      <OtherParameters />
    </>
  );
}

function JsonBody() {
  const text = words.value;
  const [typed, setTyped] = useState(() => JSON.stringify(draft.value.body, null, 2));
  const [isBad, setBad] = useState(false);
  const change = (value: string) => {
    setTyped(value);
    try {
      editBody(JSON.parse(value));
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return (
    <>
      <textarea class="mono" rows={18} aria-label={text.json} aria-invalid={isBad ? "true" : undefined} value={typed} spellcheck={false} onInput={(event) => change(event.currentTarget.value)} />
      {isBad && <p class="problem bad" role="alert">{text.badJson}</p>}
    </>
  );
}

function FileChooser() {
  const text = words.value.file;
  const input = useRef<HTMLInputElement>(null);
  const { file } = draft.value;
  return (
    <div class="row">
      <input ref={input} hidden type="file" onChange={(event) => chooseFile(event.currentTarget.files?.[0] ?? null)} />
      <Button icon={Icon.Plus} label={text.choose} onClick={() => input.current?.click()} />
      <span class="soft small">{file?.name ?? text.none}</span>
    </div>
  );
}

function Guides() {
  const text = words.value;
  const home = document.value!.externalDocs?.url;
  return (
    <section class="docs-guides">
      <h2>{text.guides}</h2>
      <p class="soft small">{home ? text.guidesLead : text.guidesNamed}</p>
      <ul>
        {listGuides(call.value!).map(({ path, title }) => (
          <li key={path}>
            {home ? <a href={`${home}/${path}/`} target="_blank" rel="noreferrer">{title[language.value]}</a> : <>{title[language.value]} <code class="soft small">docs/{path}.md</code></>}
          </li>
        ))}
        <li>
          <a href="/openapi.json">{text.document}</a>
        </li>
        <li>
          <a href="/llms.txt">{text.llms}</a>
        </li>
      </ul>
    </section>
  );
}
