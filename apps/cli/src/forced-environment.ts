import { DestinoError } from '@destino/core/errors';
import type { ForcedEnvironment } from '@destino/runtime';

/** `--env`. @throws `config-invalid` for what is no way to realise an environment. */
export function forcedEnvironment(text: string | undefined): ForcedEnvironment | undefined {
  if (text === undefined) return undefined;
  if (text === 'host' || text === 'venv' || text === 'docker') return text;
  if (text.startsWith('image:') && text.length > 'image:'.length) return { image: text.slice('image:'.length) };
  throw new DestinoError('config-invalid', `--env ${text} is no way to realise an environment`, { hint: '--env host, venv, docker or image:REF' });
}
