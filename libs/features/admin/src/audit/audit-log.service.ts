import { type Page } from '@tollgate/control-api';
import { And, LessThan, MoreThanOrEqual, type DataSource, type FindOperator } from 'typeorm';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import { definedOnly } from '../write-path/defined-only.js';
import { AuditEntryEntity } from './audit-entry.entity.js';

export interface AuditFilter {
  readonly actorName?: string | undefined;
  readonly action?: string | undefined;
  readonly subjectKind?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly subjectName?: string | undefined;
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
}

/** Who wrote what and when. Entries are made by the write path only, and never change. */
export class AuditLogService {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. */
  list({ from, to, ...equal }: AuditFilter, page: PageRequest): Promise<Page<AuditEntryEntity>> {
    const bounds: FindOperator<Date>[] = [
      ...(from === undefined ? [] : [MoreThanOrEqual(from)]),
      ...(to === undefined ? [] : [LessThan(to)]),
    ];
    const where = { ...definedOnly(equal), ...(bounds.length === 0 ? {} : { occurredAt: And(...bounds) }) };
    return pageById(this.dataSource.manager, AuditEntryEntity, where, page);
  }
}
