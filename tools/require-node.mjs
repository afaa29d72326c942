// Runs on any Node that knows modules, so that an old one is refused in one sentence instead of a stack trace.
const floor = [22, 19];
const parts = process.versions.node.split('.').map(Number);
if (parts[0] < floor[0] || (parts[0] === floor[0] && parts[1] < floor[1])) {
  process.stderr.write(
    'Destino needs Node ' + floor.join('.') + ' or newer and this is ' + process.versions.node +
    ': on Linux run `npm ci` (it brings Node 24 for every npm script), elsewhere install Node 24.\n'
  );
  process.exit(1);
}
