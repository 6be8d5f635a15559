/** What can be done with an ended task. */

import { useState } from "preact/hooks";
import type { Task } from "../../api/types";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { extendTask, loadTask } from "../../state/canvas";
import { removeTask } from "../../state/gallery";
import { strings } from "../../state/preferences";
import { goTo } from "../../state/route";
import { canSubmit, session } from "../../state/session";
import { showToast } from "../../state/toasts";
import { CodeDialog } from "./code_dialog";

/** Order the same once more; without a seed the server takes another one. */
async function orderAgain(task: Task): Promise<void> {
  const { client } = session.value!;
  try {
    const { request } = await client.getTask(task.id);
    const { seed: _, ...fields } = request!.fields;
    goTo("watch", await client.submit(request!.operation, { model: request!.model, ...fields }));
  } catch (error) {
    showToast(error instanceof Error ? error.message : String(error), true);
  }
}

export function Actions({ task }: { task: Task }) {
  const text = strings.value.actions;
  const [isCodeShown, showCode] = useState(false);
  const isReady = task.state === "succeeded";
  return (
    <div class="actions">
      {isReady && (
        <a class="button main" href={task.video_url ?? ""} download={`keyreel-${task.id}.mp4`}>
          <Icon.Download />
          <span>{text.download}</span>
        </a>
      )}
      {canSubmit.value && (
        <>
          <Button icon={Icon.Pen} label={text.change} hint={text.changeHint} onClick={() => (loadTask(task), goTo("create"))} />
          <Button icon={Icon.Again} label={text.again} hint={text.againHint} onClick={() => void orderAgain(task)} />
          {isReady && (
            <Button icon={Icon.Extend} label={text.extend} hint={text.extendHint} onClick={() => (extendTask(task), goTo("create"))} />
          )}
        </>
      )}
      {isReady && <Button icon={Icon.Compare} label={text.compare} hint={text.compareHint} onClick={() => goTo("compare", task.id)} />}
      <Button icon={Icon.Code} label={text.code} onClick={() => showCode(true)} />
      {canSubmit.value && (
        <Button kind="quiet" icon={Icon.Trash} label={text.remove} onClick={() => (removeTask(task), goTo("gallery"))} />
      )}
      {isCodeShown && task.request && <CodeDialog request={task.request} onClose={() => showCode(false)} />}
    </div>
  );
}
