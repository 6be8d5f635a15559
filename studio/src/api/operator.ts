/** The operator's part of the public API, below /v1/admin. */

import type { Client } from "./client";
import type { TaskState } from "./types";

export interface Limits {
  rpm: number | null;
  running: number | null;
  queued: number | null;
  daily_credits: number | null;
}

export interface Tenant extends Limits {
  name: string;
  notes: string;
  created: string;
  credits: number;
  held: number;
  prepaid: boolean;
  disabled: string | null;
  storage_bytes: number | null;
  stored_bytes: number;
}

export interface Grant extends Tenant {
  granted: number;
  message: string;
  began_prepaid: boolean;
}

export interface ApiKey extends Limits {
  id: string;
  tenant: string;
  name: string;
  scopes: string[];
  created: string;
  revoked: string | null;
}

export interface AdminTask {
  id: string;
  tenant: string;
  endpoint: string;
  dialect: string;
  seconds: number;
  off_peak: boolean;
  state: TaskState;
  attempt: number;
  progress: number;
  reason: string;
  fault: string;
  engine: string;
  created: string;
  started: string | null;
  finished: string | null;
}

export interface AdminTaskPage {
  tasks: AdminTask[];
  next_cursor: string | null;
}

export interface Engine {
  name: string;
  type: string;
  slots: number;
  operations: Record<string, string[]>;
  healthy: boolean;
  detail: string;
  workers: { node: string; slots: number; healthy: boolean; detail: string }[];
}

export interface Delivery {
  id: string;
  task: string;
  tenant: string;
  url: string;
  state: TaskState;
  status: "pending" | "delivered" | "failed" | "disabled" | "superseded";
  created: string;
  next_at: string | null;
  attempts: { at: string; milliseconds: number; status: number | null; error: string }[];
}

export interface Day {
  day: string;
  tenant: string;
  tasks: number;
  credits: number;
}

export interface Proof {
  ok: boolean;
  problems: string[];
  /** Of the ledger. */
  tasks?: number;
  open_holds?: number;
  /** Of the audit log. */
  entries?: number;
}

export interface ServerTime {
  now: string;
  ahead_seconds: number;
  dev: boolean;
}

const post = (body: unknown = {}) => ({ method: "POST", body });
const named = (name: string) => `/v1/admin/tenants/${encodeURIComponent(name)}`;

export const listTasks = (client: Client, query: Record<string, string>, signal?: AbortSignal) =>
  client.json<AdminTaskPage>(`/v1/admin/tasks?${new URLSearchParams({ limit: "100", ...query })}`, signal ? { signal } : {});
export const listEngines = async (client: Client) => (await client.json<{ engines: Engine[] }>("/v1/admin/engines")).engines;
export const listTenants = async (client: Client) => (await client.json<{ tenants: Tenant[] }>("/v1/admin/tenants")).tenants;
export const listKeys = async (client: Client) => (await client.json<{ keys: ApiKey[] }>("/v1/admin/keys")).keys;
export const listDeliveries = async (client: Client) => (await client.json<{ callbacks: Delivery[] }>("/v1/admin/callbacks?limit=100")).callbacks;
export const listDays = async (client: Client, days: number) => (await client.json<{ days: Day[] }>(`/v1/admin/usage/days?days=${days}`)).days;

export const createTenant = (client: Client, fields: Record<string, unknown>) => client.json<Tenant>("/v1/admin/tenants", post(fields));
export const limitTenant = (client: Client, name: string, limits: Record<string, unknown>) =>
  client.json<Tenant>(named(name), { method: "PATCH", body: limits });
export const disableTenant = (client: Client, name: string, cancelTasks: boolean) =>
  client.json<Tenant & { cancelled: number }>(`${named(name)}/disable`, post({ cancel_tasks: cancelTasks }));
export const enableTenant = (client: Client, name: string) => client.json<Tenant>(`${named(name)}/enable`, post());
/** With the same `txn` the same grant is made once, however often it is sent. */
export const grantCredits = (client: Client, name: string, credits: number, txn: string, note: string) =>
  client.json<Grant>(`${named(name)}/grants`, post({ credits, txn, note }));

export const createKey = (client: Client, fields: Record<string, unknown>) =>
  client.json<ApiKey & { key: string }>("/v1/admin/keys", post(fields));
export const limitKey = (client: Client, id: string, limits: Record<string, unknown>) =>
  client.json<ApiKey>(`/v1/admin/keys/${id}`, { method: "PATCH", body: limits });
// It also runs while the page is being left.
export const revokeKey = (client: Client, id: string) => client.json<ApiKey>(`/v1/admin/keys/${id}`, { method: "DELETE", keepalive: true });

export const replayDelivery = (client: Client, id: string) => client.json<Delivery>(`/v1/admin/callbacks/${id}/replay`, post());

export const verifyLedger = (client: Client) => client.json<Proof>("/v1/admin/ledger/verify");
export const verifyAuditLog = (client: Client) => client.json<Proof>("/v1/admin/audit/verify");
export const exportLedger = async (client: Client) => (await client.send("/v1/admin/ledger")).blob();

export const showClock = (client: Client) => client.json<ServerTime>("/v1/admin/clock");
export const advanceClock = (client: Client, seconds: number) => client.json<ServerTime>("/v1/admin/clock/advance", post({ seconds }));
