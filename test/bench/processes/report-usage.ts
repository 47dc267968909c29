// Loaded with --import into a measured process: reports its processor time and memory on request. Memory needs
// --expose-gc.
process.on('message', (message) => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  }
  // in kilobytes
  if (message === 'highestRss') process.send?.({ highestRss: process.resourceUsage().maxRSS * 1024 });
  if (message === 'memory') void reportMemory();
});

async function reportMemory(): Promise<void> {
  // objects that one collection finalizes are freed by a later one
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  process.send?.({ memory: { rss, heap: heapUsed + external, sockets } });
}
