/** Usage by day, and the proof that the books are right. */

import { useState } from "preact/hooks";
import { type Day, type Proof, exportLedger, listDays, showClock, verifyAuditLog, verifyLedger } from "../../api/operator";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { sumDays } from "./days";
import { Table, phraseCount, tellError, theClient, useData, words } from "./shared";

const DAYS = 30;

export function Usage() {
  const { usage: text, columns, sections } = words.value;
  // The server's clock says what today is: it may have been moved.
  const { data } = useData(async (client) => ({ days: await listDays(client, DAYS), today: (await showClock(client)).now.slice(0, 10) }));
  const totals = data ? sumDays(data.days, data.today, DAYS) : [];
  const most = Math.max(1, ...totals.map((each) => each.credits));
  const sum = (name: "tasks" | "credits") => phraseCount(totals.reduce((total, each) => total + each[name], 0));
  return (
    <>
      <section class="card">
        <h2>{text.total(sum("credits"), sum("tasks"))}</h2>
        <p class="soft small">{text.lead}</p>
        <div class="bars" aria-hidden="true">
          {totals.map((each) => (
            <span key={each.day} title={`${each.day}: ${phraseCount(each.credits)}`} style={{ height: `${(100 * each.credits) / most}%` }} />
          ))}
        </div>
      </section>
      <Books />
      <Table<Day>
        label={sections.usage}
        columns={[columns.day, columns.tenant, columns.tasks, columns.credits]}
        rows={data && [...data.days].reverse()}
        keyOf={(each) => `${each.day} ${each.tenant}`}
        draw={(each) => [each.day, each.tenant, phraseCount(each.tasks), phraseCount(each.credits)]}
      />
    </>
  );
}

function Books() {
  const text = words.value.usage;
  const [proof, setProof] = useState<{ ledger: Proof; audit: Proof } | null>(null);
  const [busy, setBusy] = useState(false);
  const prove = async () => {
    setBusy(true);
    try {
      const [ledger, audit] = await Promise.all([verifyLedger(theClient()), verifyAuditLog(theClient())]);
      setProof({ ledger, audit });
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
  };
  return (
    <section class="card">
      <div class="row">
        <Button kind="main" icon={Icon.Check} label={busy ? text.proving : text.prove} disabled={busy} onClick={() => void prove()} />
        <Button icon={Icon.Download} label={text.download} onClick={() => void download().catch(tellError)} />
      </div>
      <div role="status">
        {proof && (
          <dl class="proof">
            <Verdict name={text.ledger} proof={proof.ledger} said={`${text.balanced(proof.ledger.tasks ?? 0)} ${text.open(proof.ledger.open_holds ?? 0)}`} />
            <Verdict name={text.audit} proof={proof.audit} said={text.whole(proof.audit.entries ?? 0)} />
          </dl>
        )}
      </div>
    </section>
  );
}

function Verdict({ name, proof, said }: { name: string; proof: Proof; said: string }) {
  return (
    <div>
      <dt>
        <span class={`dot ${proof.ok ? "succeeded" : "failed"}`} /> {name}
      </dt>
      <dd class={proof.ok ? "" : "bad"}>{proof.ok ? said : `${words.value.usage.wrong}: ${proof.problems.join("; ")}`}</dd>
    </div>
  );
}

async function download(): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await exportLedger(theClient()));
  link.download = "ledger.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
}
