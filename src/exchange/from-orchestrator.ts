/** `init --from`: settings of a task orchestrator (`config.yaml`, `agent-mapping.yaml`) as a rondo.yaml, and what is left out. */
import { type Problem, RondoError } from '../errors.ts';
import { readFlag, readInteger } from '../model/read-text.ts';
import { toProblems } from '../state-file/parse-plan.ts';
import { parseSettings } from '../state-file/parse-settings.ts';
import { readYaml } from '../state-file/yaml-read.ts';

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

export interface LeftOut {
  readonly file: string;
  readonly key: string;
  readonly why: string;
}

export interface Converted {
  /** The text of a rondo.yaml. */
  readonly text: string;
  readonly leftOut: readonly LeftOut[];
}

interface Found {
  readonly parallelism: Map<string, string>;
  readonly routing: Map<string, string>;
  gatesEnabled: string | undefined;
  readonly gates: Map<string, { readonly hook: string; readonly required: string | undefined }>;
  /** By the name it has there. */
  readonly specialists: Map<string, { model: string | undefined; readonly tags: Set<string> }>;
  readonly leftOut: LeftOut[];
}

/** Throws the problems of a file that cannot be read. */
export function fromOrchestrator(files: readonly SourceFile[]): Converted {
  const found: Found = {
    parallelism: new Map(),
    routing: new Map(),
    gatesEnabled: undefined,
    gates: new Map(),
    specialists: new Map(),
    leftOut: [],
  };
  for (const file of files) {
    const { value, faults } = readYaml(file.text.replace(/^\ufeff/, ''));
    if (faults.length > 0) throw new RondoError(toProblems(file.text, file.name, faults));
    for (const [key, part] of Object.entries(value)) readKey(found, file.name, key, part);
  }
  nameUnknown(found);
  const text = write(found);
  const { problems } = parseSettings(text, 'rondo.yaml');
  const broken = problems.filter((problem: Problem) => problem.severity === 'error');
  if (broken.length > 0) throw new RondoError(broken);
  return { text, leftOut: found.leftOut };
}

// ---------------------------------------------------------------- reading

function readKey(found: Found, file: string, key: string, part: unknown): void {
  switch (key) {
    case 'parallelism':
      return readParallelism(found, file, part);
    case 'specialist_routing':
      return readRouting(found, file, part);
    case 'quality_gates':
      return readGates(found, file, part);
    default:
      // Only the other file says who does what.
      if (file === 'config.yaml' || !readMapping(found, key, part))
        leave(found, file, key, 'Rondo has no such setting');
  }
}

function readParallelism(found: Found, file: string, part: unknown): void {
  for (const [key, value] of entries(part)) {
    const name = `parallelism.${key}`;
    if (key === 'max_parallel_tasks' && Number(readInteger(String(value)) ?? 0) >= 1)
      found.parallelism.set(key, String(value));
    else if (key === 'auto_launch' && readFlag(String(value)) !== undefined)
      found.parallelism.set(key, String(value));
    else if (key === 'respect_dependencies' && readFlag(String(value)) === true)
      found.parallelism.set(key, 'true');
    else if (key === 'respect_dependencies') leave(found, file, name, 'Rondo always waits for dependencies');
    else if (key === 'max_parallel_tasks' || key === 'auto_launch')
      leave(found, file, name, `not understood: ${shown(value)}`);
    else leave(found, file, name, 'Rondo has no such setting');
  }
}

function readRouting(found: Found, file: string, part: unknown): void {
  for (const [key, value] of entries(part)) {
    const name = `specialist_routing.${key}`;
    if (key === 'fallback_behavior' && (value === 'use_default' || value === 'ask_user'))
      found.routing.set(key, value);
    else if (key === 'default_specialist' && typeof value === 'string' && slug(value) !== '')
      found.routing.set(key, specialist(found, value));
    else if (key === 'fallback_behavior' || key === 'default_specialist')
      leave(found, file, name, `not understood: ${shown(value)}`);
    else leave(found, file, name, 'Rondo has no such setting');
  }
}

function readGates(found: Found, file: string, part: unknown): void {
  for (const [key, value] of entries(part)) {
    if (key === 'enabled' && readFlag(String(value)) !== undefined) found.gatesEnabled = String(value);
    else if (key === 'task_gates') for (const [tag, gate] of entries(value)) readGate(found, file, tag, gate);
    else leave(found, file, `quality_gates.${key}`, 'Rondo has no such setting');
  }
}

function readGate(found: Found, file: string, tag: string, gate: unknown): void {
  const name = `quality_gates.task_gates.${tag}`;
  const fields = new Map(entries(gate));
  const [hook, required] = [fields.get('hook'), fields.get('required')];
  if (typeof hook !== 'string' || hook.trim() === '') return leave(found, file, name, 'it has no hook');
  const flag = required === undefined ? undefined : readFlag(String(required));
  found.gates.set(tag, { hook, required: flag === undefined ? undefined : String(flag) });
  leave(
    found,
    file,
    name,
    `taken over; its hook ${shown(hook)} is run as a shell command now: see that it is one`,
  );
}

