/** The command line: words in, text out, an exit code back. Never throws and never ends the process. */
import { CommanderError } from '@commander-js/extra-typings';
import { ERRORS, EXIT, problem, RondoError } from '../errors.ts';
import { Cli } from './cli.ts';
import type { Host } from './host.ts';
import { newProgram, registerCommands } from './program.ts';
import { COMMANDS, type CommandEntry, findCommand } from './table.ts';

export async function runCli(host: Host): Promise<number> {
  const said: string[] = [];
  try {
    const argv = asHelpOption(host.argv);
    const called = calledCommand(argv);
    const cli = new Cli(host, newProgram(host, said));
    await registerCommands(cli, called !== undefined ? [called] : asksVersion(argv) ? [] : COMMANDS);
    if (argv.length === 0) cli.program.outputHelp();
    else await cli.program.parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    return await reportError(host, error, said);
  }
}

/** `help` and `help <command>` are `--help`; of a command that is not known commander has a suggestion. */
function asHelpOption(argv: readonly string[]): readonly string[] {
  const [first, name] = argv;
  if (first !== 'help') return argv;
  if (name === undefined) return ['--help'];
  return name.startsWith('-') || findCommand(name) !== undefined ? [name, '--help'] : [name];
}

/** The command that the words name; undefined where all commands are needed: help, an unknown word, completion. */
function calledCommand(argv: readonly string[]): CommandEntry | undefined {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '-C') i += 1;
    else if (!word.startsWith('-'))
      return word === 'completion' || word === 'complete' ? undefined : findCommand(word);
  }
  return undefined;
}

function asksVersion([word]: readonly string[]): boolean {
  return word === '--version' || word === '-V';
}

async function reportError(host: Host, error: unknown, said: readonly string[]): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  const [{ errorAsDocument, printError }, { printJson }, { loadStyle }] = await Promise.all([
    import('./print/print-error.ts'),
    import('./print/json.ts'),
    import('./print/style.ts'),
  ]);
  const known = await asRondoError(host, error, said);
  if (wantsJson(host.argv)) host.stdout.write(printJson(errorAsDocument(known)));
  else host.stderr.write(printError(known, await loadStyle(host, host.stderr)));
  if (known.code === 'internal' && host.env.RONDO_DEBUG === '1' && error instanceof Error)
    host.stderr.write(`${error.stack}\n`);
  return known.exitCode;
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

async function asRondoError(host: Host, error: unknown, said: readonly string[]): Promise<RondoError> {
  if (error instanceof RondoError) return withOwnHelp(host, error);
  if (error instanceof CommanderError) return await usageError(host, error, said);
  return new RondoError(problem('internal', error instanceof Error ? error.message : String(error)), {
    cause: error,
  });
}

/** A command's own usage errors point to that command's help. */
function withOwnHelp(host: Host, error: RondoError): RondoError {
  const called = calledCommand(host.argv);
  if (error.code !== 'usage' || called === undefined) return error;
  const problems = error.problems.map((p) =>
    p.hint === ERRORS.usage.hint ? { ...p, hint: `See \`${host.name} ${called.name} --help\`.` } : p,
  );
  return new RondoError(problems, { cause: error });
}

/** Commander's own sentence; the hint is what other tools call so, else its suggestion, which goes by letters alone. */
async function usageError(host: Host, error: CommanderError, said: readonly string[]): Promise<RondoError> {
  const text = (said.join('').trim() || error.message).replace(/^error: /, '');
  const [message = '', ...rest] = text.split('\n');
  const suggestion = rest.join(' ').match(/^\((.*)\)$/)?.[1];
  const called = calledCommand(host.argv);
  const help = `See \`${host.name}${called === undefined ? '' : ` ${called.name}`} --help\`.`;
  const { commandMeant } = await import('./other-words.ts');
  const unknown = /^unknown command '(.*)'$/.exec(message)?.[1];
  const meant = unknown === undefined ? undefined : commandMeant(unknown);
  const hint =
    meant === undefined ? (suggestion ?? help) : `See \`${host.name} ${meant}\`, or \`${host.name} --help\`.`;
  return new RondoError(problem('usage', message, { hint }), { cause: error });
}
