/** The clock, which development mode lets one move forward. */

import { type ServerTime, advanceClock, showClock } from "../../api/operator";
import { Button } from "../../components/controls";
import { phraseMoment, phraseTime } from "../../state/preferences";
import { tellError, theClient, useData, words } from "./shared";

const REFRESH_MS = 5000;

export function Clock() {
  const text = words.value.clock;
  const { data, reload } = useData<ServerTime>(showClock, REFRESH_MS);
  const move = (seconds: number) => void advanceClock(theClient(), seconds).catch(tellError).then(reload);
  return (
    <section class="card">
      <p class="soft">{text.lead}</p>
      <p class="time" role="status">
        {data && phraseMoment(data.now)} <small class="soft">{data && data.ahead_seconds > 0 ? text.ahead(phraseTime(data.ahead_seconds)) : ""}</small>
      </p>
      <div class="row">
        {Object.entries(text.steps).map(([seconds, said]) => (
          <Button key={seconds} label={text.forward(said)} onClick={() => move(Number(seconds))} />
        ))}
      </div>
    </section>
  );
}
