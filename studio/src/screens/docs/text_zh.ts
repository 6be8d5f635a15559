/** 简体中文，供 API 参考使用。 */

import type { DocsText } from "./text_en";

export const zh: DocsText = {
  title: "API 参考",
  lead: "提交视频、跟踪进度、下载结果。各种格式操作的是同一批任务。",
  format: "格式", operation: "操作", model: "模型", unavailable: "此处无引擎", orders: "视频", others: "其他调用",
  search: "搜索 API", searchHint: "路径、模型或字段", nothing: "没有匹配的内容。",
  key: { label: "API 密钥", admin: "管理令牌", hint: "发送请求时需要", use: "使用此密钥", known: (name) => `已登录：${name}`, operator: "运维", change: "更换密钥", refused: "此密钥在这里无效。", needed: "请先输入 API 密钥，再发送请求。" },
  access: { none: "无需密钥", key: "API 密钥", admin: "管理令牌" },
  form: "表单", json: "JSON", badJson: "不是有效的 JSON。", reset: "恢复示例",
  parameters: "参数", fields: "字段", noFields: "此请求没有字段。", more: (n) => `${n} 个可选字段`, moreParameters: (areHeaders, n) => (areHeaders ? `${n} 个可选请求头` : `${n} 个可选参数`), required: "必填",
  parts: { path: "路径", query: "查询", header: "请求头" },
  types: { string: "文本", integer: "整数", number: "数字", boolean: "true 或 false", array: "列表", object: "对象", json: "任意 JSON" },
  range: (low, high) => `${low} 至 ${high}`, atLeast: (low) => `至少 ${low}`, atMost: (high) => `至多 ${high}`,
  characters: (n) => `${n} 个字符`, entries: (n) => `${n} 项`, default: "默认", unset: "未设置",
  add: "添加", addTo: (name) => `添加到 ${name}`, removeEntry: (n) => `移除第 ${n} 项`, entry: (n) => `第 ${n} 项`, leaveOut: "移除", include: "添加",
  picture: { choose: "选择文件", sample: "示例图片", address: "网址或 data URI", inline: "将图片放入请求中", inlineHint: "否则先上传图片，请求中只写其名称。", inlined: (size) => `已放入请求：${size}`, uploading: "正在上传……", preview: "所选图片" },
  file: { choose: "选择文件", none: "未选择文件" },
  code: "代码", copied: "已复制", keyHint: (name) => `密钥从 ${name} 读取，不写在代码里。`,
  send: "发送请求", sending: "正在发送……", spends: (credits) => `发送后将制作视频，需 ${credits} 积分`, changes: "发送后会更改服务器上的内容。",
  problems: (n) => `${n} 个字段不符合规则`,
  exchange: { request: "请求", response: "响应", result: "结果", took: (ms) => `${ms} 毫秒`, bytes: (size) => `${size} 数据`, lost: "没有收到响应。" },
  answers: "响应", answerFields: "响应字段", example: "示例",
  guides: "指南", guidesLead: "更详细的说明见文档页面", guidesNamed: "更详细的说明见随源代码提供的文档", document: "OpenAPI 文档", llms: "供语言模型阅读的文本", none: "没有示例。",
  watch: "在创作室中打开", loading: "正在读取 API 说明……", failed: "暂时无法读取 API 说明。", again: "重试",
};
