/** Commander's program with what all commands share; the commands register themselves. */
import { Command } from '@commander-js/extra-typings';
import type { Cli } from './cli.ts';
import type { Host } from './host.ts';
import type { CommandEntry } from './table.ts';

/** `--json` and `-C` may stand before or after the command's name. What commander would say of a wrong call goes to `said`. */
export function newProgram(host: Host, said: string[]) {
  return new Command(host.name)
    .description('Coordinates long-running work that lives in git: one Markdown plan, one commit a round.')
    .option('-C <dir>', 'work on the repository that holds this folder')
    .option('--json', 'print one JSON document on standard output')
    .version(host.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; of one command: help <command>')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
    })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // What commander would say of a wrong call is said by reportError.
      writeErr: (text) => said.push(text),
      getOutHelpWidth: () => Math.min(host.stdout.columns, 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
}

export type Program = ReturnType<typeof newProgram>;

/** Loads and registers commands; a file that holds several is asked once. */
export async function registerCommands(cli: Cli, entries: readonly CommandEntry[]): Promise<void> {
  const registered = new Set<unknown>();
  for (const entry of entries) {
    const { register } = await entry.load();
    if (!registered.has(register)) register(cli);
    registered.add(register);
  }
}
