import { driverFiles } from '@destino/driver-testkit/new-driver';

const { files, page } = driverFiles({ kind: process.argv[2] ?? '', place: 'inside' });
process.stdout.write(JSON.stringify({ files: Object.fromEntries(files), page }));
