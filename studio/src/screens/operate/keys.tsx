/** API keys: made, limited and revoked; a key itself is shown once, when it is made. */

import { useState } from "preact/hooks";
import { type ApiKey, createKey, limitKey, listKeys, listTenants, revokeKey } from "../../api/operator";
import { Button, Dialog, Switch } from "../../components/controls";
import * as Icon from "../../icons";
import { phraseMoment, strings } from "../../state/preferences";
import { copyAndSay, showUndoable } from "../../state/toasts";
import { LimitsDialog, phraseLimits } from "./limits";
import { FormDialog, Table, tellError, theClient, useData, words } from "./shared";

const SCOPES = ["submit", "read", "admin"];
const limitsOf = ({ rpm, running, queued, daily_credits }: ApiKey) => ({ rpm, running, queued, daily_credits });

export function Keys() {
  const { keys: text, columns, limits, sections } = words.value;
  const { data, reload } = useData(listKeys);
  const [limited, limit] = useState<ApiKey | null>(null);
  const [isCreating, create] = useState(false);
  const [made, setMade] = useState("");
  const [isAllShown, showAll] = useState(false);
  const [leaving, setLeaving] = useState<string[]>([]);
  const nameOf = (key: ApiKey) => key.name || text.unnamed;
  const revoke = (key: ApiKey) => {
    const stay = () => setLeaving((before) => before.filter((id) => id !== key.id));
    setLeaving((before) => [...before, key.id]);
    showUndoable(text.wasRevoked(nameOf(key)), stay, () => void revokeKey(theClient(), key.id).catch(tellError).then(reload).then(stay));
  };
  const rows = data?.filter((key) => (isAllShown || !key.revoked) && !leaving.includes(key.id)) ?? null;
  return (
    <>
      <div class="toolbar">
        <Switch label={text.showRevoked} on={isAllShown} onChange={showAll} />
        <span class="spread" />
        <Button icon={Icon.Plus} label={text.add} onClick={() => create(true)} />
      </div>
      <Table<ApiKey>
        label={sections.keys}
        empty={text.none}
        columns={[columns.key, columns.tenant, columns.may, columns.limits, columns.made, columns.actions]}
        rows={rows}
        keyOf={(key) => key.id}
        draw={(key) => [
          <>
            <strong>{nameOf(key)}</strong> {key.revoked && <span class="bad small">{text.revoked}</span>}
            <code class="small block soft">{key.id}</code>
          </>,
          key.tenant,
          SCOPES.filter((scope) => key.scopes.includes(scope)).map((scope) => text.scope[scope]).join(", "),
          <span class="small">{phraseLimits(limitsOf(key))}</span>,
          phraseMoment(key.created),
          key.revoked ? null : (
            <span class="acts">
              <Button kind="quiet" icon={Icon.Sliders} label={limits.change} onClick={() => limit(key)} />
              <Button kind="quiet" icon={Icon.Trash} label={text.revoke} onClick={() => revoke(key)} />
            </span>
          ),
        ]}
      />
      {limited && (
        <LimitsDialog
          name={nameOf(limited)}
          limits={limitsOf(limited)}
          save={(changed) => limitKey(theClient(), limited.id, changed)}
          onSaved={() => void reload()}
          onClose={() => limit(null)}
        />
      )}
      {isCreating && <CreateDialog onMade={(key) => (setMade(key), void reload())} onClose={() => create(false)} />}
      {made && <MadeDialog made={made} onClose={() => setMade("")} />}
    </>
  );
}

function CreateDialog({ onMade, onClose }: { onMade: (key: string) => void; onClose: () => void }) {
  const text = words.value.keys;
  const { data: tenants } = useData(listTenants);
  const [scopes, setScopes] = useState(["submit", "read"]);
  if (!tenants) return null;
  const create = async ({ tenant = "", new_tenant = "", name = "" }: Record<string, string>) => {
    const found = await createKey(theClient(), { tenant: new_tenant || tenant, new_tenant: Boolean(new_tenant), name, scopes });
    onMade(found.key);
  };
  const fields = [
    { name: "name", label: text.name },
    { name: "tenant", label: text.tenant, options: tenants.map((tenant) => tenant.name) },
    { name: "new_tenant", label: text.newTenant },
  ];
  return (
    <FormDialog title={text.add} fields={fields} submit={text.create} onSubmit={create} onClose={onClose}>
      <fieldset class="row">
        <legend class="label">{text.scopes}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) => setScopes(SCOPES.filter((each) => (each === scope ? event.currentTarget.checked : scopes.includes(each))))}
            />
            <span>{text.scope[scope]}</span>
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

function MadeDialog({ made, onClose }: { made: string; onClose: () => void }) {
  const text = words.value.keys;
  const { actions } = strings.value;
  return (
    <Dialog title={text.shownTitle} onClose={onClose}>
      <p class="soft">{text.once}</p>
      <pre tabIndex={0}>
        <code>{made}</code>
      </pre>
      <div class="row">
        <span class="spread" />
        <Button label={actions.close} onClick={onClose} />
        <Button kind="main" icon={Icon.Key} label={actions.copy} onClick={() => void copyAndSay(made, actions.copied)} />
      </div>
    </Dialog>
  );
}
