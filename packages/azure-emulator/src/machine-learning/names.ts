export const namespace = 'Microsoft.MachineLearningServices';
export const apiVersions = ['2022-02-01-preview', '2022-05-01', '2022-06-01-preview', '2022-10-01', '2022-10-01-preview', '2023-02-01-preview', '2023-04-01', '2023-04-01-preview', '2023-06-01-preview', '2023-10-01', '2024-04-01'];
export const workspaceType = `${namespace}/workspaces`;
export const computeType = `${workspaceType}/computes`;
export const workspacesPath = `/subscriptions/{subscription}/resourcegroups/{group}/providers/${namespace}/workspaces`;
export const workspacePath = `${workspacesPath}/{workspace}`;
export const locationPath = `/subscriptions/{subscription}/providers/${namespace}/locations/{location}`;
