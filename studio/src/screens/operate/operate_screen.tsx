/** Operate: what the admin token, or a key with the scope admin, lets one see and change. */

import { showClock } from "../../api/operator";
import { linkTo, route } from "../../state/route";
import { session } from "../../state/session";
import { Callbacks } from "./callbacks";
import { Clock } from "./clock";
import { Engines } from "./engines";
import { Keys } from "./keys";
import { Queue } from "./queue";
import { useData, words } from "./shared";
import { Tenants } from "./tenants";
import { Usage } from "./usage";
import { Verify } from "./verify";
import "../../styles/operate.css";

const SECTIONS = { queue: Queue, engines: Engines, tenants: Tenants, keys: Keys, usage: Usage, callbacks: Callbacks, verify: Verify, clock: Clock };
type Name = keyof typeof SECTIONS;

/** On a phone the sections are wider than the screen. */
const showWhole = (link: HTMLElement | null) => link?.scrollIntoView({ block: "nearest", inline: "center" });

export function OperateScreen() {
  const text = words.value;
  const { data: time } = useData(showClock);
  const { scopes, tenant } = session.value!.identity;
  // The admin token verifies too; a key needs the scope for it.
  const isShown = (name: Name) => (name === "clock" ? time?.dev === true : name === "verify" ? tenant === null || scopes.includes("read") : true);
  const shown = (Object.keys(SECTIONS) as Name[]).find((name) => name === route.value.rest[0]) ?? "queue";
  const Section = SECTIONS[shown];
  return (
    <div class="operate-page">
      <h1>{text.title}</h1>
      <nav class="sections" aria-label={text.title}>
        {(Object.keys(SECTIONS) as Name[]).filter(isShown).map((name) => (
          <a key={name} href={linkTo("operate", name)} aria-current={shown === name ? "page" : undefined} ref={shown === name ? showWhole : null}>
            {text.sections[name]}
          </a>
        ))}
      </nav>
      <Section />
    </div>
  );
}
