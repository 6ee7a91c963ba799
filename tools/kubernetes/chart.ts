import { parseAllDocuments } from 'yaml';
import { inRoot } from '../workspace/paths.mjs';
import { helm, type HelmResult } from './helm.ts';
import { type KubernetesDocument } from './kubernetes-document.ts';

const CHART = inRoot('k8s', 'tollgate');

/** What has no default. */
export const REQUIRED = ['image.repository=registry.example.com/tollgate', 'secrets.existingSecret=gateway'];

export interface ChartInput {
  /** As `--set` takes them. */
  readonly set?: readonly string[];
  /** Paths inside the workspace. */
  readonly valuesFiles?: readonly string[];
}

function parameters({ set = [], valuesFiles = [] }: ChartInput): string[] {
  return [
    ...valuesFiles.flatMap((path) => ['--values', inRoot(path)]),
    ...set.flatMap((value) => ['--set', value]),
  ];
}

export async function lintChart(input: ChartInput): Promise<HelmResult> {
  return helm(['lint', '--strict', CHART, ...parameters(input)]);
}

/** Renders for a release `gateway` in the namespace `ai`. */
export async function templateChart(input: ChartInput): Promise<HelmResult> {
  return helm(['template', 'gateway', CHART, '--namespace', 'ai', ...parameters(input)]);
}

/** @throws Error with what Helm says */
export async function renderChart(input: ChartInput): Promise<KubernetesDocument[]> {
  const { succeeded, output } = await templateChart(input);
  if (!succeeded) throw new Error(output);
  return parseAllDocuments(output).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS() as KubernetesDocument;
  });
}
