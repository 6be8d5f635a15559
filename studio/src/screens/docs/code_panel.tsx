/** The request as code that follows every edit. */

import { signal } from "@preact/signals";
import { ADMIN_TOKEN } from "../../code/formats";
import { type CodeLanguage, LANGUAGES, shorten, writeSnippet } from "../../code/snippets";
import { Button, Segmented } from "../../components/controls";
import * as Icon from "../../icons";
import { strings } from "../../state/preferences";
import { copyAndSay } from "../../state/toasts";
import { words } from "./shared";
import { request } from "./state";

const language = signal<CodeLanguage>("curl");

export function CodePanel() {
  const text = words.value;
  const written = request.value!;
  const code = writeSnippet(language.value, location.origin, written);
  return (
    <section class="docs-card" aria-label={text.code}>
      <div class="bar">
        <Segmented
          label={strings.value.actions.codeLanguage}
          hideLabel
          value={language.value}
          options={LANGUAGES.map((each) => ({ value: each, label: each }))}
          onChange={(chosen) => (language.value = chosen)}
        />
        <span class="spread" />
        <Button kind="quiet" icon={Icon.Copy} label={strings.value.actions.copy} onClick={() => void copyAndSay(code, text.copied)} />
      </div>
      <pre tabIndex={0} aria-label={text.code} class="code">
        <code>{shorten(code)}</code>
      </pre>
      {written.key && <p class="soft small foot">{text.keyHint(written.key === ADMIN_TOKEN ? ADMIN_TOKEN : written.key)}</p>}
    </section>
  );
}
