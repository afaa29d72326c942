import { allHonoured, honoured, is, noted, refused, row, translated, type FateRow } from './fate-row.ts';

const about = allHonoured('$schema', 'type', 'name', 'description', 'tags');

/** Files of one target each: only the column of their own kind is ever asked. */
export const amlComputeFates: readonly FateRow[] = [
  ...about,
  ...allHonoured('size', 'location', 'ssh_public_access_enabled', 'network_settings', 'enable_node_public_ip', 'tier', 'min_instances', 'max_instances', 'idle_time_before_scale_down'),
  row('ssh_settings.ssh_private_key_file', noted('a cluster is made with a public key')),
  row('ssh_settings.ssh_port', noted('the port is Azure’s choice')),
  ...allHonoured('ssh_settings', 'identity'),
];

export const computeInstanceFates: readonly FateRow[] = [
  ...about,
  ...allHonoured('size', 'location', 'ssh_public_access_enabled', 'network_settings', 'enable_node_public_ip', 'create_on_behalf_of', 'schedules'),
  row('ssh_settings.admin_password', refused('a compute instance takes a public key only', 'ssh_settings: { ssh_key_value: ssh-rsa … }')),
  ...allHonoured('ssh_settings', 'identity', 'idle_time_before_shutdown', 'idle_time_before_shutdown_minutes', 'setup_scripts', 'custom_applications'),
  row('enable_sso', honoured),
  row('enable_root_access', refused('root cannot be taken away through the API of 2022-10-01', 'remove it'), {}, is(false)),
  ...allHonoured('enable_root_access', 'enable_os_patching'),
  row('release_quota_on_stop', noted('a stopped instance keeps its quota'), {}, is(true)),
  ...allHonoured('release_quota_on_stop'),
];

export const virtualMachineFates: readonly FateRow[] = [
  ...about,
  row('resource_id', translated('the address is read from Azure when signed in, else give --set config.host=ADDRESS')),
  row('location', noted('an attached machine is where it is')),
  row('ssh_settings.ssh_key_value', noted('a public key opens no connection; name the private key')),
  ...allHonoured('ssh_settings'),
];

export const kubernetesFates: readonly FateRow[] = [
  ...about,
  row('resource_id', translated('the cluster’s credentials are read from Azure when signed in, else from kubeconfig')),
  row('location', noted('an attached cluster is where it is')),
  row('identity', noted('pods use the identity of the cluster')),
  ...allHonoured('namespace'),
];
