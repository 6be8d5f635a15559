/** English, for operators. `text_zh.ts` has the same entries: the type checker holds it. */

export const en = {
  title: "Operate",
  sections: { queue: "Queue", engines: "Engines", tenants: "Tenants", keys: "Keys", usage: "Usage", callbacks: "Callbacks", verify: "Verify", clock: "Clock" },
  nothing: "Nothing here yet.",
  refreshed: "Refreshes automatically",
  columns: {
    task: "Task", tenant: "Tenant", model: "Model", state: "State", engine: "Engine", made: "Created", reason: "Reason", operation: "Operation", name: "Name", credits: "Credits",
    held: "Held", limits: "Limits", stored: "Stored", key: "Key", may: "Scopes", url: "URL", attempts: "Attempts", day: "Day", tasks: "Tasks", actions: "Actions",
  },
  queue: { all: "All", empty: "No tasks yet. Tasks of all tenants appear here.", allTenants: "All tenants", allOperations: "All operations", attempt: (n: number) => `attempt ${n}`, offPeak: "off-peak" },
  engines: {
    well: "Working", unwell: "Not working", slots: (n: number) => (n === 1 ? "1 task at a time" : `${n} tasks at a time`), models: (n: number) => (n === 1 ? "1 model" : `${n} models`),
    none: "No worker is running.", worker: "Worker",
  },
  limits: {
    title: (name: string) => `Limits of ${name}`, lead: "Leave a field empty to keep its value. 0 means no limit.", rpm: "Submits per minute", running: "Running tasks", queued: "Queued tasks",
    daily_credits: "Credits per day", storage_bytes: "Storage in bytes", usual: "default", none: "no limit", change: "Limits", saved: (name: string) => `Limits of ${name} saved`, save: "Save limits",
    short: { rpm: "/min", running: "running", queued: "waiting", daily_credits: "credits/day", storage_bytes: "stored" } as Record<string, string>,
  },
  tenants: {
    add: "New tenant", name: "Name", nameHint: "Letters, digits, dots, dashes and underscores", notes: "Notes", create: "Create tenant", created: (name: string) => `${name} was created`,
    postpaid: "postpaid", disabled: "Disabled", disable: "Disable", enable: "Enable", wasDisabled: (name: string) => `${name} is disabled`, wasEnabled: (name: string) => `${name} is enabled`,
    cancel: "Disable and cancel its tasks", cancelTitle: (name: string) => `Disable ${name}`, cancelLead: "Its keys are refused, and none of its tasks start. Cancelled tasks cannot be restored.",
    onlyDisable: "Disable only", cancelled: (name: string, n: number) => `${name} is disabled, ${n} tasks cancelled`,
  },
  grants: {
    open: "Grant credits", title: (name: string) => `Credits for ${name}`, credits: "Credits", creditsHint: "A negative number takes credits away", note: "Note", grant: "Grant",
    postpaidWarning: "This tenant is postpaid. The first grant makes it prepaid.", undone: "The grant was undone",
  },
  keys: {
    none: "No keys yet. The key in the server's settings works without being listed here.", add: "New key", tenant: "Tenant", newTenant: "or a new tenant", name: "Name", scopes: "Scopes", scope: { submit: "submit", read: "read", admin: "admin" } as Record<string, string>, create: "Create key",
    once: "Copy this key now. It is not shown again.", shownTitle: "The new key", revoke: "Revoke", revoked: "Revoked", wasRevoked: (name: string) => `${name} is being revoked`, unnamed: "Unnamed", showRevoked: "Show revoked keys",
  },
  usage: {
    lead: "Credits charged in the last 30 days (UTC)", total: (credits: string, tasks: string) => `${credits} credits for ${tasks} tasks`, ledger: "Ledger", audit: "Audit log", prove: "Check the ledger", proving: "Checking…",
    balanced: (n: number) => `The ledger adds up. ${n} tasks were checked.`, open: (n: number) => `${n} tasks hold credits.`, whole: (n: number) => `The log is intact. ${n} entries were checked.`, wrong: "Does not add up", download: "Download the ledger",
  },
  callbacks: {
    statuses: { pending: "Pending", delivered: "Delivered", failed: "Failed", disabled: "Stopped", superseded: "Superseded" } as Record<string, string>,
    empty: "No callbacks yet. Tasks with a callback_url send theirs here.", replay: "Send again", replayed: "Sending again", next: (moment: string) => `next at ${moment}`, none: "not attempted yet", took: (ms: number) => `${ms} ms`,
  },
  verify: {
    lead: "Drop a video to see whether it is untouched, who made it, and which task it comes from.", choose: "Choose a video", working: (name: string) => `Examining ${name}…`,
    verdicts: { untouched: "Untouched", altered: "Altered", unknown: "Unknown" } as Record<string, string>, signer: "Signed by", producer: "Producer", label: "Label", tasks: "Matching tasks", none: "None", same: "the same file", like: (percent: number) => `${percent} % similar`,
  },
  clock: {
    lead: "Development mode: move the clock forward to make links expire and callbacks retry at once.", ahead: (time: string) => `${time} ahead`, steps: { 60: "1 minute", 3600: "1 hour", 86400: "1 day", 604800: "1 week" } as Record<number, string>,
    forward: (time: string) => `Forward by ${time}`,
  },
};

export type OperateText = typeof en;
