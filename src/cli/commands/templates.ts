import { listTemplates } from '../../query/list-templates.ts';
import type { Cli } from '../cli.ts';
import { noteProblems } from '../note-problems.ts';
import { printTemplates } from '../print/print-templates.ts';
import { shippedTemplates } from '../shipped-templates.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli.command('templates').action(() =>
    cli.answer('templates', async (session) => {
      const document = await listTemplates(session.outside, shippedTemplates(session.host));
      noteProblems(session, document.problems);
      const broken = document.problems.some((p) => p.severity === 'error');
      return { document, text: () => printTemplates(document, viewOf(session)), exit: broken ? 3 : 0 };
    }),
  );
}
