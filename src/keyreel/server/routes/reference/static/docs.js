// The reference page: draws /openapi.json. Everything it shows comes from this server, and it sends nothing by itself.

import { resolver, rows } from "./schema.js";

const $ = (id) => document.getElementById(id);
const BASE = new URL(".", location.href).href.replace(/\/$/, "");
const ORDER = ["get", "head", "post", "put", "patch", "delete"];
let spec = null;
let operations = [];

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function collected(document) {
  const found = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of ORDER.filter((each) => methods[each])) {
      const given = methods[method];
      found.push({ ...given, path, method, tag: (given.tags || ["more"])[0], text: searchable(path, given, document) });
    }
  }
  return found;
}

function searchable(path, given, document) {
  const resolved = resolver(document);
  const content = given.requestBody?.content?.["application/json"];
  const fields = content ? rows(content.schema, resolved).map((row) => row.name) : [];
  const models = Object.keys(content?.examples || {});
  const spellings = Object.values(content?.examples || {}).map((each) => each.value?.model || "");
  const query = (given.parameters || []).map((each) => each.name);
  return [path, given.summary, given.description, ...fields, ...models, ...spellings, ...query].join(" ").toLowerCase();
}

function drawNavigation() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = operations.filter((each) => words.every((word) => each.text.includes(word)));
  const groups = spec.tags.map((tag) => [tag, shown.filter((each) => each.tag === tag.name)]).filter(([, list]) => list.length);
  $("sidebar").replaceChildren(...groups.flatMap(([tag, list]) => [
    el("h2", {}, tag["x-title"] || tag.name),
    el("ul", {}, list.map((each) => el("li", {}, el("a", { href: `#${each.operationId}`, "aria-current": location.hash === `#${each.operationId}` ? "page" : undefined },
      verb(each.method), el("span", {}, each.path.replace(/^\/(v3\/async|ent\/v2|proxy\/vidu)\//, "…/")))))),
  ]), ...(groups.length ? [] : [el("p", {}, "Nothing of that kind here.")]));
}

const verb = (method) => el("span", { class: `verb ${method}` }, method === "delete" ? "DEL" : method.toUpperCase());

function show() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find((each) => each.operationId === wanted);
  $("sidebar").classList.remove("open");
  $("menu").setAttribute("aria-expanded", "false");
  $("content").replaceChildren(...(operation ? drawn(operation) : overview()));
  document.title = operation ? `${operation.method.toUpperCase()} ${operation.path} – Keyreel API` : "Keyreel API";
  drawNavigation();
  document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  scrollTo(0, 0);
}

function overview() {
  const first = (tag) => operations.find((each) => each.tag === tag && each.method === "post") || operations.find((each) => each.tag === tag);
  const tiles = spec.tags.filter((tag) => first(tag.name)).map((tag) => el("a", { class: "tile", href: `#${first(tag.name).operationId}` },
    el("b", {}, tag["x-title"] || tag.name), el("span", {}, `${tag.description} ${operations.filter((each) => each.tag === tag.name).length} addresses.`)));
  const models = el("div", { class: "wide" }, el("p", { class: "lead" }, "…"));
  fetch("v1/models").then((answer) => answer.json()).then((list) => models.replaceChildren(modelTable(list.data)), () => models.replaceChildren());
  return [
    el("h1", {}, "Keyreel API"),
    el("p", { class: "lead" }, `${spec.info.summary} Hand a request in, poll its task, download its video: the same tasks in every format.`),
    el("div", { class: "tiles" }, tiles),
    el("h2", {}, "A first request"),
    codeCard("curl", () => curl(operations.find((each) => each.operationId === "async_v3_vidu_q2_pro_img2video") || operations.find((each) => each.requestBody))),
    el("h2", {}, "Models"), models,
    el("h2", {}, "Everything else"),
    el("p", {}, "The document behind this page: ", el("a", { href: "openapi.json" }, "openapi.json"), ". For language models: ", el("a", { href: "llms.txt" }, "llms.txt"), "."),
  ];
}

function modelTable(list) {
  const lines = list.flatMap((model) => model.operations.map((each) => {
    const seconds = each.limits.seconds;
    const price = Object.entries(each.credits).flatMap(([size, costs], index) => [index ? " · " : "", el("span", { class: "once" }, `${size} ${Math.min(...Object.values(costs))}`)]);
    return el("tr", {}, el("td", { class: "once" }, el("code", {}, each.endpoint)), el("td", {}, each.description),
      el("td", {}, seconds.choices ? seconds.choices.join(", ") : seconds.min === seconds.max ? `${seconds.min}` : `${seconds.min}–${seconds.max}`),
      el("td", {}, price), el("td", { class: each.available ? "good" : "bad" }, each.available ? "yes" : "no engine here"));
  }));
  return el("table", {}, el("thead", {}, el("tr", {}, ["Model", "What it does", "Seconds", "Credits from", "Available"].map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, lines));
}

function drawn(operation) {
  const content = operation.requestBody?.content?.["application/json"];
  const names = Object.keys(content?.examples || {});
  const state = { example: 0 };
  const fields = el("div");
  const code = el("div");
  const redraw = () => {
    fields.replaceChildren(...(content ? fieldList(content.schema, state.example) : []));
    code.replaceChildren(codeCard("curl", () => curl(operation, state.example), names, (index) => { state.example = index; redraw(); }, state.example), tryCard(operation, state.example));
  };
  redraw();
  const forms = operation.requestBody?.content?.["multipart/form-data"];
  return [
    el("h1", {}, operation.summary || operation.path),
    el("div", { class: "address" }, verb(operation.method), el("span", {}, operation.path), copyButton(() => BASE + operation.path)),
    el("div", { class: "chips" }, el("span", { class: "chip" }, needsKey(operation)), ...(forms ? [el("span", { class: "chip" }, "forms too")] : []), ...(content && names.length > 1 ? [el("span", { class: "chip" }, `${names.length} models`)] : [])),
    ...(operation.description ? [el("p", { class: "lead" }, operation.description)] : []),
    el("div", { class: "columns" },
      el("div", {}, parameterList(operation.parameters || []), fields, ...(forms ? fieldList(forms.schema, 0, "As a form") : []), ...answerSchema(operation)),
      el("div", { class: "side" }, code, answerCard(operation))),
  ];
}

function needsKey(operation) {
  if (operation.security && !operation.security.length) return "needs no key";
  return operation.security?.[0]?.admin ? "needs the admin token" : "needs a key";
}

function parameterList(parameters) {
  if (!parameters.length) return null;
  const resolved = resolver(spec);
  return el("div", {}, el("h2", {}, "Parameters"), el("div", {}, parameters.map((each) => {
    const [row] = rows({ properties: { [each.name]: each.schema }, required: each.required ? [each.name] : [] }, resolved);
    return fieldRow({ ...row, type: `${row.type}, in the ${each.in}`, description: each.description || row.description });
  })));
}

function fieldList(schema, chosen, title = "Fields") {
  const found = rows(schema, resolver(spec), chosen);
  return found.length ? [el("h2", {}, title), el("div", {}, found.map(fieldRow))] : [];
}

function fieldRow(row) {
  const limits = row.limits.map((limit) => limit.one ? [limit.one.length > 1 ? "one of " : "", ...limit.one.flatMap((word, index) => [index ? ", " : "", el("code", {}, String(word))])] : [limit.text]);
  const fallback = row.fallback === undefined || row.fallback === null || row.fallback === "" || (Array.isArray(row.fallback) && !row.fallback.length)
    ? [] : ["default ", el("code", {}, typeof row.fallback === "string" ? row.fallback : JSON.stringify(row.fallback))];
  const said = [...limits, fallback].filter((part) => part.length).flatMap((part, index) => [index ? " · " : "", ...part]);
  return el("div", { class: "field" },
    el("span", { class: "name" }, el("span", { class: "way" }, row.way), row.name), el("span", { class: "type" }, row.type),
    row.needed ? el("span", { class: "needed" }, "required") : null,
    row.description ? el("p", {}, row.description) : null,
    said.length ? el("p", { class: "limits" }, said) : null);
}

function answerSchema(operation) {
  const schema = operation.responses?.["200"]?.content?.["application/json"]?.schema;
  const found = schema ? rows(schema, resolver(spec)) : [];
  return found.length ? [el("h2", {}, "Answer"), el("div", {}, found.map((row) => fieldRow({ ...row, needed: false })))] : [];
}

function answerCard(operation) {
  const statuses = Object.keys(operation.responses || {});
  const body = el("div", { role: "tabpanel" });
  const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Answers by status" });
  const choose = (status) => {
    tabs.replaceChildren(...statuses.map((each) => el("button", { type: "button", role: "tab", "aria-selected": String(each === status), onclick: () => choose(each) }, each)));
    const answer = operation.responses[status];
    const [media, content] = Object.entries(answer.content || {})[0] || [];
    const examples = Object.values(content?.examples || {}).map((each) => each.value);
    const text = content?.example ?? examples[0];
    body.replaceChildren(el("p", { class: "said" }, answer.description || ""),
      ...(text !== undefined ? [el("pre", { tabindex: "0" }, typeof text === "string" ? text : coloured(text))] : media ? [el("pre", {}, media)] : [el("pre", {}, "")]));
  };
  choose(statuses[0]);
  return el("section", { class: "card", "aria-label": "Answers" }, el("div", { class: "bar" }, "Answers", el("span", { class: "last" }, tabs)), body);
}

function codeCard(title, text, names = [], choose = null, chosen = 0) {
  const select = names.length > 1 ? el("select", { "aria-label": "Example of", onchange: (event) => choose(event.target.selectedIndex) },
    names.map((name, index) => el("option", { selected: index === chosen }, name))) : null;
  return el("section", { class: "card", "aria-label": "Example" }, el("div", { class: "bar" }, title, select, el("span", { class: "last" }, copyButton(text))), writtenExample(text));
}

// What was typed into the page stays: a new key changes the texts of the examples alone.
function writtenExample(text) {
  const shown = el("pre", { tabindex: "0", class: "example" }, text());
  shown.rewrite = () => shown.replaceChildren(text());
  return shown;
}

function rewriteExamples() {
  document.querySelectorAll("pre.example").forEach((shown) => shown.rewrite());
}

function copyButton(text) {
  const button = el("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text())) ? "Copied" : "Not allowed";
    setTimeout(() => { button.textContent = "Copy"; }, 1200);
  });
  return button;
}

// Browsers give the clipboard to pages on https and localhost alone; elsewhere there is an older way.
async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const holder = el("textarea", { class: "hidden", "aria-hidden": "true" });
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const done = document.execCommand("copy");
  holder.remove();
  return done;
}

function exampleOf(operation, chosen = 0) {
  const examples = Object.values(operation.requestBody?.content?.["application/json"]?.examples || {});
  return examples[Math.min(chosen, examples.length - 1)]?.value;
}

function pathOf(operation) {
  let path = operation.path;
  const query = [];
  for (const each of operation.parameters || []) {
    const value = each.example ?? each.schema?.examples?.[0] ?? (each.name.includes("id") ? "7000000000000000001" : "");
    if (each.in === "path") path = path.replace(`{${each.name}}`, value);
    else if (each.required) query.push(`${each.name}=${value}`);
  }
  return path + (query.length ? `?${query.join("&")}` : "");
}

function curl(operation, chosen = 0) {
  const open = operation.security && !operation.security.length;
  const lines = [`curl ${operation.method === "get" ? "" : operation.method === "head" ? "--head " : `-X ${operation.method.toUpperCase()} `}'${BASE}${pathOf(operation)}'`];
  if (!open) lines.push(`-H 'Authorization: Bearer ${$("key").value || (operation.security?.[0]?.admin ? "ADMIN_TOKEN" : "YOUR_API_KEY")}'`);
  const body = exampleOf(operation, chosen);
  if (body !== undefined) lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`);
  else if (operation.requestBody) lines.push("--data-binary @file");
  return lines.join(" \\\n  ");
}

function tryCard(operation, chosen) {
  const body = exampleOf(operation, chosen);
  if (operation.requestBody && body === undefined) return el("span");
  const address = el("input", { value: pathOf(operation), "aria-label": "Address", spellcheck: "false" });
  const text = body === undefined ? null : el("textarea", { "aria-label": "Body", spellcheck: "false" });
  if (text) text.value = JSON.stringify(body, null, 2);
  const answer = el("div", { class: "answer", "aria-live": "polite" });
  const send = el("button", { type: "button", class: "main", onclick: () => sent(operation, address.value, text?.value, answer) }, "Send");
  return el("details", { class: "card" }, el("summary", { class: "bar" }, "Try it on this server"),
    el("div", { class: "bar" }, verb(operation.method), address, el("span", { class: "last" }, send)), text, answer);
}

async function sent(operation, path, body, place) {
  const headers = $("key").value ? { Authorization: `Bearer ${$("key").value}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(BASE + path, { method: operation.method.toUpperCase(), headers, body });
    const type = answer.headers.get("Content-Type") || "";
    const ignored = answer.headers.get("X-Ignored-Fields");
    const said = el("p", { class: `said ${answer.ok ? "good" : "bad"}` }, `${answer.status} · ${type}${ignored ? ` · ignored: ${ignored}` : ""}`);
    const shown = type.includes("json") ? coloured(await answer.json()) : type.startsWith("text/") ? (await answer.text()).slice(0, 20000) : `${(await answer.blob()).size} bytes`;
    place.replaceChildren(said, el("pre", { tabindex: "0" }, shown));
  } catch (error) {
    place.replaceChildren(el("p", { class: "said bad" }, `No answer: ${error.message}`));
  }
}

// JSON with its kinds of values in colours, as nodes: nothing that was received is ever read as HTML.
function coloured(value) {
  const nodes = document.createDocumentFragment();
  const kinds = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
  const text = JSON.stringify(value, null, 2);
  let at = 0;
  for (const match of text.matchAll(kinds)) {
    nodes.append(text.slice(at, match.index));
    const kind = match[1] ? (match[2] ? "k" : "s") : match[3] ? "n" : "w";
    nodes.append(el("span", { class: kind }, match[1] || match[0]), match[2] || "");
    at = match.index + match[0].length;
  }
  nodes.append(text.slice(at));
  return nodes;
}

function chooseTheme(name) {
  document.documentElement.dataset.theme = name;
  try { localStorage.setItem("keyreel-theme", name); } catch { /* a browser may keep nothing */ }
}

function storedTheme() {
  try { return localStorage.getItem("keyreel-theme"); } catch { return null; }
}

async function start() {
  document.documentElement.dataset.theme = storedTheme() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  $("theme").addEventListener("click", () => chooseTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  $("menu").addEventListener("click", () => $("menu").setAttribute("aria-expanded", String($("sidebar").classList.toggle("open"))));
  try {
    spec = await (await fetch("openapi.json")).json();
  } catch {
    $("content").replaceChildren(el("p", {}, "The server's openapi.json cannot be read right now: load this page again."));
    return;
  }
  operations = collected(spec);
  $("search").addEventListener("input", () => { drawNavigation(); if (innerWidth <= 820) $("sidebar").classList.add("open"); });
  $("search").addEventListener("keydown", (event) => {
    const first = document.querySelector("nav a");
    if (event.key === "Enter" && first) location.hash = first.getAttribute("href");
  });
  $("key").addEventListener("input", rewriteExamples);
  addEventListener("hashchange", () => { if (location.hash !== "#content") { show(); $("content").focus({ preventScroll: true }); } });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); $("search").focus(); }
  });
  show();
}

start();
