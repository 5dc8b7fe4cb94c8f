import { Argument } from '@commander-js/extra-typings';
import { fail } from '../../errors.ts';
import type { Cli } from '../cli.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export function register(cli: Cli): void {
  cli
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nbash: rondo completion bash > ~/.local/share/bash-completion/completions/rondo\nzsh:  rondo completion zsh > ~/.zfunc/_rondo  (a folder of your fpath)\nfish: rondo completion fish > ~/.config/fish/completions/rondo.fish\n',
    )
    .action((shell) =>
      cli.plain(async () => {
        const { completionScript } = await import('../complete.ts');
        const script = await completionScript(cli, shell);
        return { document: { shell, script }, text: () => script };
      }),
    );
  // What the scripts call: `rondo complete -- <words>`.
  cli.program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words) => {
      if (cli.host.argv[1] !== '--')
        fail('usage', 'the completion scripts call this as: complete -- <words>', {
          hint: 'A task is completed with `rondo done <task>`. For completion in a shell see `rondo completion --help`.',
        });
      const { completeWords } = await import('../complete.ts');
      await completeWords(cli, words);
    });
}
