import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Clock, GatewayError } from '@tollgate/contracts';
import { decodeCursor, PageQuery, RequireRole, toPage } from '@tollgate/control-api';
import { ChannelReader } from '../database/channel-reader.js';
import { IncidentReader } from '../database/incident-reader.js';
import { firstDay } from '../status/status-days.js';
import { idPosition } from './id-position.js';
import {
  AffectedOrganizationPage,
  IncidentPage,
  ListIncidentsQuery,
  StatusPageQuery,
  toIncidentView,
} from './incident.dto.js';
import { StatusPage, type StatusChannelView, toStatusChannelView } from './status-page.view.js';

export const CLOCK = Symbol('Clock');
const INCIDENT_ID = /^\d{1,18}$/;

@ApiTags('channel-health')
@RequireRole('administrator')
@Controller('api/v1/channel-health')
export class IncidentController {
  constructor(
    private readonly incidents: IncidentReader,
    private readonly channels: ChannelReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('incidents')
  @ApiOperation({
    summary:
      'List incidents of channels, credentials and models, newest first; kept for 90 days after their end.',
  })
  @ApiOkResponse({ type: IncidentPage })
  async list(@Query() { cursor, limit, channelId, open }: ListIncidentsQuery): Promise<IncidentPage> {
    const filter = { channelId, isOpen: open };
    const rows = await this.incidents.list(filter, idPosition(cursor)?.[0], limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return { items: items.map(toIncidentView), nextCursor };
  }

  @Get('incidents/:incidentId/organizations')
  @ApiOperation({ summary: 'The organisations whose attempts failed because of an incident, by id.' })
  @ApiOkResponse({ type: AffectedOrganizationPage })
  async organizations(
    @Param('incidentId') incidentId: string,
    @Query() { cursor, limit }: PageQuery,
  ): Promise<AffectedOrganizationPage> {
    const after = decodeCursor(cursor, 1)?.[0];
    const found = INCIDENT_ID.test(incidentId)
      ? await this.incidents.organizations(incidentId, after, limit + 1)
      : undefined;
    if (found === undefined) {
      throw new GatewayError('not_found', `There is no incident ${incidentId}.`);
    }
    const { items, nextCursor } = toPage(found, limit, (id) => [id]);
    return { items: items.map((organizationId) => ({ organizationId })), nextCursor };
  }

  @Get('status-page')
  @ApiOperation({ summary: 'Uptime, requests and latencies by channel, model and day, for up to 90 days.' })
  @ApiOkResponse({ type: StatusPage })
  async statusPage(@Query() { cursor, limit, days }: StatusPageQuery): Promise<StatusPage> {
    const rows = await this.channels.list(decodeCursor(cursor, 2), limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ name, id }) => [name, id]);
    const now = this.clock.now();
    const since = firstDay(days, now);
    const views: StatusChannelView[] = [];
    // One at a time: its days have many counts, and what else this process does must not wait for those of a whole page.
    for (const channel of items) {
      const traffic = await this.incidents.traffic(channel.id, since);
      const outages = await this.incidents.outages(channel.id, since);
      views.push(toStatusChannelView(channel, { traffic, outages, days, now }));
    }
    return { items: views, nextCursor };
  }
}
