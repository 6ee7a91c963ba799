import { decodeCursor, toPage, type Page } from '@tollgate/control-api';
import type { DataSource } from 'typeorm';
import type { PageRequest } from '../read-path/page-by-id.js';

/** A name that links organisations to channels; it exists while either uses it. */
export interface Group {
  readonly name: string;
  readonly organizations: number;
  readonly channels: number;
}

export class GroupService {
  constructor(private readonly dataSource: DataSource) {}

  /** By name. */
  async list({ limit, cursor }: PageRequest): Promise<Page<Group>> {
    const [after = ''] = decodeCursor(cursor, 1) ?? [];
    const rows: { name: string; organizations: string; channels: string }[] = await this.dataSource.query(
      `select name, sum(organizations) as organizations, sum(channels) as channels
       from (
         select group_name as name, count(*) as organizations, 0 as channels from admin.organizations group by 1
         union all
         select unnest(groups) as name, 0, count(*) from admin.channels group by 1
       ) as uses
       where name > $1
       group by name
       order by name
       limit $2`,
      [after, limit + 1],
    );
    const groups = rows.map((row) => ({
      name: row.name,
      organizations: Number(row.organizations),
      channels: Number(row.channels),
    }));
    return toPage(groups, limit, ({ name }) => [name]);
  }
}
