/** The very request as code, in the format and the language of one's choice. */

import { useEffect, useState } from "preact/hooks";
import type { Parameter, TaskRequest } from "../../api/types";
import { FORMAT_TITLES, type Format, listFormats, writeOrder } from "../../code/formats";
import { type CodeLanguage, LANGUAGES, leaveOutDefaults, writeSnippet } from "../../code/snippets";
import { Button, Dialog, Segmented } from "../../components/controls";
import * as Icon from "../../icons";
import { strings } from "../../state/preferences";
import { session } from "../../state/session";
import { copyAndSay } from "../../state/toasts";

export function CodeDialog({ request, onClose }: { request: TaskRequest; onClose: () => void }) {
  const text = strings.value.actions;
  const [format, setFormat] = useState<Format>("native");
  const [language, setLanguage] = useState<CodeLanguage>("curl");
  const operation = session.value!.models
    .find((model) => model.id === request.model)
    ?.operations.find((each) => each.operation === request.operation);
  const [parameters, setParameters] = useState<Parameter[]>([]);
  const id = operation?.ids.vtrix;
  useEffect(() => {
    if (id) session.value!.client.describeModel(id).then(setParameters, () => undefined); // The code only grows longer.
  }, [id]);
  if (!operation) return null;
  const code = writeSnippet(language, location.origin, writeOrder(format, operation, leaveOutDefaults(request, parameters)));
  return (
    <Dialog title={text.code} onClose={onClose}>
      <div class="row">
        <Segmented
          label={text.codeLanguage}
          value={language}
          options={LANGUAGES.map((each) => ({ value: each, label: each }))}
          onChange={setLanguage}
        />
        <Segmented
          label={text.format}
          value={format}
          options={listFormats(operation).map((each) => ({ value: each, label: FORMAT_TITLES[each] }))}
          onChange={setFormat}
        />
      </div>
      <pre tabIndex={0} aria-label={text.code}>
        <code>{code}</code>
      </pre>
      <div class="row">
        <p class="soft small">{text.keyHint}</p>
        <span class="spread" />
        <Button label={text.close} onClick={onClose} />
        <Button
          kind="main"
          icon={Icon.Code}
          label={text.copy}
          onClick={() => void copyAndSay(code, text.copied)}
        />
      </div>
    </Dialog>
  );
}
