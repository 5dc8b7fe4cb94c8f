import { editDistance } from '../model/edit-distance.ts';

/** The known name a mistyped one most likely means; undefined where none is near. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  const plain = squeeze(typed);
  const same = known.find((name) => squeeze(name) === plain);
  if (same !== undefined || typed.length > 40) return same;
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(typed.length / 3) + 1);
  for (const name of known) {
    const distance = editDistance(plain, squeeze(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best ?? onlyLonger(plain, known);
}

/** The one name that goes on where the typed one ends. */
function onlyLonger(plain: string, known: readonly string[]): string | undefined {
  const longer = plain.length < 4 ? [] : known.filter((name) => squeeze(name).startsWith(plain));
  return longer.length === 1 ? longer[0] : undefined;
}

const squeeze = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');
