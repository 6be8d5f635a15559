/** What can be done with an ended task. */

import { useState } from "preact/hooks";
import type { Task } from "../../api/types";
import { expiryOf } from "../../canvas/links";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { extendTask, loadTask } from "../../state/canvas";
import { removeTask } from "../../state/gallery";
import { phraseMoment, strings } from "../../state/preferences";
import { goTo } from "../../state/route";
import { canSubmit, session } from "../../state/session";
import { copyAndSay, showToast } from "../../state/toasts";
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

/** Copy the video's link: whoever has it can watch, without a key, until it expires. */
function shareVideo(url: string): Promise<void> {
  const { linkCopied, linkCopiedUntil } = strings.value.actions;
  const end = expiryOf(url);
  return copyAndSay(url, end ? linkCopiedUntil(phraseMoment(end)) : linkCopied);
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
      {isReady && task.video_url && (
        <Button icon={Icon.Link} label={text.share} hint={text.shareHint} onClick={() => void shareVideo(task.video_url!)} />
      )}
      <Button icon={Icon.Code} label={text.code} onClick={() => showCode(true)} />
      {canSubmit.value && (
        <Button kind="quiet" bare icon={Icon.Trash} label={text.remove} onClick={() => (removeTask(task), goTo("gallery"))} />
      )}
      {isCodeShown && task.request && <CodeDialog request={task.request} onClose={() => showCode(false)} />}
    </div>
  );
}
