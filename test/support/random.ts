/** Random numbers from a printed seed, so that a failing run can be made again: RONDO_SEED=<n>. */
export function random(name: string): () => number {
  let state = Number(process.env.RONDO_SEED ?? Date.now() % 1_000_000);
  console.log(`${name}: seed ${state}`);
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
