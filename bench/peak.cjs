// Loaded before a command to tell its peak memory in KiB; costs next to nothing itself.
process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)),
);
