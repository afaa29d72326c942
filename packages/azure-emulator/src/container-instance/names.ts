export const apiVersions = ['2018-10-01', '2019-12-01', '2020-11-01', '2021-03-01', '2021-07-01', '2021-09-01', '2021-10-01', '2022-09-01', '2022-10-01-preview', '2023-05-01', '2024-05-01-preview'];
export const resourceType = 'Microsoft.ContainerInstance/containerGroups';
export const groupsPath = '/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ContainerInstance/containerGroups';
