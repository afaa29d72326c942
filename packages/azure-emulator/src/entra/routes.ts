import type { Answer, Asked, Principal, Route } from '../http/exchange.ts';
import type { Tokens } from './tokens.ts';

export type Account = Principal & { clientSecret: string };

/** Sign-in: client secrets by both generations of token endpoint, AD FS's form for `az`, and managed identity. */
export function entraRoutes(options: { tokens: Tokens; accounts: readonly Account[]; tenantId: string; identity: Account; identityHeader: string }): Route[] {
  const { tokens, accounts, tenantId, identity, identityHeader } = options;
  const grant = (account: Account, audience: string, asked: Asked): Answer => {
    const expiresIn = tokens.lifetimeSeconds;
    const body = { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: tokens.issue(account, audience) };
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: asked.method === 'GET' ? { ...body, expires_on: String(Math.floor(Date.now() / 1000) + expiresIn), resource: audience } : body };
  };
  const token = (asked: Asked): Answer => {
    const form = new URLSearchParams(asked.text);
    const account = accounts.find(({ clientId }) => clientId === form.get('client_id'));
    if (form.get('grant_type') !== 'client_credentials') return refusal(400, 'unsupported_grant_type', `AADSTS70003: The app requested an unsupported grant type '${form.get('grant_type')}'.`);
    if (account === undefined) return refusal(400, 'unauthorized_client', `AADSTS700016: Application with identifier '${form.get('client_id')}' was not found in the directory '${tenantId}'.`);
    if (account.clientSecret !== form.get('client_secret')) return refusal(401, 'invalid_client', `AADSTS7000215: Invalid client secret provided for app '${account.clientId}'.`);
    const audience = (form.get('resource') ?? form.get('scope')?.split(' ')[0] ?? '').replace(/\/\.default$/, '');
    return grant(account, audience, asked);
  };
  const discovery = (base: (asked: Asked) => string) => (asked: Asked): Answer => ({ status: 200, body: metadata(base(asked), tenantId) });
  const tenantBase = ({ origin, params }: Asked): string => `${origin}/${params['tenant'] ?? tenantId}`;
  const adfsBase = ({ origin }: Asked): string => `${origin}/adfs`;
  const plain = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, handle });
  return [
    plain('GET', '/adfs/.well-known/openid-configuration', 'Entra_Discover', discovery(adfsBase)),
    plain('GET', '/{tenant}/.well-known/openid-configuration', 'Entra_Discover', discovery(tenantBase)),
    plain('GET', '/{tenant}/v2.0/.well-known/openid-configuration', 'Entra_Discover', discovery(tenantBase)),
    plain('POST', '/adfs/oauth2/token', 'Entra_Token', token),
    plain('POST', '/{tenant}/oauth2/token', 'Entra_Token', token),
    plain('POST', '/{tenant}/oauth2/v2.0/token', 'Entra_Token', token),
    plain('GET', '/msi/token', 'Entra_ManagedIdentity', (asked) =>
      asked.headers['x-identity-header'] === identityHeader
        ? grant(identity, asked.query.get('resource') ?? '', asked)
        : refusal(401, 'invalid_request', 'The header X-IDENTITY-HEADER is missing or wrong.'),
    ),
    plain('GET', '/metadata/endpoints', 'Arm_Endpoints', (asked) => ({ status: 200, body: endpoints(asked.origin, tenantId) })),
  ];
}

function refusal(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description, error_codes: [Number(/AADSTS(\d+)/.exec(description)?.[1] ?? 0)] } };
}

function metadata(base: string, tenantId: string): unknown {
  return {
    issuer: `${base}/`,
    authorization_endpoint: `${base}/oauth2/authorize`,
    token_endpoint: `${base}${base.endsWith('/adfs') ? '/oauth2/token' : '/oauth2/v2.0/token'}`,
    jwks_uri: `${base}/discovery/keys`,
    response_types_supported: ['code', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    tenant_region_scope: null,
    tenant: tenantId,
  };
}

/** What `az cloud register` of newer versions asks for. */
function endpoints(origin: string, tenantId: string): unknown {
  return {
    name: 'emulator',
    portal: origin,
    authentication: { loginEndpoint: `${origin}/adfs`, audiences: [`${origin}/`], tenant: tenantId, identityProvider: 'ADFS' },
    resourceManager: origin,
    graph: `${origin}/`,
    graphAudience: `${origin}/`,
    media: origin,
    batch: origin,
    gallery: origin,
    sqlManagement: origin,
    vmImageAliasDoc: `${origin}/aliases.json`,
    suffixes: { storage: 'local.test', keyVaultDns: '.vault.local.test', sqlServerHostname: '.sql.local.test', acrLoginServer: '.azurecr.local.test', mhsmDns: '.mhsm.local.test' },
  };
}
