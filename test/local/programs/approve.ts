/** Approves a command. `<git dir> <command>` */
import { openLocal } from '../../../src/local/open-local.ts';

const [gitDir = '', command = ''] = process.argv.slice(2);
openLocal(gitDir).approve([command]);
