import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { type IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { type IJob } from 'kubernetes-models/batch/v1/Job';
import { type IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { type INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { type IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { type IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { type IContainer } from 'kubernetes-models/v1/Container';
import { type IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { type IService } from 'kubernetes-models/v1/Service';
import { lintChart, renderChart, REQUIRED, templateChart } from './chart.js';
import { ensureHelm } from './helm.js';
import { invalidDocuments, type KubernetesDocument, mistypedDocuments } from './kubernetes-document.js';

// The first run fetches Helm.
jest.setTimeout(300_000);

const CONTROL_PLANE = ['admin', 'billing', 'channel-health'];
const SERVICES = ['proxy', ...CONTROL_PLANE];
const SECRET_VARIABLES = /^(TOLLGATE_MASTER_KEY|TOLLGATE_ADMIN_PASSWORD|DATABASE_URL|NATS_URL|REDIS_URL)$/;

const everything = [
  ...REQUIRED,
  'ingress.enabled=true',
  'ingress.host=ai.example.com',
  'ingress.className=nginx',
  'ingress.tlsSecret=certificate',
  'networkPolicy.ingressController[0].namespaceSelector.matchLabels.name=ingress',
  'networkPolicy.prometheus[0].namespaceSelector.matchLabels.name=monitoring',
  'networkPolicy.proxyClients[0].podSelector.matchLabels.team=a',
  'serviceMonitor.enabled=true',
  'settings.otlpEndpoint=http://collector:4318',
  'image.pullSecrets[0]=registry',
  'admin.environmentSecrets[0]=vendors',
  'config.file.version=1',
  'proxy.journal.storageClassName=fast',
  'proxy.priorityClassName=high',
  'billing.nodeSelector.pool=services',
  'billing.tolerations[0].operator=Exists',
];

const INPUTS = {
  defaults: { set: REQUIRED },
  'values-small.yaml': { set: REQUIRED, valuesFiles: ['k8s/values-small.yaml'] },
  'everything switched on': { set: everything },
};

type Workload = (IDeployment | IStatefulSet | IJob) & KubernetesDocument;

const isWorkload = (document: KubernetesDocument): document is Workload =>
  ['Deployment', 'StatefulSet', 'Job'].includes(document.kind);

function ofKind<Kind>(documents: readonly KubernetesDocument[], kind: string): (Kind & KubernetesDocument)[] {
  return documents.filter((document) => document.kind === kind) as (Kind & KubernetesDocument)[];
}

function named<Document extends KubernetesDocument>(documents: readonly Document[], name: string): Document {
  const document = documents.find(({ metadata }) => metadata.name === name);
  if (document === undefined) throw new Error(`There is no ${name}.`);
  return document;
}

const podOf = (workload: Workload): IPodTemplateSpec => workload.spec!.template;
const containersOf = (workload: Workload): readonly IContainer[] => podOf(workload).spec!.containers;
const labelsOf = (workload: Workload): Readonly<Record<string, string>> =>
  podOf(workload).metadata?.labels ?? {};

function matches(
  selector: { readonly matchLabels?: Readonly<Record<string, string>> } | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

const portsOf = (rules: readonly { ports?: readonly { port?: number | string }[] }[] | undefined) =>
  [...new Set((rules ?? []).flatMap(({ ports }) => (ports ?? []).map(({ port }) => port)))].sort();

beforeAll(async () => {
  await ensureHelm();
});

describe.each(Object.entries(INPUTS))('the chart with %s', (_, input) => {
  let documents: KubernetesDocument[] = [];
  let workloads: Workload[] = [];
  let services: Workload[] = [];

  beforeAll(async () => {
    documents = await renderChart(input);
    workloads = documents.filter(isWorkload);
    services = workloads.filter(({ kind }) => kind !== 'Job');
  });

  it('passes the lint', async () => {
    expect(await lintChart(input)).toMatchObject({ succeeded: true });
  });

  it('is valid by the schemas and the types of Kubernetes', async () => {
    const known = documents.filter(({ kind }) => kind !== 'ServiceMonitor');
    expect(await invalidDocuments(known)).toEqual([]);
    expect(await mistypedDocuments(known)).toBe('');
  });

  it('gives each document a name of its own', () => {
    const names = documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('runs the four services', () => {
    expect(services.map(({ metadata }) => metadata.name).sort()).toEqual(
      SERVICES.map((name) => `gateway-tollgate-${name}`).sort(),
    );
  });

  it('renders no Secret, and hands secrets over by reference only', () => {
    expect(ofKind(documents, 'Secret')).toEqual([]);
    const variables = workloads.flatMap(containersOf).flatMap(({ env }) => env ?? []);
    const secret = variables.filter(({ name }) => SECRET_VARIABLES.test(name));
    expect(secret.length).toBeGreaterThan(10);
    expect(secret.filter(({ valueFrom }) => valueFrom?.secretKeyRef?.name !== 'gateway')).toEqual([]);
  });

  it('bounds, confines and replaces every container', () => {
    for (const container of workloads.flatMap(containersOf)) {
      expect(container.resources).toMatchObject({
        requests: { cpu: expect.anything(), memory: expect.anything() },
        limits: { memory: expect.anything() },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.volumeMounts).toContainEqual({ name: 'tmp', mountPath: '/tmp' });
    }
  });

  it('runs every pod as a user who is not root and has no token of the cluster', () => {
    for (const workload of workloads) {
      expect(podOf(workload).spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
    }
  });

  it('probes every service at a port that it has', () => {
    for (const [container] of services.map(containersOf)) {
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/healthz', port: 'http' } },
        livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
        readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
        ports: [{ name: 'http' }],
      });
    }
  });

  it('lets a pod stop in its own time', () => {
    for (const workload of services) {
      const [container] = containersOf(workload);
      const milliseconds = container?.env?.find(({ name }) => name === 'TOLLGATE_SHUTDOWN_TIMEOUT_MS')?.value;
      const pause = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      const grace = podOf(workload).spec!.terminationGracePeriodSeconds ?? 0;
      expect(grace).toBeGreaterThan(Number(milliseconds) / 1_000 + pause);
    }
  });

  it('spreads the pods of a service', () => {
    for (const workload of services) {
      const rules = podOf(workload).spec!.topologySpreadConstraints ?? [];
      expect(rules.map(({ topologyKey }) => topologyKey)).toContain('kubernetes.io/hostname');
      expect(rules.filter(({ labelSelector }) => !matches(labelSelector, labelsOf(workload)))).toEqual([]);
    }
  });

  it('selects exactly the pods that are meant', () => {
    const selected = (selector: Parameters<typeof matches>[0]): string[] =>
      workloads
        .filter((workload) => matches(selector, labelsOf(workload)))
        .map(({ metadata }) => metadata.name);
    for (const workload of services) {
      const { selector } = (workload as IDeployment).spec!;
      expect(selected(selector)).toEqual([workload.metadata.name]);
    }
    for (const { metadata, spec } of ofKind<IService>(documents, 'Service')) {
      expect(selected({ matchLabels: spec!.selector ?? {} })).toEqual([metadata.name.replace('-pods', '')]);
      expect(spec!.ports).toMatchObject([{ targetPort: 'http' }]);
    }
    const budgets = ofKind<IPodDisruptionBudget>(documents, 'PodDisruptionBudget');
    expect(budgets.flatMap(({ spec }) => selected(spec?.selector)).sort()).toEqual(
      services.map(({ metadata }) => metadata.name).sort(),
    );
    const policies = ofKind<INetworkPolicy>(documents, 'NetworkPolicy');
    expect(policies.flatMap(({ spec }) => selected(spec?.podSelector)).sort()).toEqual(
      workloads.map(({ metadata }) => metadata.name).sort(),
    );
  });

  it('keeps the journal of a proxy beyond its pod and its scale', () => {
    const [proxy] = ofKind<IStatefulSet>(documents, 'StatefulSet');
    expect(proxy?.spec).toMatchObject({
      serviceName: 'gateway-tollgate-proxy-pods',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ metadata: { name: 'journal' } }],
    });
    const [container] = containersOf(named(workloads, 'gateway-tollgate-proxy'));
    const directory = container?.env?.find(({ name }) => name === 'TOLLGATE_DATA_DIR')?.value;
    expect(container?.volumeMounts).toContainEqual({ name: 'journal', mountPath: directory });
    expect(named(ofKind<IService>(documents, 'Service'), proxy!.spec!.serviceName!).spec).toMatchObject({
      clusterIP: 'None',
    });
  });

  it('keeps the proxy from Postgres, and the control plane from vendors', () => {
    const [container] = containersOf(named(workloads, 'gateway-tollgate-proxy'));
    expect(container?.env?.map(({ name }) => name)).not.toContain('DATABASE_URL');
    const policies = ofKind<INetworkPolicy>(documents, 'NetworkPolicy');
    const traced = input.set.includes('settings.otlpEndpoint=http://collector:4318') ? [4318] : [];
    const portsTo = (component: string) =>
      portsOf(named(policies, `gateway-tollgate-${component}`).spec?.egress);
    expect(portsTo('proxy')).toEqual([4222, 443, 53, 6379, ...traced].sort());
    expect(portsTo('admin')).toEqual([4222, 53, 5432, ...traced].sort());
    expect(portsTo('billing')).toEqual([4222, 53, 5432, 6379, ...traced].sort());
    expect(portsTo('channel-health')).toEqual([4222, 53, 5432, ...traced].sort());
    for (const component of CONTROL_PLANE) expect(portsTo(`${component}-migration`)).toEqual([53, 5432]);
  });

  it('lets nobody in but at the port of the service', () => {
    const policies = ofKind<INetworkPolicy>(documents, 'NetworkPolicy');
    expect(policies.filter(({ spec }) => spec?.policyTypes?.join() !== 'Ingress,Egress')).toEqual([]);
    const ports = SERVICES.map((name) => portsOf(named(policies, `gateway-tollgate-${name}`).spec?.ingress));
    expect(ports).toEqual([[8080], [8081], [8082], [8083]]);
    const migrations = policies.filter(({ metadata }) => metadata.name.endsWith('-migration'));
    expect(migrations.flatMap(({ spec }) => spec?.ingress ?? [])).toEqual([]);
  });

  it('lets the proxy reach vendors at public addresses only', () => {
    const policies = ofKind<INetworkPolicy>(documents, 'NetworkPolicy');
    const { spec } = named(policies, 'gateway-tollgate-proxy');
    const rule = spec?.egress?.find(({ ports }) => ports?.some(({ port }) => port === 443));
    const [ipv4] = rule?.to ?? [];
    expect(ipv4?.ipBlock?.except).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16']));
    expect(rule?.to?.every(({ ipBlock }) => ipBlock !== undefined)).toBe(true);
  });

  it('migrates each schema before its service is rolled out, with nothing but its database', () => {
    const jobs = ofKind<IJob>(documents, 'Job') as Workload[];
    expect(jobs.map((job) => containersOf(job)[0]?.command)).toEqual(
      CONTROL_PLANE.map((name) => ['node', `apps/${name}/dist/main.js`, 'migrate']),
    );
    for (const job of jobs) {
      expect(job.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
      expect(containersOf(job)[0]?.env?.map(({ name }) => name)).toEqual(['LOG_LEVEL', 'DATABASE_URL']);
      expect(podOf(job).spec).toMatchObject({ restartPolicy: 'Never' });
    }
  });

  it('refers to no ConfigMap, Service or workload that is not there', () => {
    const maps = ofKind<IConfigMap>(documents, 'ConfigMap').map(({ metadata }) => metadata.name);
    const mounted = workloads.flatMap((workload) =>
      (podOf(workload).spec!.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
    );
    expect(mounted).toEqual(maps);
    for (const { spec } of ofKind<IHorizontalPodAutoscaler>(documents, 'HorizontalPodAutoscaler')) {
      const { kind, name } = spec.scaleTargetRef;
      expect(named(workloads, name).kind).toBe(kind);
    }
    const served = ofKind<IService>(documents, 'Service').map(({ metadata }) => metadata.name);
    const backends = ofKind<IIngress>(documents, 'Ingress').flatMap(({ spec }) =>
      (spec!.rules ?? []).flatMap(({ http }) => http!.paths.map(({ backend }) => backend.service?.name)),
    );
    expect(backends.filter((name) => !served.includes(name ?? ''))).toEqual([]);
  });
});

describe('the chart', () => {
  it.each([
    [['secrets.existingSecret=gateway'], 'image.repository is not set: it must be'],
    [['image.repository=registry.example.com'], 'secrets.existingSecret is not set: it must name'],
    [[...REQUIRED, 'ingress.enabled=true'], 'networkPolicy.ingressController is not set: with'],
    [
      [...REQUIRED, 'ingress.enabled=true', 'networkPolicy.enabled=false'],
      'ingress.host is not set: with ingress.enabled it must be',
    ],
    [[...REQUIRED, 'serviceMonitor.enabled=true'], 'networkPolicy.prometheus is not set: with'],
    [
      [...REQUIRED, 'config.file.version=1', 'config.existingConfigMap=mine'],
      'config.file and config.existingConfigMap are both set: choose one.',
    ],
    [[...REQUIRED, 'proxy.replcas=2'], "additional properties 'replcas' not allowed"],
    [[...REQUIRED, 'proxy.environment.NATS_URL=nats://secret'], "invalid propertyName 'NATS_URL'"],
  ])('refuses %j with a line that says what is wrong', async (set, message) => {
    const { succeeded, output } = await templateChart({ set });
    expect(succeeded).toBe(false);
    expect(output).toContain(message);
  });

  it('leaves the number of replicas to the autoscaler where there is one', async () => {
    const scaled = ofKind<IStatefulSet>(await renderChart({ set: REQUIRED }), 'StatefulSet');
    expect(scaled[0]?.spec).not.toHaveProperty('replicas');
    const fixed = await renderChart({ set: [...REQUIRED, 'proxy.autoscaling.enabled=false'] });
    expect(ofKind<IStatefulSet>(fixed, 'StatefulSet')[0]?.spec).toHaveProperty('replicas', 3);
    expect(ofKind(fixed, 'HorizontalPodAutoscaler')).toEqual([]);
  });

  it('sends model traffic to the proxy and each part of the API to its service', async () => {
    const [ingress] = ofKind<IIngress>(await renderChart({ set: everything }), 'Ingress');
    const paths = ingress?.spec?.rules?.[0]?.http?.paths ?? [];
    expect(paths.map(({ path, backend }) => [path, backend.service?.name])).toEqual([
      ['/v1', 'gateway-tollgate-proxy'],
      ['/v1beta', 'gateway-tollgate-proxy'],
      ['/api/v1/billing', 'gateway-tollgate-billing'],
      ['/api/v1/channel-health', 'gateway-tollgate-channel-health'],
      ['/api/v1', 'gateway-tollgate-admin'],
    ]);
  });

  it('hands the declarative file to admin, and restarts it when the file changes', async () => {
    const documents = await renderChart({ set: everything });
    const admin = named(documents.filter(isWorkload), 'gateway-tollgate-admin');
    const [map] = ofKind<IConfigMap>(documents, 'ConfigMap');
    expect(map?.data).toEqual({ 'config.yaml': 'version: 1\n' });
    expect(containersOf(admin)[0]).toMatchObject({
      env: expect.arrayContaining([{ name: 'TOLLGATE_CONFIG', value: '/etc/tollgate/config.yaml' }]),
      envFrom: [{ secretRef: { name: 'vendors' } }],
    });
    const other = await renderChart({ set: [...everything, 'config.file.keys={}'] });
    const changed = named(other.filter(isWorkload), 'gateway-tollgate-admin');
    expect(podOf(changed).metadata?.annotations).not.toEqual(podOf(admin).metadata?.annotations);
  });

  it('lets Prometheus find the four services, each once', async () => {
    const documents = await renderChart({ set: everything });
    const [monitor] = ofKind<{
      spec: { selector: { matchExpressions: { values: string[] }[] }; endpoints: unknown[] };
    }>(documents, 'ServiceMonitor');
    expect(monitor?.spec.selector.matchExpressions[0]?.values).toEqual([...SERVICES].sort());
    expect(monitor?.spec.endpoints).toEqual([{ port: 'http', path: '/metrics', interval: '15s' }]);
  });
});

describe('the validation', () => {
  it('finds wrong types, missing fields and misspelt ones', async () => {
    const [workload] = (await renderChart({ set: REQUIRED })).filter(({ kind }) => kind === 'Deployment');
    const deployment = workload as IDeployment & KubernetesDocument;
    const mistyped = { ...deployment, spec: { ...deployment.spec, replicas: 'two' } };
    const incomplete = { ...deployment, spec: { template: deployment.spec!.template } };
    const misspelt = { ...deployment, spec: { ...deployment.spec, replcas: 2 } };
    expect(await invalidDocuments([mistyped, incomplete])).toHaveLength(2);
    expect(await mistypedDocuments([misspelt])).toMatch(/TS2353.*replcas/);
  });
});
