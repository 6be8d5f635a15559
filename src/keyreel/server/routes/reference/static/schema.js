// JSON schemas as rows of fields: what each takes, in words.

export function resolver(document) {
  return function resolved(schema) {
    if (!schema || !schema.$ref) return schema || {};
    const found = document.components.schemas[schema.$ref.split("/").pop()] || {};
    const { $ref, ...rest } = schema;
    return { ...resolved(found), ...rest };
  };
}

// One object schema out of references and parts; of alternatives the one that was asked for.
export function flattened(schema, resolved, chosen = 0) {
  const whole = resolved(schema);
  const alternatives = (whole.anyOf || whole.oneOf || []).filter((part) => part.type !== "null");
  const objects = alternatives.filter((part) => isObject(resolved(part), resolved));
  if (!whole.properties && !whole.allOf && objects.length) {
    return flattened(objects[Math.min(chosen, objects.length - 1)], resolved);
  }
  const merged = { properties: {}, required: [] };
  for (const part of [whole, ...(whole.allOf || []).map((each) => flattened(each, resolved))]) {
    Object.assign(merged.properties, part.properties || {});
    merged.required.push(...(part.required || []));
  }
  return merged;
}

function isObject(schema, resolved) {
  return schema.type === "object" || schema.properties || schema.allOf
    || (schema.anyOf || []).some((part) => isObject(resolved(part), resolved));
}

// [{way, name, type, needed, fallback, limits, description}], required fields first and those of inner objects after their own.
export function rows(schema, resolved, chosen = 0, way = "", depth = 0) {
  const { properties, required } = flattened(schema, resolved, chosen);
  const found = [];
  const first = ([name]) => (required.includes(name) ? 0 : 1);
  for (const [name, given] of Object.entries(properties).sort((one, other) => first(one) - first(other))) {
    const field = usual(given, resolved);
    found.push({
      way, name, type: typeOf(given, resolved), needed: required.includes(name),
      fallback: given.default ?? field.default, limits: limitsOf(field), description: given.description || field.description || "",
    });
    const items = field.items ? usual(field.items, resolved) : field;
    if (depth < 4 && (items.properties || items.allOf)) {
      found.push(...rows(items, resolved, 0, `${way}${name}${field.items ? "[]" : ""}.`, depth + 1));
    }
  }
  return found;
}

// The part of an alternative that is not null.
function usual(schema, resolved) {
  const whole = resolved(schema);
  const parts = (whole.anyOf || whole.oneOf || []).filter((part) => part.type !== "null");
  return parts.length ? { ...whole, ...resolved(parts[0]) } : whole;
}

export function typeOf(schema, resolved) {
  const whole = resolved(schema);
  const parts = (whole.anyOf || whole.oneOf || []).filter((part) => part.type !== "null");
  if (parts.length > 1) return [...new Set(parts.map((part) => typeOf(part, resolved)))].join(" or ");
  const field = usual(schema, resolved);
  if (field.const !== undefined) return "constant";
  if (field.items) return `list of ${typeOf(field.items, resolved)}`;
  if (field.properties || field.allOf) return "object";
  if (Array.isArray(field.type)) return field.type.join(" or ");
  return { string: "text", integer: "whole number", number: "number", boolean: "true or false", array: "list" }[field.type] || field.type || "anything";
}

function limitsOf(field) {
  const said = [];
  if (field.const !== undefined) said.push({ one: [field.const] });
  if (field.enum) said.push({ one: field.enum });
  const span = (low, high, unit) => {
    if (low === undefined && high === undefined) return;
    if (low !== undefined && high !== undefined) said.push({ text: low === high ? (low === 1 && unit ? "exactly one" : `only ${low}${unit}`) : `${low} to ${high}${unit}` });
    else said.push({ text: high === undefined ? (low === 1 && unit ? "at least one" : `at least ${low}${unit}`) : `at most ${high.toLocaleString("en")}${unit}` });
  };
  span(field.minimum, field.maximum, "");
  span(field.minLength > 1 ? field.minLength : undefined, field.maxLength, " characters");
  span(field.minItems || undefined, field.maxItems, " entries");
  if (field.format === "uri") said.push({ text: "an address" });
  return said;
}
