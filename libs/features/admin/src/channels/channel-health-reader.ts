import { channelStatusDocument, channelStatusKey, type ChannelStatusDocument } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';

export type ChannelHealth = Pick<ChannelStatusDocument, 'state' | 'reason' | 'since'>;

/** Reads what channel-health published of channels; admin shows it and writes none of it. */
export class ChannelHealthReader {
  constructor(
    private readonly documents: DocumentStore | undefined,
    private readonly logger: Logger,
  ) {}

  /** By channel id; a channel is absent when nothing is known of it now. */
  async read(channelIds: readonly string[]): Promise<ReadonlyMap<string, ChannelStatusDocument>> {
    const { documents } = this;
    if (documents === undefined) return new Map();
    const bucket = documents.bucket('health');
    try {
      const found = await Promise.all(channelIds.map((id) => bucket.get(channelStatusKey(id))));
      return new Map(
        found.flatMap((document) => {
          const status = channelStatusDocument.safeParse(document?.value);
          return status.success ? [[status.data.channelId, status.data] as const] : [];
        }),
      );
    } catch (error) {
      this.logger.warn({ error }, 'The health of channels is not known: the document store did not answer.');
      return new Map();
    }
  }
}
