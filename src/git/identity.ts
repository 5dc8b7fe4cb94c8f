/** Who git says the user is, as author and committer lines need it. */
import { fail } from '../errors.ts';
import type { Ground } from './ground.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
}

type Role = 'author' | 'committer';

/** Throws `identity-missing` where git would refuse to commit. */
export function readIdentity(ground: Ground, role: Role): Person {
  const env = ground.git.env;
  const upper = role.toUpperCase();
  const name =
    env[`GIT_${upper}_NAME`] || ground.config.get(`${role}.name`) || ground.config.get('user.name');
  const email =
    env[`GIT_${upper}_EMAIL`] ||
    ground.config.get(`${role}.email`) ||
    ground.config.get('user.email') ||
    env.EMAIL;
  const person = { name: clean(name ?? ''), email: clean(email ?? '') };
  return person.name !== '' && person.email !== '' ? person : askIdentity(ground, upper);
}

/** Git guesses from the host and the system's user where it may; its strict answer decides. */
function askIdentity({ git }: Ground, upper: string): Person {
  const result = git.run(['var', `GIT_${upper}_IDENT`]);
  const ident = /^(.*) <(.*)> \d+ [+-]\d+\n?$/.exec(result.stdout.toString('utf8'));
  const [, name = '', email = ''] = ident ?? [];
  if (result.code !== 0 || name === '' || email === '')
    fail('identity-missing', 'git does not know your name and e-mail address');
  return { name, email };
}

/** Git strips what would end the line or the address. */
function clean(text: string): string {
  return text.replace(/[\n<>\0]/g, '').replace(/^[\s.,:;"\\']+|[\s.,:;"\\']+$/g, '');
}

/** The line of a commit object. A date in the environment wins over the clock, as in git. */
export function identLine(ground: Ground, role: Role, now: Date): string {
  const upper = role.toUpperCase();
  if (ground.git.env[`GIT_${upper}_DATE`] !== undefined) {
    const ident = ground.git.ask(['var', `GIT_${upper}_IDENT`]);
    return `${role} ${ident}`;
  }
  const { name, email } = readIdentity(ground, role);
  const offset = -now.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}${String(Math.abs(offset) % 60).padStart(2, '0')}`;
  return `${role} ${name} <${email}> ${Math.floor(now.getTime() / 1000)} ${zone}`;
}