/** `backend: Implementation Specialist (Haiku)`, a map of such lines, or a list of tags with their agent. */
function readMapping(found: Found, key: string, part: unknown): boolean {
  if (typeof part === 'string') return addTag(found, key, part);
  if (Array.isArray(part)) {
    const read = part.map((item) => {
      const fields = new Map(entries(item));
      const who = fields.get('agent') ?? fields.get('specialist');
      const tags = fields.get('task_tags') ?? fields.get('tags');
      if (typeof who !== 'string' || !Array.isArray(tags)) return undefined;
      return { who, tags: tags.map(String) };
    });
    if (read.length === 0 || read.some((item) => item === undefined)) return false;
    for (const item of read) for (const tag of item?.tags ?? []) addTag(found, tag, item?.who ?? '');
    return true;
  }
  const inner = entries(part);
  if (inner.length === 0 || inner.some(([, who]) => typeof who !== 'string')) return false;
  return inner.map(([tag, who]) => addTag(found, tag, String(who))).every((taken) => taken);
}

function addTag(found: Found, tag: string, who: string): boolean {
  const [, name = who, model] = /^(.*?)\s*\(([^()]+)\)\s*$/.exec(who) ?? [];
  if (!/[a-z]/.test(slug(name)) || tag.trim() === '' || tag === 'version') return false;
  const entry = found.specialists.get(specialist(found, name));
  entry?.tags.add(tag);
  if (entry !== undefined) entry.model ??= model?.trim();
  return true;
}

function specialist(found: Found, name: string): string {
  const id = slug(name.replace(/\s*\([^()]+\)\s*$/, ''));
  if (!found.specialists.has(id)) found.specialists.set(id, { model: undefined, tags: new Set() });
  return id;
}

/** Models that name their agent: those of Claude. Of any other, who drives it is not said, and not guessed. */
const CLAUDE = /^(claude[-\s\w.]*|haiku|sonnet|opus)$/i;

function nameUnknown(found: Found): void {
  for (const [id, { model }] of found.specialists)
    if (model === undefined || !CLAUDE.test(model))
      leave(
        found,
        'rondo.yaml',
        `specialists.${id}`,
        `${model === undefined ? 'no model is named' : `the model ${model} names no agent`}, so a person does its tasks until you give it an \`agent\` or a \`command\``,
      );
}

function leave(found: Found, file: string, key: string, why: string): void {
  found.leftOut.push({ file, key, why });
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

/** `Implementation Specialist` as a name that is typed easily. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

// ---------------------------------------------------------------- writing

function write(found: Found): string {
  const parts = [
    '# Settings of Rondo, taken over from a task orchestrator. docs/state-format.md lists them all.',
  ];
  if (found.parallelism.size > 0) parts.push(`parallelism: ${flow(found.parallelism)}`);
  if (found.specialists.size > 0) {
    const lines = [...found.specialists].map(([id, { model, tags }]) => {
      const claude = model !== undefined && CLAUDE.test(model);
      const fields = [
        ...(claude
          ? ['agent: claude', `model: ${plain(model.toLowerCase().replaceAll(' ', '-'))}`]
          : ['person: true']),
        ...(tags.size === 0 ? [] : [`tags: [${[...tags].map(plain).join(', ')}]`]),
      ];
      return `  ${id}: { ${fields.join(', ')} }`;
    });
    parts.push(['specialists:', ...lines].join('\n'));
  }
  if (found.routing.size > 0) parts.push(`specialist_routing: ${flow(found.routing)}`);
  if (found.gatesEnabled !== undefined || found.gates.size > 0) parts.push(writeGates(found));
  return `${parts.join('\n\n')}\n`;
}

function writeGates({ gatesEnabled, gates }: Found): string {
  const lines = ['quality_gates:'];
  if (gatesEnabled !== undefined) lines.push(`  enabled: ${gatesEnabled}`);
  if (gates.size > 0) lines.push('  task_gates:');
  for (const [tag, { hook, required }] of gates)
    lines.push(
      `    ${plain(tag)}: { hook: ${JSON.stringify(hook)}${required === undefined ? '' : `, required: ${required}`} }`,
    );
  return lines.join('\n');
}

function flow(fields: ReadonlyMap<string, string>): string {
  return `{ ${[...fields].map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}

/** A word as it is where YAML reads it as that, else in quotes. */
function plain(word: string): string {
  return /^[A-Za-z][\w.-]*$/.test(word) ? word : JSON.stringify(word);
}
