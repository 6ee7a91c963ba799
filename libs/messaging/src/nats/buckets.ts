import { BUCKET_LIFETIME_MS, BUCKETS, type BucketName } from '@tollgate/contracts';
import { Kvm, type KV } from '@nats-io/kv';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import { isMissing, makeBesideOthers, type JetStream } from './jetstream.js';

export interface BucketsInput {
  readonly jetStream: JetStream;
  readonly namespace: string;
  readonly replicas: number;
  readonly logger: MessagingLogger;
}

/** The key-value buckets of all document buckets, made when they are missing. */
export class Buckets {
  private readonly kvm: Kvm;
  private ensured: Promise<ReadonlyMap<BucketName, KV>> | undefined;

  constructor(private readonly input: BucketsInput) {
    this.kvm = new Kvm(input.jetStream.client);
  }

  streamOf(bucket: BucketName): string {
    return `KV_${this.nameOf(bucket)}`;
  }

  subjectOf(bucket: BucketName): string {
    return `$KV.${this.nameOf(bucket)}`;
  }

  /** Does `work` on a bucket. When the server turns out to have lost it, makes it and tries a second time. */
  async use<Value>(bucket: BucketName, work: (store: KV) => Promise<Value>): Promise<Value> {
    try {
      return await work(await this.open(bucket));
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.ensured = undefined;
      return work(await this.open(bucket));
    }
  }

  /** After a reconnect: the server may be another one, or have lost its data. Later use tries again if this fails. */
  async renew(): Promise<void> {
    this.ensured = undefined;
    try {
      await this.ensure();
    } catch (error) {
      this.input.logger.warn(
        { reason: reasonOf(error) },
        'Could not check the buckets; trying again on use.',
      );
    }
  }

  /** Makes what is missing, once until `renew`. Any number of processes may do so at once. */
  ensure(): Promise<ReadonlyMap<BucketName, KV>> {
    this.ensured ??= this.makeAll().catch((error: unknown) => {
      this.ensured = undefined;
      throw error;
    });
    return this.ensured;
  }

  private async open(bucket: BucketName): Promise<KV> {
    this.input.jetStream.link.assertConnected();
    const store = (await this.ensure()).get(bucket);
    if (store === undefined) throw new Error(`there is no bucket ${bucket}`);
    return store;
  }

  private async makeAll(): Promise<ReadonlyMap<BucketName, KV>> {
    this.input.jetStream.link.assertConnected();
    const stores = BUCKETS.map(
      async (bucket) => [bucket, await makeBesideOthers(() => this.make(bucket))] as const,
    );
    return new Map(await Promise.all(stores));
  }

  private make(bucket: BucketName): Promise<KV> {
    return this.kvm.create(this.nameOf(bucket), {
      history: 1,
      replicas: this.input.replicas,
      // 0: for ever.
      ttl: BUCKET_LIFETIME_MS[bucket] ?? 0,
      // A direct read may be answered by a replica that lags behind: a revoked key would live on.
      allow_direct: false,
    });
  }

  private nameOf(bucket: BucketName): string {
    return `${this.input.namespace}_${bucket}`;
  }
}
