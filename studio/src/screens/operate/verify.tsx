/** Whose a file is: dropped or chosen, examined by the server, kept nowhere. */

import { useRef, useState } from "preact/hooks";
import type { FileFindings } from "../../api/types";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { linkTo } from "../../state/route";
import { session } from "../../state/session";
import { tellError, theClient, words } from "./shared";

const DOTS = { untouched: "succeeded", altered: "failed", unknown: "cancelled" };

export function Verify() {
  const text = words.value.verify;
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [found, setFound] = useState<FileFindings | null>(null);
  const examine = async (file: File | undefined) => {
    if (!file) return;
    setName(file.name);
    setFound(null);
    try {
      setFound(await theClient().verify(file));
    } catch (error) {
      tellError(error);
    }
    setName("");
  };
  return (
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => (event.preventDefault(), void examine(event.dataTransfer?.files[0]))}
    >
      <Icon.Check />
      <p class="soft">{text.lead}</p>
      <input ref={input} hidden type="file" accept="video/*" onChange={(event) => (void examine(event.currentTarget.files?.[0]), (event.currentTarget.value = ""))} />
      <Button kind="main" label={text.choose} onClick={() => input.current?.click()} />
      <div role="status">{name ? text.working(name) : found && <Findings found={found} />}</div>
    </div>
  );
}

function Findings({ found }: { found: FileFindings }) {
  const text = words.value.verify;
  const { credentials, label, tasks } = found;
  const canRead = session.value!.identity.scopes.includes("read");
  return (
    <div class="card">
      <h2>
        <span class={`dot ${DOTS[found.verdict]}`} /> {text.verdicts[found.verdict]}
      </h2>
      <p>{found.reason}</p>
      <dl class="proof">
        {credentials.signer && <Row name={text.signer}>{credentials.signer}</Row>}
        {credentials.producer && <Row name={text.producer}>{credentials.producer}</Row>}
        {label.aigc && <Row name={text.label}>{Object.values(label.aigc).join(" · ")}</Row>}
        <Row name={text.tasks}>
          {tasks.length
            ? tasks.map((match) => (
                <span key={match.task_id} class="block">
                  {canRead ? <a href={linkTo("watch", match.task_id)}>{match.task_id}</a> : match.task_id} {match.same_file ? text.same : text.like(Math.round(match.likeness * 100))}
                </span>
              ))
            : text.none}
        </Row>
      </dl>
    </div>
  );
}

const Row = ({ name, children }: { name: string; children: preact.ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
