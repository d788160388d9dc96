import type { Reply } from './view';

/** What a request is: LiveLab.cs has all of them. */
export type Request = Record<string, unknown> & { do: string };

export interface Engine {
  call: (request: Request) => Promise<Reply>;
}

/** Starts the worker. Requests are answered in their order. */
export function startEngine(): Engine {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
  const waiting: ((reply: Reply) => void)[] = [];
  worker.addEventListener('message', (event: MessageEvent<string>) => {
    waiting.shift()?.(JSON.parse(event.data) as Reply);
  });
  worker.addEventListener('error', () => {
    for (const answer of waiting.splice(0)) answer({ error: 'the engine has stopped; load the page again' });
  });
  return {
    call: (request) => new Promise((answer) => {
      waiting.push(answer);
      worker.postMessage(JSON.stringify(request));
    }),
  };
}
