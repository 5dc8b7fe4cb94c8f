/** Colour where it is wanted: on a terminal, not under NO_COLOR, always under FORCE_COLOR. */
import type { Host, Stream } from '../host.ts';

type Dress = (text: string) => string;

export interface Style {
  readonly bold: Dress;
  readonly dim: Dress;
  readonly red: Dress;
  readonly green: Dress;
  readonly yellow: Dress;
  readonly blue: Dress;
  readonly cyan: Dress;
}

const bare: Dress = (text) => text;
const PLAIN: Style = { bold: bare, dim: bare, red: bare, green: bare, yellow: bare, blue: bare, cyan: bare };

/** picocolors is small and does no detection of its own here; it is loaded only where there is colour. */
export async function loadStyle(host: Host, stream: Stream): Promise<Style> {
  if (!wantsColour(host, stream)) return PLAIN;
  const { default: picocolors } = await import('picocolors');
  return picocolors.createColors(true);
}

function wantsColour({ env }: Host, stream: Stream): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY && env.TERM !== 'dumb';
}
