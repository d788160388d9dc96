// The engine in a worker of its own, so that the page never waits. It answers requests in their order.

interface Runtime {
  getAssemblyExports: (name: string) => Promise<{ Unroll: { Play: { Program: { Call: (request: string) => string } } } }>;
}

interface DotNet {
  dotnet: { create: () => Promise<Runtime> };
}

async function start(): Promise<(request: string) => string> {
  const address = new URL('../_framework/dotnet.js', self.location.href).href;
  const { dotnet } = await import(/* @vite-ignore */ address) as DotNet;
  const runtime = await dotnet.create();
  const exports = await runtime.getAssemblyExports('Unroll.Play.dll');
  return exports.Unroll.Play.Program.Call;
}

const engine = start();

self.addEventListener('message', (event: MessageEvent<string>) => {
  engine.then(
    (call) => self.postMessage(call(event.data)),
    (error: unknown) => self.postMessage(JSON.stringify({ error: `the engine does not start: ${String(error)}` })));
});
