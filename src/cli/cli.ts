/** The frame around every command: registers it with commander, opens the outside, prints the answer, keeps the exit code. */
import type { Command } from '@commander-js/extra-typings';
import { fail, problem, RondoError } from '../errors.ts';
import { type Host, isDisabled } from './host.ts';
import { printJson } from './print/json.ts';
import { loadStyle } from './print/style.ts';
import type { Program } from './program.ts';
import { openSession, type Session } from './session.ts';
import { findCommand } from './table.ts';

/** What a command has to say: one document for scripts, its text for people. */
export interface Answer {
  readonly document: object;
  readonly text: () => string;
  /** 0 where not given. */
  readonly exit?: number;
}

export class Cli {
  readonly host: Host;
  readonly program: Program;
  #exit = 0;

  constructor(host: Host, program: Program) {
    this.host = host;
    this.program = program;
  }

  get exitCode(): number {
    return this.#exit;
  }

  /** A new command with its summary from the table. */
  command(name: string): Command {
    const entry = findCommand(name);
    const command = this.program.command(name);
    if (entry !== undefined)
      command.description(`${entry.summary}.`).summary(entry.summary).helpGroup(entry.group);
    return command;
  }

  /** Runs a command's own work between opening the checkout and printing its answer. */
  async answer(
    name: string,
    work: (session: Session) => Promise<Answer | undefined>,
    options: { readonly trustAll?: boolean } = {},
  ): Promise<void> {
    if (await this.#refuseDisabled(name)) return;
    const session = await openSession(this.host, this.flags(), options.trustAll === true ? 'all' : 'asked');
    const answer = await work(session);
    if (answer === undefined) return;
    this.#exit = answer.exit ?? 0;
    this.host.stdout.write(session.json ? printJson(answer.document) : answer.text());
  }

  /** Runs work that speaks for itself and ends with an exit code of its own. */
  async exitWith(work: () => Promise<number>): Promise<void> {
    this.#exit = await work();
  }

  /** Prints an answer that needs no checkout. */
  async plain(work: (style: Awaited<ReturnType<typeof loadStyle>>) => Promise<Answer>): Promise<void> {
    const answer = await work(await loadStyle(this.host, this.host.stdout));
    this.#exit = answer.exit ?? 0;
    this.host.stdout.write(this.flags().json ? printJson(answer.document) : answer.text());
  }

  /** The options that every command takes. */
  flags(): { readonly json: boolean; readonly dir: string | undefined } {
    const { json, C } = this.program.opts();
    if (C === '') fail('usage', 'option -C: a folder is needed');
    return { json: json === true, dir: C };
  }

  async #refuseDisabled(name: string): Promise<boolean> {
    if (findCommand(name)?.changes !== true || !isDisabled(this.host)) return false;
    const { errorAsDocument, printError } = await import('./print/print-error.ts');
    const disabled = new RondoError(
      problem('disabled', `RONDO_DISABLE is set, so ${this.host.name} ${name} did nothing`, {
        severity: 'warning',
      }),
    );
    if (this.flags().json) this.host.stdout.write(printJson(errorAsDocument(disabled)));
    this.host.stderr.write(printError(disabled, await loadStyle(this.host, this.host.stderr)));
    return true;
  }
}
