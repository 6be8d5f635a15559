/** Tenants: what they have and may spend, credits for them, and whether their keys are taken. */

import { useState } from "preact/hooks";
import { type Tenant, createTenant, disableTenant, enableTenant, grantCredits, limitTenant, listTenants } from "../../api/operator";
import { Button, Dialog } from "../../components/controls";
import * as Icon from "../../icons";
import { showToast, showUndoable } from "../../state/toasts";
import { LimitsDialog, phraseLimits } from "./limits";
import { FormDialog, Table, numberOf, phraseBytes, phraseCount, tellError, theClient, useData, words } from "./shared";

const limitsOf = ({ rpm, running, queued, daily_credits, storage_bytes }: Tenant) => ({ rpm, running, queued, daily_credits, storage_bytes });

type Shown = { kind: "grant" | "limits" | "disable"; tenant: Tenant } | { kind: "create" } | null;

export function Tenants() {
  const { tenants: text, columns, grants, limits, sections } = words.value;
  const { data, reload } = useData(listTenants);
  const [shown, show] = useState<Shown>(null);
  const close = () => show(null);
  return (
    <>
      <div class="toolbar">
        <span class="spread" />
        <Button icon={Icon.Plus} label={text.add} onClick={() => show({ kind: "create" })} />
      </div>
      <Table<Tenant>
        label={sections.tenants}
        columns={[columns.tenant, columns.credits, columns.limits, columns.stored, columns.actions]}
        rows={data}
        keyOf={(tenant) => tenant.name}
        draw={(tenant) => [
          <>
            <strong>{tenant.name}</strong> {tenant.disabled && <span class="bad small">{text.disabled}</span>}
            {tenant.notes && <small class="soft block">{tenant.notes}</small>}
          </>,
          <>
            {phraseCount(tenant.credits)} {!tenant.prepaid && <small class="soft">{text.postpaid}</small>}
            {tenant.held > 0 && <small class="soft block">{`${columns.held} ${phraseCount(tenant.held)}`}</small>}
          </>,
          <span class="small">{phraseLimits(limitsOf(tenant))}</span>,
          phraseBytes(tenant.stored_bytes),
          <span class="acts">
            <Button kind="quiet" icon={Icon.Coins} label={grants.open} onClick={() => show({ kind: "grant", tenant })} />
            <Button kind="quiet" icon={Icon.Sliders} label={limits.change} onClick={() => show({ kind: "limits", tenant })} />
            {tenant.disabled ? (
              <Button kind="quiet" label={text.enable} onClick={() => void enable(tenant, reload)} />
            ) : (
              <Button kind="quiet" label={text.disable} onClick={() => show({ kind: "disable", tenant })} />
            )}
          </span>,
        ]}
      />
      {shown?.kind === "create" && <CreateDialog onDone={reload} onClose={close} />}
      {shown?.kind === "grant" && <GrantDialog tenant={shown.tenant} onDone={reload} onClose={close} />}
      {shown?.kind === "disable" && <DisableDialog tenant={shown.tenant} onDone={reload} onClose={close} />}
      {shown?.kind === "limits" && (
        <LimitsDialog
          name={shown.tenant.name}
          limits={limitsOf(shown.tenant)}
          save={(changed) => limitTenant(theClient(), shown.tenant.name, changed)}
          onSaved={() => void reload()}
          onClose={close}
        />
      )}
    </>
  );
}

interface DialogProps {
  onDone: () => Promise<void>;
  onClose: () => void;
}

function CreateDialog({ onDone, onClose }: DialogProps) {
  const text = words.value.tenants;
  // The server calls a tenant's name that, in what it says of one that cannot be.
  const create = async ({ tenant: name = "", notes = "" }: Record<string, string>) => {
    await createTenant(theClient(), { name, notes });
    showToast(text.created(name));
    await onDone();
  };
  const fields = [
    { name: "tenant", label: text.name, hint: text.nameHint, isRequired: true },
    { name: "notes", label: text.notes },
  ];
  return <FormDialog title={text.add} fields={fields} submit={text.create} onSubmit={create} onClose={onClose} />;
}

function GrantDialog({ tenant, onDone, onClose }: DialogProps & { tenant: Tenant }) {
  const text = words.value.grants;
  // One for the dialog: sent again after a lost answer, the grant is not made twice.
  const [txn] = useState(() => `studio-${Date.now()}-${Math.random().toString(36).slice(2)}`);
  const grant = async ({ credits = "", note = "" }: Record<string, string>) => {
    const made = await grantCredits(theClient(), tenant.name, numberOf(credits) as number, txn, note);
    const takeBack = async () => {
      await grantCredits(theClient(), tenant.name, -made.granted, `${txn}-undo`, note);
      showToast(text.undone);
      await onDone();
    };
    // That a tenant pays in advance from now on is not undone by taking credits away.
    if (made.began_prepaid) showToast(made.message);
    else showUndoable(made.message, () => void takeBack().catch(tellError), () => undefined);
    await onDone();
  };
  const fields = [
    { name: "credits", label: text.credits, hint: text.creditsHint, isNumber: true, isRequired: true },
    { name: "note", label: text.note },
  ];
  const lead = tenant.prepaid ? {} : { lead: text.postpaidWarning };
  return <FormDialog title={text.title(tenant.name)} {...lead} fields={fields} submit={text.grant} onSubmit={grant} onClose={onClose} />;
}

/** Disabling can be undone, cancelling tasks cannot: it is asked which of them. */
function DisableDialog({ tenant, onDone, onClose }: DialogProps & { tenant: Tenant }) {
  const text = words.value.tenants;
  const disable = async (cancelTasks: boolean) => {
    onClose();
    const { cancelled } = await disableTenant(theClient(), tenant.name, cancelTasks);
    if (cancelTasks) showToast(text.cancelled(tenant.name, cancelled));
    else showUndoable(text.wasDisabled(tenant.name), () => void enable(tenant, onDone), () => undefined);
    await onDone();
  };
  return (
    <Dialog title={text.cancelTitle(tenant.name)} onClose={onClose}>
      <p class="soft">{text.cancelLead}</p>
      <div class="row">
        <span class="spread" />
        <Button label={text.cancel} onClick={() => void disable(true).catch(tellError)} />
        <Button kind="main" label={text.onlyDisable} onClick={() => void disable(false).catch(tellError)} />
      </div>
    </Dialog>
  );
}

async function enable(tenant: Tenant, onDone: () => Promise<void>): Promise<void> {
  try {
    await enableTenant(theClient(), tenant.name);
    showToast(words.value.tenants.wasEnabled(tenant.name));
    await onDone();
  } catch (error) {
    tellError(error);
  }
}
