import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { formatUsd, parseUsd } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { mapPage } from '../read-path/page-by-id.js';
import { type Actor } from '../write-path/actor.js';
import { BalanceReader } from './balance-reader.js';
import {
  CreateOrganizationDto,
  ListOrganizationsQuery,
  OrganizationPage,
  OrganizationView,
  UpdateOrganizationDto,
} from './organization.dto.js';
import type { OrganizationEntity } from './organization.entity.js';
import { OrganizationService } from './organization.service.js';

@ApiTags('organizations')
@RequireRole('administrator')
@Controller('api/v1/organizations')
export class OrganizationController {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly balances: BalanceReader,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List organizations, newest first.' })
  @ApiOkResponse({ type: OrganizationPage })
  async list(@Query() query: ListOrganizationsQuery): Promise<OrganizationPage> {
    const { limit, cursor, ...filter } = query;
    const page = await this.organizations.list(filter, { limit, cursor });
    const balances = await this.balances.read(page.items.map(({ id }) => id));
    return mapPage(page, (organization) => toView(organization, balances));
  }

  @Post()
  @ApiOperation({
    summary: 'Create an organization; billing opens its account and posts the opening credit.',
  })
  @ApiCreatedResponse({ type: OrganizationView })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateOrganizationDto): Promise<OrganizationView> {
    const created = await this.organizations.create(actor, body);
    return toView(created, {});
  }

  @Get(':id')
  @ApiOperation({ summary: 'One organization.' })
  @ApiOkResponse({ type: OrganizationView })
  async get(@Param('id', ParseUUIDPipe) id: string): Promise<OrganizationView> {
    return toView(await this.organizations.get(id), await this.balances.read([id]));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an organization; proxies follow within a second.' })
  @ApiOkResponse({ type: OrganizationView })
  async update(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdateOrganizationDto,
  ): Promise<OrganizationView> {
    const updated = await this.organizations.update(actor, id, body);
    return toView(updated, await this.balances.read([id]));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete an organization without active keys; what it has used and paid stays in billing.',
  })
  @ApiNoContentResponse()
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.organizations.remove(actor, id);
  }
}

function toView(
  organization: OrganizationEntity,
  balances: Readonly<Record<string, string>>,
): OrganizationView {
  const { id, name, group, status, openingBalance, limits, allowedAddresses } = organization;
  return {
    ...{ id, name, group, status, limits, allowedAddresses },
    openingBalance: formatUsd(parseUsd(openingBalance) ?? 0n),
    balance: balances[id] ?? null,
    createdAt: organization.createdAt.toISOString(),
    updatedAt: organization.updatedAt.toISOString(),
  };
}
