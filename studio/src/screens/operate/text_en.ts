/** English, for operators. `text_zh.ts` has the same entries: the type checker holds it. */

export const en = {
  title: "Operate",
  sections: { queue: "Queue", engines: "Engines", tenants: "Tenants", keys: "Keys", usage: "Usage", callbacks: "Callbacks", verify: "Verify", clock: "Clock" },
  nothing: "Nothing here yet.",
  refreshed: "Refreshed by itself",
  columns: {
    task: "Task", tenant: "Tenant", model: "Model", state: "State", engine: "Engine", made: "Made", reason: "Reason", operation: "Operation", name: "Name", credits: "Credits",
    held: "Held", limits: "Limits", stored: "Stored", key: "Key", may: "May", url: "Address", attempts: "Attempts", day: "Day", tasks: "Tasks", actions: "Actions",
  },
  queue: { all: "All", empty: "No tasks yet. Whatever a tenant orders appears here.", allTenants: "All tenants", allOperations: "All operations", attempt: (n: number) => `attempt ${n}`, offPeak: "off-peak" },
  engines: {
    well: "Works", unwell: "Does not work", slots: (n: number) => (n === 1 ? "1 task at a time" : `${n} tasks at a time`), models: (n: number) => (n === 1 ? "1 model" : `${n} models`),
    none: "No worker has told of itself.", worker: "Worker",
  },
  limits: {
    title: (name: string) => `Limits of ${name}`, lead: "A field left empty stays as it is; 0 is no limit.", rpm: "Requests a minute", running: "Tasks at a time", queued: "Tasks waiting",
    daily_credits: "Credits a day", storage_bytes: "Bytes stored", usual: "usual", none: "no limit", change: "Limits", saved: (name: string) => `Limits of ${name} saved`, save: "Save limits",
    short: { rpm: "/min", running: "running", queued: "waiting", daily_credits: "credits/day", storage_bytes: "stored" } as Record<string, string>,
  },
  tenants: {
    add: "New tenant", name: "Name", nameHint: "Letters, digits, dots, dashes and underscores", notes: "Notes", create: "Make tenant", created: (name: string) => `${name} is there`,
    postpaid: "pays afterwards", disabled: "Disabled", disable: "Disable", enable: "Enable", wasDisabled: (name: string) => `${name} is disabled`, wasEnabled: (name: string) => `${name} is enabled`,
    cancel: "Disable and cancel its tasks", cancelTitle: (name: string) => `Disable ${name}`, cancelLead: "Its keys are refused and none of its tasks start. Tasks that are cancelled cannot be brought back.",
    onlyDisable: "Disable only", cancelled: (name: string, n: number) => `${name} is disabled, ${n} tasks cancelled`,
  },
  grants: {
    open: "Grant credits", title: (name: string) => `Credits for ${name}`, credits: "Credits", creditsHint: "A minus takes some away", note: "Note", grant: "Grant",
    postpaidWarning: "This tenant pays afterwards now. From the first grant on it pays in advance.", undone: "The grant was taken back",
  },
  keys: {
    none: "No keys yet. The key in the server's settings works without being listed here.", add: "New key", tenant: "Tenant", newTenant: "or a new one", name: "Name", scopes: "May", scope: { submit: "order", read: "read", admin: "operate" } as Record<string, string>, create: "Make key",
    once: "This key is shown now and never again.", shownTitle: "The new key", revoke: "Revoke", revoked: "Revoked", wasRevoked: (name: string) => `${name} is being revoked`, unnamed: "Unnamed", showRevoked: "Show revoked ones",
  },
  usage: {
    lead: "Credits charged in the last 30 days, by days of UTC", total: (credits: string, tasks: string) => `${credits} credits for ${tasks} tasks`, ledger: "Ledger", audit: "Audit log", prove: "Check the books", proving: "Checking…",
    balanced: (n: number) => `Adds up: every entry of ${n} tasks was checked.`, open: (n: number) => `${n} tasks have credits set aside.`, whole: (n: number) => `Whole: all ${n} entries were checked.`, wrong: "Does not add up", download: "Download the ledger",
  },
  callbacks: {
    statuses: { pending: "On its way", delivered: "Delivered", failed: "Failed", disabled: "Off", superseded: "Superseded" } as Record<string, string>,
    empty: "No callbacks yet. Tasks that were ordered with a callback_url send theirs here.", replay: "Send again", replayed: "It is sent again", next: (moment: string) => `next at ${moment}`, none: "not tried yet", took: (ms: number) => `${ms} ms`,
  },
  verify: {
    lead: "Drop a video to see whether it is untouched, who made it and from which task.", choose: "Choose a video", working: (name: string) => `Examining ${name}…`,
    verdicts: { untouched: "Untouched", altered: "Altered", unknown: "Unknown" } as Record<string, string>, signer: "Signed by", producer: "Producer", label: "Label", tasks: "Tasks that it comes from", none: "None", same: "the very file", like: (percent: number) => `${percent} % alike`,
  },
  clock: {
    lead: "Development mode: the clock can be moved forward, so that links expire and callbacks are tried again at once.", ahead: (time: string) => `${time} ahead`, steps: { 60: "1 minute", 3600: "1 hour", 86400: "1 day", 604800: "1 week" } as Record<number, string>,
    forward: (time: string) => `Forward by ${time}`,
  },
};

export type OperateText = typeof en;
