/**
 * Writes a value as YAML on one line: flow maps and lists, strings plain where they read back as the same string and in
 * double quotes where not. Nothing a worker says can end the line, the fence or the frontmatter.
 */

export type Quoting = 'plain' | 'single' | 'double';

export interface ValueStyle {
  /** Inside `[…]` or `{…}`, where commas and brackets mean something. */
  readonly flow: boolean;
  /** YAML's core types, as under `metadata`: a string that looks like a number must be quoted. */
  readonly core: boolean;
  /** The quotes to keep, where they can hold the value. */
  readonly quoting?: Quoting;
}

/** The value on one line. */
export function printValue(value: unknown, style: ValueStyle): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => printValue(item, inside(style)));
    return `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => printPair(key, item, inside(style)));
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  if (typeof value === 'string') return printText(value, style);
  const plain = String(value);
  return style.core ? plain : printText(plain, style);
}

/** `key: value`; what lies under a key named `metadata` has core types. */
export function printPair(key: string, value: unknown, style: ValueStyle): string {
  const within = { ...style, core: style.core || key === 'metadata' };
  return `${printKey(key, style.flow)}: ${printValue(value, within)}`;
}

export function printKey(key: string, flow: boolean): string {
  return key === '<<' || key.length > 500 ? quote(key) : printText(key, { flow, core: false });
}

const inside = (style: ValueStyle): ValueStyle => ({ flow: true, core: style.core });

function printText(value: string, style: ValueStyle): string {
  if (style.quoting === 'double') return quote(value);
  if (style.quoting === 'single' && !UNPRINTABLE.test(value)) return `'${value.replaceAll("'", "''")}'`;
  const isPlain = fitsPlain(value, style.flow) && !(style.core && coreValue(value) !== value);
  return isPlain ? value : quote(value);
}

/** Line ends, control characters, and what changes how the rest of the line is shown. */
const UNPRINTABLE =
  /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF\uD800-\uDFFF]/u;

function fitsPlain(value: string, flow: boolean): boolean {
  if (value === '' || UNPRINTABLE.test(value)) return false;
  if (/^[\s\-?:,[\]{}#&*!|>'"%@`]/.test(value) || /\s$|:$/.test(value)) return /^-[\w.]+$/.test(value);
  if (value.includes(': ') || value.includes(' #') || value.startsWith('...')) return false;
  return !flow || !/[,[\]{}]/.test(value);
}

function quote(value: string): string {
  const escaped = JSON.stringify(value);
  return escaped.replace(
    /[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What YAML's core schema reads in a plain scalar; what JSON could not keep exactly stays the text that was typed. */
export function coreValue(source: string): unknown {
  if (/^(?:~|[Nn]ull|NULL)?$/.test(source)) return null;
  if (/^(?:[Tt]rue|TRUE)$/.test(source)) return true;
  if (/^(?:[Ff]alse|FALSE)$/.test(source)) return false;
  const isNumber =
    /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(source) ||
    /^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(source);
  if (!isNumber) return source;
  const value = Number(source);
  if (!Number.isFinite(value)) return source;
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$|^0[ox]/.test(source);
  if (isLong && String(value) !== source) return source;
  return value === 0 ? 0 : value;
}
