/** `rondo trust`: every command that plans and settings of this checkout would run, and whether it is approved here. */
import { RondoError } from '../errors.ts';
import { AGENTS } from '../model/agents.ts';
import type { TrustDocument } from '../model/documents.ts';
import { sha256 } from '../model/sha256.ts';
import { gatesOf } from '../plan/gates.ts';
import { programOf, routeTask } from '../plan/routing.ts';
import type { Outside } from '../ports.ts';
import { findPlans } from '../round/find-plans.ts';
import { loadSettings, SETTINGS_FILE } from '../round/load-settings.ts';
import { type View, viewPlan } from './read-only.ts';

interface Use {
  readonly file: string;
  readonly usedBy: string[];
}

/** In the order in which they are met; each command once, with the commit that brought it. */
export async function listCommands(outside: Outside): Promise<TrustDocument> {
  const uses = await collect(outside);
  const approved = outside.local.approvedCommands();
  const commands: TrustDocument['commands'] = [];
  const commits = await outside.repo.broughtBy(
    [...uses].map(([command, { file }]) => ({ file, holds: lineOf(outside, command, file) })),
  );
  for (const [i, [command, use]] of [...uses].entries()) {
    const commit = commits[i] ?? null;
    commands.push({
      id: commandId(command),
      command,
      approved: approved.has(command),
      used_by: use.usedBy,
      file: use.file,
      commit,
    });
  }
  return { commands };
}

/** What tells the line of a command; where the file has it in a form of its own, any line with a good part of it. */
function lineOf({ repo }: Outside, command: string, file: string): (line: string) => boolean {
  const strict = (line: string) => isCommandLine(line, command) || isAgentLine(line, command);
  const { commit } = repo.head();
  const text = commit === null ? null : repo.readAt(commit, file);
  if (text?.split(/\r?\n/).some(strict) !== false) return strict;
  const part = longest(command);
  return (line) => part !== '' && line.includes(part);
}

/** `run: <command>` and its like, quoted or not, a criterion's check, or a line of a block of text. */
function isCommandLine(line: string, command: string): boolean {
  const first = command.trim().split('\n', 1)[0]?.trim() ?? '';
  if (line.trim() === first) return true;
  const value = /(?:^|[\s{,(])["']?(?:run|command|check|hook)["']?\s*:\s*(.*)$/.exec(line)?.[1];
  if (value === undefined) return false;
  const part = longest(command);
  if (part !== command.trim()) return part !== '' && value.includes(part);
  const rest = value.replace(/^["'`]/, '');
  return rest.startsWith(part) && /^["'`]?\s*(?:$|[,})]|\s#)/.test(rest.slice(part.length));
}

/** `agent: claude`, of a line that starts that program; its model and permissions may stand on others. */
function isAgentLine(line: string, command: string): boolean {
  const name = AGENTS.find((agent) => command.startsWith(`${agent} `));
  const given = /(?:^|[\s{,])["']?agent["']?\s*:\s*["']?(\w+)/.exec(line)?.[1];
  return name !== undefined && given === name;
}

/** The longest piece that stands in a file as it is: without quotes, escapes and line ends. */
function longest(command: string): string {
  const pieces = command.split(/["'\\\n]/).map((piece) => piece.trim());
  return pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
}

/** The commands alone, without asking history. */
export async function listCommandTexts(
  outside: Outside,
): Promise<readonly { id: string; command: string }[]> {
  return [...(await collect(outside)).keys()].map((command) => ({ id: commandId(command), command }));
}

/** 64 bits: nobody finds another command of the same id in the time between a look and an approval. */
export function commandId(command: string): string {
  return sha256(command).slice(0, 16);
}

async function collect(outside: Outside): Promise<ReadonlyMap<string, Use>> {
  const uses = new Map<string, Use>();
  const add = (command: string, file: string, by: string) => {
    const use = uses.get(command);
    if (use === undefined) uses.set(command, { file, usedBy: [by] });
    else use.usedBy.push(by);
  };
  const { settings } = await loadSettings(outside);
  for (const [name, specialist] of Object.entries(settings.specialists)) {
    const program = programOf(specialist);
    if (program !== undefined) add(program.command, SETTINGS_FILE, `specialist ${name}`);
  }
  const { plans } = await findPlans(outside);
  for (const target of plans) {
    const view = await viewOrNull(outside, target);
    if (view === null) continue;
    for (const task of view.plan.tasks) {
      const route = routeTask(task, view.settings);
      if (route.kind === 'command') add(route.command, target.file, `${target.name}/${task.id}`);
    }
    for (const { command, by, inPlan } of gateUses(view))
      add(command, inPlan ? target.file : SETTINGS_FILE, by);
    for (const criterion of view.plan.criteria)
      if (criterion.check !== undefined)
        add(criterion.check, target.file, `${target.name}: criterion "${criterion.text}"`);
  }
  return uses;
}

/** The gates of a plan's tasks: one of its own by the task, one of a tag once, however many tasks have it. */
function gateUses({ plan, settings, target }: View): readonly GateUse[] {
  const uses = new Map<string, GateUse>();
  const hooks = Object.values(plan.fields.quality_gates?.task_gates ?? {}).map((gate) => gate.hook);
  for (const task of plan.tasks)
    for (const { name, command } of gatesOf(task, settings)) {
      const own = task.fields.gates?.includes(command) === true;
      const by = own ? `${target.name}/${task.id} (gate)` : `${target.name}: gate ${name}`;
      uses.set(`${by} ${command}`, { command, by, inPlan: own || hooks.includes(command) });
    }
  return [...uses.values()];
}

interface GateUse {
  readonly command: string;
  readonly by: string;
  /** Whether the plan's own file asks for it, and not the settings of the repository. */
  readonly inPlan: boolean;
}

/** A broken plan runs nothing, so it has nothing to approve; `rondo check` shows it. */
async function viewOrNull(outside: Outside, target: Parameters<typeof viewPlan>[1]) {
  try {
    return await viewPlan(outside, target);
  } catch (error) {
    if (error instanceof RondoError) return null;
    throw error;
  }
}
