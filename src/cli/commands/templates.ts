import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RondoError } from '../../errors.ts';
import { listTemplates } from '../../query/list-templates.ts';
import type { Answer, Cli } from '../cli.ts';
import { noteProblems } from '../note-problems.ts';
import { printTemplates } from '../print/print-templates.ts';
import type { Style } from '../print/style.ts';
import type { Session } from '../session.ts';
import { shippedTemplates } from '../shipped-templates.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli.command('templates').action(async () => {
    try {
      await cli.answer('templates', templatesHere);
    } catch (error) {
      if (!isOutside(error, cli)) throw error;
      await cli.plain((style) => shippedAlone(cli, style));
    }
  });
}

async function templatesHere(session: Session): Promise<Answer> {
  const document = await listTemplates(session.outside, shippedTemplates(session.host));
  noteProblems(session, document.problems);
  const broken = document.problems.some((p) => p.severity === 'error');
  return { document, text: () => printTemplates(document, viewOf(session)), exit: broken ? 3 : 0 };
}

/** Whether it is a folder in no repository: what comes with Rondo can be looked at from there, too. */
function isOutside(error: unknown, cli: Cli): boolean {
  const folder = resolve(cli.host.cwd, cli.flags().dir ?? '.');
  return error instanceof RondoError && error.code === 'not-a-repository' && existsSync(folder);
}

async function shippedAlone({ host }: Cli, style: Style): Promise<Answer> {
  const document = await listTemplates(undefined, shippedTemplates(host));
  const columns = host.stdout.isTTY ? host.stdout.columns : Number.POSITIVE_INFINITY;
  return { document, text: () => printTemplates(document, { style, columns }) };
}
