/** 简体中文，供运维使用。 */

import type { OperateText } from "./text_en";

export const zh: OperateText = {
  title: "运维",
  sections: { queue: "队列", engines: "引擎", tenants: "租户", keys: "密钥", usage: "用量", callbacks: "回调", verify: "验证", clock: "时钟" },
  nothing: "这里还没有内容。",
  refreshed: "自动刷新",
  columns: {
    task: "任务", tenant: "租户", model: "模型", state: "状态", engine: "引擎", made: "时间", reason: "原因", operation: "操作类型", name: "名称", credits: "积分",
    held: "预留", limits: "限制", stored: "已存储", key: "密钥", may: "权限", url: "地址", attempts: "尝试", day: "日期", tasks: "任务数", actions: "操作",
  },
  queue: { all: "全部", empty: "还没有任务。租户提交的任务会显示在这里。", allTenants: "所有租户", allOperations: "所有操作", attempt: (n) => `第 ${n} 次尝试`, offPeak: "错峰" },
  engines: { well: "正常", unwell: "不可用", slots: (n) => `同时 ${n} 个任务`, models: (n) => `${n} 个模型`, none: "没有工作进程登记。", worker: "工作进程" },
  limits: {
    title: (name) => `${name} 的限制`, lead: "留空则保持不变；0 表示不限。", rpm: "每分钟请求数", running: "同时任务数", queued: "排队任务数", daily_credits: "每日积分", storage_bytes: "存储字节数",
    usual: "默认", none: "不限", change: "限制", saved: (name) => `已保存 ${name} 的限制`, save: "保存限制",
    short: { rpm: "次/分", running: "同时", queued: "排队", daily_credits: "积分/日", storage_bytes: "存储" },
  },
  tenants: {
    add: "新建租户", name: "名称", nameHint: "字母、数字、点、短横线和下划线", notes: "备注", create: "创建租户", created: (name) => `已创建 ${name}`, postpaid: "后付费", disabled: "已停用",
    disable: "停用", enable: "启用", wasDisabled: (name) => `已停用 ${name}`, wasEnabled: (name) => `已启用 ${name}`, cancel: "停用并取消其任务", cancelTitle: (name) => `停用 ${name}`,
    cancelLead: "它的密钥将被拒绝，任务不再开始。取消的任务无法恢复。", onlyDisable: "仅停用", cancelled: (name, n) => `已停用 ${name}，取消了 ${n} 个任务`,
  },
  grants: {
    open: "发放积分", title: (name) => `为 ${name} 发放积分`, credits: "积分", creditsHint: "负数表示扣除", note: "备注", grant: "发放",
    postpaidWarning: "此租户目前后付费；首次发放后改为预付费。", undone: "已收回发放的积分",
  },
  keys: {
    none: "还没有密钥。服务器设置中的密钥无需在此列出即可使用。", add: "新建密钥", tenant: "租户", newTenant: "或新租户", name: "名称", scopes: "权限", scope: { submit: "下单", read: "读取", admin: "运维" }, create: "创建密钥", once: "此密钥只显示这一次。", shownTitle: "新密钥",
    revoke: "吊销", revoked: "已吊销", wasRevoked: (name) => `正在吊销 ${name}`, unnamed: "未命名", showRevoked: "显示已吊销的",
  },
  usage: {
    lead: "最近 30 天收取的积分，按 UTC 日期", total: (credits, tasks) => `${tasks} 个任务，${credits} 积分`, ledger: "账本", audit: "审计日志", prove: "核对账目", proving: "正在核对……",
    balanced: (n) => `账目相符：已核对 ${n} 个任务的全部分录。`, open: (n) => `${n} 个任务有预留积分。`, whole: (n) => `完整：已核对全部 ${n} 条。`, wrong: "账目不符", download: "下载账本",
  },
  callbacks: {
    statuses: { pending: "发送中", delivered: "已送达", failed: "失败", disabled: "已关闭", superseded: "已被取代" }, empty: "还没有回调。提交时带有 callback_url 的任务，其回调会显示在这里。", replay: "重新发送", replayed: "正在重新发送", next: (moment) => `下次 ${moment}`, none: "尚未尝试", took: (ms) => `${ms} 毫秒`,
  },
  verify: {
    lead: "拖入视频，查看它是否未被改动、由谁制作、来自哪个任务。", choose: "选择视频", working: (name) => `正在检查 ${name}……`, verdicts: { untouched: "未被改动", altered: "已被改动", unknown: "未知" },
    signer: "签名者", producer: "制作方", label: "标识", tasks: "来源任务", none: "无", same: "同一文件", like: (percent) => `相似度 ${percent}%`,
  },
  clock: {
    lead: "开发模式：可将时钟向前拨，使链接立即过期、回调立即重试。", ahead: (time) => `快 ${time}`, steps: { 60: "1 分钟", 3600: "1 小时", 86400: "1 天", 604800: "1 周" }, forward: (time) => `前进 ${time}`,
  },
};
