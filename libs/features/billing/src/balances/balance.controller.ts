import { Controller, Get, Param } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { GatewayError, RPC, type BalancesReply, type OrganizationId } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { readBalances } from './balances.js';

export class BalanceDto {
  @ApiProperty({ type: String })
  organizationId: string;

  @ApiProperty({ type: String, description: 'USD, as the ledger has it now.' })
  balance: string;
}

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/organizations')
export class BalanceController {
  constructor(private readonly dataSource: DataSource) {}

  @Get(':organizationId/balance')
  @ApiOperation({ summary: 'What an organisation can still spend' })
  @ApiOkResponse({ type: BalanceDto })
  async balance(@Param('organizationId') organizationId: string): Promise<BalanceDto> {
    const { [organizationId]: balance } = await readBalances(this.dataSource, [
      organizationId as OrganizationId,
    ]);
    if (balance === undefined)
      throw new GatewayError('not_found', `There is no organisation ${organizationId}.`);
    return { organizationId, balance };
  }
}

const balancesRequest = z.object({
  organizationIds: z.array(z.string().transform((id) => id as OrganizationId)).max(1_000),
});

/** What other services ask billing for. Reachable over the messaging's RPC only. */
@Controller()
export class BalancesRpcController {
  constructor(private readonly dataSource: DataSource) {}

  @MessagePattern(RPC.balances)
  async balances(@Payload() payload: unknown): Promise<BalancesReply> {
    const { organizationIds } = balancesRequest.parse(payload);
    return { balances: await readBalances(this.dataSource, organizationIds) };
  }
}
