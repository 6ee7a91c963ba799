import { SETTINGS_DOCUMENT_KEY, settingsDocument, type SettingsDocument } from '@tollgate/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { Actor } from '../write-path/actor.js';
import type { Write, Writes } from '../write-path/writes.js';
import { mergeSettings, type SettingsPatch } from './merge-settings.js';
import { SettingsEntity } from './settings.entity.js';

const ROW_ID = 1;

/** Settings that operators change at run time; proxies follow within a second. */
export class SettingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
  ) {}

  get(): Promise<SettingsDocument> {
    return readSettings(this.dataSource.manager);
  }

  /** What the patch does not name gets its default. */
  replace(actor: Actor, patch: SettingsPatch): Promise<SettingsDocument> {
    return this.writes.run(actor, (write) => this.putIn(write, mergeSettings(defaults(), patch)));
  }

  /** What the patch does not name stays. */
  patch(actor: Actor, patch: SettingsPatch): Promise<SettingsDocument> {
    return this.writes.run(actor, async (write) =>
      this.putIn(write, mergeSettings(await lockSettings(write), patch)),
    );
  }

  async putIn(write: Write, value: SettingsDocument): Promise<SettingsDocument> {
    const before = await lockSettings(write);
    await write.manager.update(SettingsEntity, { id: ROW_ID }, { value, updatedAt: write.now });
    write.audit({
      action: 'settings.update',
      subject: { kind: 'settings', id: 'global', name: 'global' },
      before,
      after: value,
    });
    write.document('config', SETTINGS_DOCUMENT_KEY, value);
    return value;
  }
}

/** The settings as they are; all defaults before the first write. */
export async function readSettings(manager: EntityManager): Promise<SettingsDocument> {
  const row = await manager.findOneBy(SettingsEntity, { id: ROW_ID });
  // A release that knows more settings fills their defaults into what an older one stored.
  return settingsDocument.parse(row?.value ?? {});
}

async function lockSettings(write: Write): Promise<SettingsDocument> {
  await write.manager
    .createQueryBuilder()
    .insert()
    .into(SettingsEntity)
    .values({ id: ROW_ID, value: defaults(), updatedAt: write.now })
    .orIgnore()
    .execute();
  const row = await write.manager.findOneOrFail(SettingsEntity, {
    where: { id: ROW_ID },
    lock: { mode: 'pessimistic_write' },
  });
  return settingsDocument.parse(row.value);
}

function defaults(): SettingsDocument {
  return settingsDocument.parse({});
}
