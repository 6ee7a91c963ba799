import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageQuery } from '@tollgate/control-api';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { type StoredIncident } from '../database/incident-rows.js';
import { toIso } from './channel-health.view.js';

const ID_LENGTH_MAX = 200;
export const STATUS_DAYS_MAX = 90;

export class ListIncidentsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'Of this channel only.' })
  @IsOptional()
  @IsString()
  @MaxLength(ID_LENGTH_MAX)
  channelId?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'true: those that go on; false: those that ended.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  open?: boolean;
}

export class StatusPageQuery extends PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: STATUS_DAYS_MAX, default: STATUS_DAYS_MAX })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(STATUS_DAYS_MAX)
  days: number = STATUS_DAYS_MAX;
}

export class IncidentView {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  channelId!: string;

  @ApiProperty({ type: String, description: 'As it was called when the incident began.' })
  channelName!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of this credential alone; null: not of one.',
  })
  credential!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of this model alone; null: not of one.' })
  model!: string | null;

  @ApiProperty({ type: String, description: 'What was seen when it began.' })
  cause!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it goes on.' })
  endedAt!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'Attempts that failed because of it; most were served by another channel.',
  })
  affectedRequests!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Organisations whose attempts failed because of it; no more are counted beyond some 1,000.',
  })
  affectedOrganizations!: number;
}

export class AffectedOrganizationView {
  @ApiProperty({ type: String })
  organizationId!: string;
}

export class AffectedOrganizationPage {
  @ApiProperty({ type: [AffectedOrganizationView] })
  items!: readonly AffectedOrganizationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class IncidentPage {
  @ApiProperty({ type: [IncidentView] })
  items!: readonly IncidentView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toIncidentView(incident: StoredIncident): IncidentView {
  return {
    id: incident.id,
    channelId: incident.channel_id,
    channelName: incident.channel_name,
    credential: incident.credential,
    model: incident.model,
    cause: incident.cause,
    startedAt: toIso(incident.started_at),
    endedAt: incident.ended_at === null ? null : toIso(incident.ended_at),
    affectedRequests: incident.affected_requests,
    affectedOrganizations: incident.affected_organizations,
  };
}
