import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { PageQuery, RequireRole } from '@tollgate/control-api';
import { GroupService, type Group } from './group.service.js';

export class GroupView implements Group {
  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: 'integer', description: 'How many organizations are in it.' })
  organizations: number;

  @ApiProperty({ type: 'integer', description: 'How many channels serve it.' })
  channels: number;
}

export class GroupPage {
  @ApiProperty({ type: [GroupView] })
  items: readonly GroupView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

@ApiTags('groups')
@RequireRole('administrator')
@Controller('api/v1/groups')
export class GroupController {
  constructor(private readonly groups: GroupService) {}

  @Get()
  @ApiOperation({
    summary: 'List groups by name. A group exists while an organization or a channel names it.',
  })
  @ApiOkResponse({ type: GroupPage })
  list(@Query() query: PageQuery): Promise<GroupPage> {
    return this.groups.list(query);
  }
}
