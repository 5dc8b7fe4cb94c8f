/** Completion in shells: the scripts, and the words they ask for; plans and tasks come from the repository. */
import tab from '@bomb.sh/tab/commander';
import { listTemplates } from '../query/list-templates.ts';
import { listPlans, planStatus } from '../query/status.ts';
import { listCommandTexts } from '../query/trust.ts';
import { Cli } from './cli.ts';
import { inertCommand, inertLine } from './print/inert.ts';
import { newProgram, registerCommands } from './program.ts';
import { openSession } from './session.ts';
import { shippedTemplates } from './shipped-templates.ts';
import { COMMANDS } from './table.ts';

type Root = ReturnType<typeof tab>;
type Shell = 'bash' | 'zsh' | 'fish' | 'powershell';

interface Word {
  readonly value: string;
  readonly description: string;
}

export async function completionScript(cli: Cli, shell: Shell): Promise<string> {
  if (shell === 'bash') return BASH;
  const root = await knownWords(cli);
  return captured(() => root.setup('rondo', 'rondo', shell));
}

/**
 * The library's script for bash needs functions of the package bash-completion, fails when it is sourced again, and
 * evaluates the line as typed. This one needs bash alone (3.2 and newer) and hands the words over as they stand. The last
 * line of an answer is `:` and a number, which the other shells read.
 */
const BASH = `# bash completion for rondo
_rondo() {
  local word=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    if [[ $line != :* && $line == "$word"* ]]; then
      COMPREPLY+=("$line")
    fi
  done < <(rondo complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rondo rondo
`;

/** Prints what may come next after the words, in the form the scripts read. */
export async function completeWords(cli: Cli, words: string[]): Promise<void> {
  const root = await knownWords(cli);
  const { plans, tasks, ids } = await namesHere(cli);
  const commands = words.includes('trust') ? await commandsHere(cli) : [];
  const templates = words.includes('new') ? await templatesHere(cli) : [];
  for (const command of root.commands.values()) {
    for (const [name, argument] of command.arguments) {
      const known = name === 'plan' ? plans : name === 'task' ? tasks : undefined;
      if (known !== undefined) argument.handler = (complete) => offer(known, complete);
    }
    for (const [name, option] of command.options) {
      const known = knownValues(name, { plans, ids, commands, templates });
      if (known !== undefined) option.handler = (complete) => offer(known, complete);
    }
  }
  cli.host.stdout.write(captured(() => root.parse(words)));
}

/** What an option takes, by its name. */
function knownValues(
  option: string,
  words: Readonly<Record<'plans' | 'ids' | 'commands' | 'templates', readonly Word[]>>,
): readonly Word[] | undefined {
  switch (option) {
    case 'plan':
      return words.plans;
    case 'after':
      return words.ids;
    case 'template':
      return words.templates;
    case 'approve':
    case 'revoke':
      return words.commands;
    default:
      return undefined;
  }
}

function offer(words: readonly Word[], complete: (value: string, description: string) => void): void {
  for (const { value, description } of words) complete(value, description);
}

/** The adapter adds commands of its own to the program it reads, so it gets one that nobody else uses. */
async function knownWords(cli: Cli): Promise<Root> {
  const scratch = new Cli(cli.host, newProgram(cli.host, []));
  await registerCommands(
    scratch,
    COMMANDS.filter((entry) => entry.name !== 'completion'),
  );
  // The typed program is commander's own; only its type does not say so.
  return tab(scratch.program as unknown as Parameters<typeof tab>[0], {
    completionCommandName: 'completion',
  });
}

interface Names {
  readonly plans: readonly Word[];
  /** As a call names them: with the plan where several active plans have a task of that id. */
  readonly tasks: readonly Word[];
  /** Their bare ids, each once. */
  readonly ids: readonly Word[];
}

/** Outside a repository, or where a plan is broken, there is just nothing to offer. */
async function namesHere(cli: Cli): Promise<Names> {
  try {
    const { outside } = await openSession(cli.host, cli.flags(), 'asked');
    const { plans } = await listPlans(outside);
    const good = plans.filter((plan) => plan.status !== null);
    const open = good.filter((plan) => plan.status !== 'complete');
    const byId = new Map<string, Word[]>();
    for (const { plan, file } of open.length > 0 ? open : good)
      for (const { id, status, title } of (await planStatus(outside, { name: plan, file })).tasks)
        byId.set(id, [
          ...(byId.get(id) ?? []),
          { value: `${plan}/${id}`, description: `${status}: ${inertLine(title)}` },
        ]);
    const ids = [...byId].map(([value, [word]]) => ({ value, description: word?.description ?? '' }));
    return {
      plans: plans.map((plan) => ({ value: plan.plan, description: inertLine(plan.goal ?? '') })),
      tasks: ids.flatMap((id) => {
        const holders = byId.get(id.value) ?? [];
        return holders.length > 1 ? holders : [id];
      }),
      ids,
    };
  } catch {
    return { plans: [], tasks: [], ids: [] };
  }
}

async function templatesHere(cli: Cli): Promise<readonly Word[]> {
  try {
    const { outside } = await openSession(cli.host, cli.flags(), 'asked');
    const { templates } = await listTemplates(outside, shippedTemplates(cli.host));
    return templates.map(({ name, description }) => ({ value: name, description: inertLine(description) }));
  } catch {
    return []; // as above
  }
}

async function commandsHere(cli: Cli): Promise<readonly Word[]> {
  try {
    const { outside } = await openSession(cli.host, cli.flags(), 'asked');
    const commands = await listCommandTexts(outside);
    return commands.map(({ id, command }) => ({
      value: id,
      description: inertLine(inertCommand(command)),
    }));
  } catch {
    return []; // as above
  }
}

/** tab prints with console.log; here everything that is said goes through the host. */
function captured(work: () => void): string {
  const lines: string[] = [];
  const before = console.log;
  console.log = (line: unknown) => lines.push(String(line));
  try {
    work();
  } finally {
    console.log = before;
  }
  return lines.map((line) => `${line}\n`).join('');
}
