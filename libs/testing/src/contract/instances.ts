import { afterEach, beforeEach } from '@jest/globals';

/** The data of one test: nothing of another test is in it. */
export interface InstancesHarness<Instance> {
  /** One more instance over the same data, as another process has it. The suite closes it. */
  open(): Promise<Instance>;
  /** Cuts the connections of every instance (which come back by themselves). */
  dropConnections(): Promise<void>;
  /** Removes the data. */
  close(): Promise<void>;
}

/** The instances of an adapter in one test, over the same data. */
export interface Instances<Instance> {
  readonly harness: InstancesHarness<Instance>;
  readonly first: Instance;
  /** One more, as another process has it. */
  open(): Promise<Instance>;
}

/** Opens the first instance before each test of the suite that is being described, and closes all after it. */
export function instancesOf<Instance extends { close(): Promise<void> }>(
  makeHarness: () => Promise<InstancesHarness<Instance>>,
): Instances<Instance> {
  let harness: InstancesHarness<Instance>;
  let opened: Instance[];
  let first: Instance;

  const open = async (): Promise<Instance> => {
    const instance = await harness.open();
    opened.push(instance);
    return instance;
  };

  beforeEach(async () => {
    harness = await makeHarness();
    opened = [];
    first = await open();
  });

  afterEach(async () => {
    await Promise.all(opened.map((instance) => instance.close()));
    await harness.close();
  });

  return {
    get harness() {
      return harness;
    },
    get first() {
      return first;
    },
    open,
  };
}
