import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole, ValidationFailed } from '@tollgate/control-api';
import { type FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { toCsv } from './csv.js';
import { UsageReportDto, UsageReportQuery } from './usage-report.dto.js';
import { readUsageReport, SUM_NAMES, type UsageReport } from './usage-report.js';

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/usage')
export class UsageReportController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'Usage, charges and vendor cost, summed by the given keys' })
  @ApiOkResponse({ type: UsageReportDto })
  async report(@Query() query: UsageReportQuery, @Res() reply: FastifyReply): Promise<void> {
    const { from, to, groupBy, format } = query;
    const report = await readUsageReport(this.dataSource, {
      groupBy,
      ...(from === undefined ? {} : { from: instant(from, 'from') }),
      ...(to === undefined ? {} : { before: DATE_ONLY.test(to) ? dayAfter(to) : instant(to, 'to') }),
    });
    if (format === 'csv') await sendCsv(reply, report);
    else await reply.send(toDto(report));
  }
}

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** Without an offset a time is UTC, whatever the machine's own zone. */
function instant(text: string, field: string): string {
  const zoned = /T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? `${text}Z` : text;
  const time = Date.parse(zoned);
  if (Number.isNaN(time)) {
    throw new ValidationFailed([
      { field, message: `${field} must be a date or a time, e.g. 2026-01-31T12:00:00Z` },
    ]);
  }
  return isoWithinBounds(time);
}

const dayAfter = (date: string): string => isoWithinBounds(Date.parse(instant(date, 'to')) + DAY_MS);

const TIME_MIN = Date.parse('0001-01-01T00:00:00Z');
const TIME_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** Beyond four digits a year is written with a sign, which Postgres does not read. */
const isoWithinBounds = (time: number): string =>
  new Date(Math.min(TIME_MAX, Math.max(TIME_MIN, time))).toISOString();

function toDto({ rows, totals }: UsageReport): UsageReportDto {
  return { items: rows.map(({ keys, sums }) => ({ ...keys, ...sums })), nextCursor: null, totals };
}

async function sendCsv(reply: FastifyReply, { keys: names, rows }: UsageReport): Promise<void> {
  const csv = toCsv(
    [...names, ...SUM_NAMES],
    rows.map(({ keys, sums }) => [
      ...names.map((name) => keys[name] ?? null),
      ...SUM_NAMES.map((name) => sums[name]),
    ]),
  );
  await reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', 'attachment; filename="usage.csv"')
    .send(csv);
}
