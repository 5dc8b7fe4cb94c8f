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

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
