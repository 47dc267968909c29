// Loaded with --import into the service: reports, for each request of a connection whose id begins with `good`, the
// processor time of the main thread from its arrival to its response, in milliseconds. It is how long the request waits
// for the service's own work, whatever else runs on the machine.
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage } from 'node:http';

const startedAt = new WeakMap<IncomingMessage, number>();
let occupiedMs: number[] = [];

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  if (String(request.headers['connectionid']).startsWith('good')) startedAt.set(request, cpuMs());
});
subscribe('http.server.response.finish', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const started = startedAt.get(request);
  if (started !== undefined) occupiedMs.push(cpuMs() - started);
});
process.on('message', (message) => {
  if (message !== 'occupied') return;
  process.send?.({ occupied: occupiedMs });
  occupiedMs = [];
});
