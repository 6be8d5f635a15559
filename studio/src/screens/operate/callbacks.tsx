/** The newest callbacks with every attempt; one that failed is sent again. */

import { type Delivery, listDeliveries, replayDelivery } from "../../api/operator";
import { Button } from "../../components/controls";
import * as Icon from "../../icons";
import { phraseMoment, strings } from "../../state/preferences";
import { showToast } from "../../state/toasts";
import { Table, tellError, theClient, useData, words } from "./shared";

const REFRESH_MS = 3000;
const DOTS: Record<Delivery["status"], string> = { pending: "running", delivered: "succeeded", failed: "failed", disabled: "cancelled", superseded: "cancelled" };

export function Callbacks() {
  const { callbacks: text, columns, sections } = words.value;
  const { states } = strings.value;
  const { data, reload } = useData(listDeliveries, REFRESH_MS);
  const replay = async (delivery: Delivery) => {
    try {
      await replayDelivery(theClient(), delivery.id);
      showToast(text.replayed);
      await reload();
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <Table<Delivery>
      label={sections.callbacks}
      empty={text.empty}
      columns={[columns.state, columns.url, columns.task, columns.attempts, columns.actions]}
      rows={data}
      keyOf={(delivery) => delivery.id}
      draw={(delivery) => [
        <>
          <span class={`dot ${DOTS[delivery.status]}`} /> {text.statuses[delivery.status]}
          {delivery.next_at && delivery.attempts.length > 0 && <small class="soft block">{text.next(phraseMoment(delivery.next_at))}</small>}
        </>,
        <span class="small">{delivery.url}</span>,
        <>
          <code class="small">{delivery.task}</code>
          <small class="soft block">
            {delivery.tenant} · {states[delivery.state]}
          </small>
        </>,
        <Attempts delivery={delivery} />,
        <Button kind="quiet" icon={Icon.Again} label={text.replay} onClick={() => void replay(delivery)} />,
      ]}
    />
  );
}

function Attempts({ delivery }: { delivery: Delivery }) {
  const text = words.value.callbacks;
  if (!delivery.attempts.length) return <span class="soft">{text.none}</span>;
  return (
    <details>
      <summary>{delivery.attempts.length}</summary>
      <ol class="small">
        {delivery.attempts.map((attempt) => (
          <li key={attempt.at}>
            {phraseMoment(attempt.at)} · {attempt.status ?? attempt.error} · {text.took(attempt.milliseconds)}
          </li>
        ))}
      </ol>
    </details>
  );
}
