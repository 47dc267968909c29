import { Child } from './child.ts';
import { type Compared, compare, figuresOf, MEASURED, program, report, type Side } from './exchanges.ts';
import { ratio } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';
import { atLeast, type Part } from './targets.ts';

/** Frame → HTTP backend → frame: the gateway that records compared with one that does not. */
export async function recording(rounds: number, seconds: number): Promise<Part> {
  await using backend = Child.start(program('backend'));
  const backendUrl = await backend.receive<string>('listening');
  await using recordingGateway = startUnthrottledGateway(MEASURED, ['--record', '32mb']);
  await using plainGateway = startUnthrottledGateway(MEASURED, ['--record', 'off']);
  const side = async (name: string, gateway: Child): Promise<Side> => {
    const url = await createApi(await gateway.receive<string>('listening'), backendUrl);
    return { name, url, processes: [gateway] };
  };
  const on = await side('recording on', recordingGateway);
  const off = await side('recording off', plainGateway);
  const all: Compared[] = [];
  for (const clients of [1, 50, 500]) all.push(await compare('echoes', on, off, clients, rounds, seconds));
  return {
    text: `${report(on, off, all)}

Recording on: \`--record 32mb\`, full after a few seconds, without a reader. A record has the frame, the route, the parameters, the request,
the response and the reply.`,
    targets: all.map((each) =>
      atLeast(
        `recording, ${each.clients} clients: messages/s, ratio to recording off`,
        0.9,
        ratio(figuresOf(each.ours, 'perSecond'), figuresOf(each.floor, 'perSecond')),
      ),
    ),
  };
}
