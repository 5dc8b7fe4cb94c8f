import { initRepo } from '../../round/init-repo.ts';
import type { Cli } from '../cli.ts';

export function register(cli: Cli): void {
  cli.command('init').action(() =>
    cli.answer('init', async ({ outside }) => {
      const { files } = await initRepo(outside);
      return {
        document: { files: [...files] },
        text: () =>
          `wrote ${files.join(', ')}; look at it and commit it\nnext: rondo new <topic> --goal "<what is to be reached>"\n`,
      };
    }),
  );
}
