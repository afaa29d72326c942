/** How this emulator treats images where no engine of Docker runs them. */
const missing = /does-not-exist|no-such-image|not-found|notfound|:missing\b/i;

/** What a pull would say; nothing when the image is taken to exist. */
export function pullProblem(image: string): string | undefined {
  if (!missing.test(image)) return undefined;
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
}

const helloServer = `const ports = process.argv.slice(1).map(Number);
for (const port of ports.length ? ports : [80]) require('node:http')
  .createServer((request, response) => { response.setHeader('content-type', 'text/html'); response.end('<h1>Welcome to Azure Container Instances (emulated)!</h1>'); })
  .listen(port, process.env.AZURE_EMULATOR_IP, () => console.log('listening on port ' + port));`;

const servers = /(^|\/)(nginx|httpd|aci-helloworld)(:|@|$)/;

/** What an image runs when the group names no command. Of most images nothing is known here: they idle, and say so. */
export function imageCommand(image: string, ports: readonly number[]): string[] {
  if (servers.test(image)) return [process.execPath, '-e', helloServer, ...ports.map(String)];
  const words = `the command of the image ${image} is not known here (processes stand for containers): this one idles`;
  return ['/bin/sh', '-c', 'echo "$1"; while :; do sleep 3600; done', 'idle', words];
}
