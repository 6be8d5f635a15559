/** The guides of the documentation, and which of them help with a call. */

import type { Call } from "./catalogue";

export interface Guide {
  /** Its place in the documentation, without the suffix. */
  path: string;
  title: { en: string; zh: string };
  isAbout: (call: Call) => boolean;
}

const isOrder = (call: Call) => call.order !== null;
const makes = (...operations: string[]) => (call: Call) => operations.includes(call.order?.operation ?? "");
const lies = (pattern: RegExp) => (call: Call) => pattern.test(call.path);

const guide = (path: string, en: string, zh: string, isAbout: Guide["isAbout"]): Guide => ({ path, title: { en, zh }, isAbout });

export const GUIDES: Guide[] = [
  guide("tutorial/first-video", "Your first video", "第一段视频", isOrder),
  guide("how-to/send-images", "Send images", "发送图片", (call) => isOrder(call) || lies(/upload|storage/)(call)),
  guide("how-to/text-to-video", "Text to video", "文生视频", makes("text2video")),
  guide("how-to/extend", "Extend a video", "续写视频", makes("extend")),
  guide("how-to/sound", "Sound and music", "声音和配乐", isOrder),
  guide("how-to/voices", "Voices", "音色", (call) => makes("reference2video")(call) || lies(/voices/)(call)),
  guide("how-to/follow-tasks", "Follow tasks", "跟踪任务", (call) => isOrder(call) || lies(/tasks|videos|result/)(call)),
  guide("how-to/webhooks", "Webhooks", "接收回调", (call) => isOrder(call) || lies(/callbacks/)(call)),
  guide("how-to/drafts", "Drafts", "先草稿，后视频", lies(/approve/)),
  guide("how-to/validate", "Validate requests without making anything", "只检查请求，不制作", lies(/validate|quote/)),
  guide("how-to/billing", "Prices and billing", "积分与价格", lies(/quote|balance|credits|user|grants|ledger|usage/)),
  guide("how-to/keys", "Keys and tenants", "密钥与租户", lies(/admin\/(keys|tenants)|whoami/)),
  guide("how-to/audit", "Audit log", "审计", lies(/audit/)),
  guide("how-to/provenance", "Provenance and C2PA", "验证视频来源", lies(/verify$|matches|c2pa/)),
  guide("how-to/monitor", "Monitor a server", "监控服务器", lies(/metrics|health|ready|live/)),
  guide("how-to/engines", "Engines", "引擎", lies(/engines/)),
  guide("how-to/mcp", "Tools for assistants", "供助手使用的工具", lies(/mcp/)),
  guide("how-to/development-mode", "Development mode", "开发模式", lies(/clock/)),
  guide("reference/endpoints", "Every endpoint on one page", "所有端点一览", () => true),
  guide("reference/errors", "Errors", "错误", () => true),
];

const MAX_SHOWN = 7;

export const listGuides = (call: Call) => GUIDES.filter((each) => each.isAbout(call)).slice(-MAX_SHOWN);
