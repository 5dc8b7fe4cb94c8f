// Tables of fields and settings, read off the zod schemas that decode them. The kinds of text (duration, time, path) are
// told apart by what they accept, so the schemas need to carry nothing for this page.

/** Plan or task fields: name, kind, meaning. */
export function fieldTable(code, shape) {
  const rows = rowsOf(code, shape, '').map((row) => `| \`${row.name}\` | ${row.kind} | ${row.meaning} |`);
  return `| field | kind | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** All settings with their defaults, and whether a plan's frontmatter may hold them. */
export function settingTable(code) {
  const rows = rowsOf(code, code.settingsSchema._zod.def.shape, '').map(({ name, kind, meaning }) => {
    const where = name.split('.')[0] in code.planSettingShape ? 'both' : '`rondo.yaml`';
    return `| \`${name}\` | ${kind} | ${defaultOf(code.DEFAULT_SETTINGS, name)} | ${where} | ${meaning} |`;
  });
  return `| setting | kind | default | where | meaning |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

export function transitionTable({ TASK_TRANSITIONS }) {
  const rows = Object.entries(TASK_TRANSITIONS).map(
    ([from, to]) => `| \`${from}\` | ${to.map((status) => `\`${status}\``).join(', ')} |`,
  );
  return `| from | to |\n| --- | --- |\n${rows.join('\n')}\n`;
}

/** One row a field; the fields of a map follow it with dotted names. */
function rowsOf(code, shape, prefix) {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const bare = unwrap(schema);
    const meaning = (descriptionOf(code, schema) ?? '').replaceAll('|', '\\|');
    return [{ name, kind: kindOf(code, bare), meaning }, ...nestedRows(code, bare, name)];
  });
}

function nestedRows(code, schema, name) {
  const { type, shape, valueType, element } = schema._zod.def;
  if (type === 'object') return rowsOf(code, shape, `${name}.`);
  if (type === 'record') return nestedRows(code, unwrap(valueType), `${name}.<name>`);
  if (type === 'array') return nestedRows(code, unwrap(element), `${name}[]`);
  return [];
}

/** Optional values and text that is turned into numbers and the like: what comes out of it. */
function unwrap(schema) {
  const { type, innerType, out } = schema._zod.def;
  if (type === 'optional') return unwrap(innerType);
  if (type === 'pipe') return unwrap(out);
  return schema;
}

/** The description is on the field, or on what it wraps. */
function descriptionOf(code, schema) {
  const own = code.z.globalRegistry.get(schema)?.description;
  const inner = schema._zod.def.innerType;
  return own ?? (inner === undefined ? undefined : descriptionOf(code, inner));
}

function kindOf(code, schema) {
  const { type, element, entries, options, valueType } = schema._zod.def;
  const accepts = (value) => code.z.safeParse(schema, value).success;
  switch (type) {
    case 'string':
      return textKind(accepts);
    case 'number':
    case 'int':
      return accepts(-1) ? 'whole number' : `whole number, ${accepts(0) ? 0 : 1} or more`;
    case 'boolean':
      return '`true` or `false`';
    case 'enum':
      return Object.values(entries)
        .map((word) => `\`${word}\``)
        .join(', ');
    case 'array':
      return `list of ${plural(kindOf(code, unwrap(element)))}`;
    case 'union':
      return options.map((option) => unionKind(code, unwrap(option))).join(', or ');
    case 'record':
      return unwrap(valueType)._zod.def.type === 'object' ? 'map by name' : 'any map';
    case 'object':
      return 'map';
    default:
      throw new Error(`the tables know no kind of field "${type}"`);
  }
}

function textKind(accepts) {
  if (accepts('45m') && !accepts('x')) return 'duration';
  if (accepts('2026-11-21T10:15:00Z') && !accepts('x')) return 'time';
  if (accepts('a/b') && !accepts('../b')) return accepts('!b') ? 'path' : 'glob';
  return 'text';
}

function unionKind(code, schema) {
  const { type, shape } = schema._zod.def;
  if (type !== 'object') return kindOf(code, schema);
  return `map of ${Object.keys(shape)
    .map((key) => `\`${key}\``)
    .join(' and ')}`;
}

function plural(kind) {
  return (
    { text: 'texts', path: 'paths', glob: 'globs', map: 'maps', duration: 'durations', time: 'times' }[
      kind
    ] ?? kind
  );
}

function defaultOf(settings, name) {
  let value = settings;
  for (const key of name.split('.')) value = value?.[key];
  if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) return '';
  return Array.isArray(value) ? value.map((one) => `\`${one}\``).join(', ') : `\`${value}\``;
}
