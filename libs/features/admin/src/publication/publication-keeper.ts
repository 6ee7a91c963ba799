import type { DocumentStore } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { DocumentPublication } from './document-publication.js';

/** One small question each time. */
const LOOK_EVERY_MS = 2_000;

export interface PublicationKeeperOptions {
  readonly publication: DocumentPublication;
  readonly documents: DocumentStore;
  readonly logger: Logger;
}

/** Looks again and again whether the store still has what was published: it may lose its data while admin runs. */
export class PublicationKeeper {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: PublicationKeeperOptions) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        if (!this.stopped) this.start();
      });
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Publishes everything again if it is gone. Never rejects: a store that is away is asked again. */
  async look(): Promise<void> {
    const { publication, documents, logger } = this.options;
    try {
      if (await publication.ensure(documents))
        logger.warn('The document store has lost its documents: all of them are published again.');
    } catch (error) {
      logger.debug({ error }, 'Whether the document store has its documents can not be seen now.');
    }
  }
}
