import { diagnose } from '../../query/doctor.ts';
import type { Cli } from '../cli.ts';
import { printDoctor } from '../print/print-review.ts';
import { viewOf } from '../view.ts';

export function register(cli: Cli): void {
  cli.command('doctor').action(() =>
    cli.answer('doctor', async (session) => {
      const document = await diagnose(session.outside);
      const broken = document.checks.some((check) => check.state === 'error');
      return { document, text: () => printDoctor(document, viewOf(session)), exit: broken ? 3 : 0 };
    }),
  );
}
