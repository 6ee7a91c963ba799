import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatewayError, parseUsd, type OrganizationId } from '@tollgate/contracts';
import { RequireRole, ValidationFailed } from '@tollgate/control-api';
import { Billing } from '../billing.js';
import { CreditDto, CreditRequest, toCreditDto } from './credit.dto.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

@ApiTags('billing')
@ApiBearerAuth()
@RequireRole('administrator')
@Controller('api/v1/billing/organizations')
export class CreditController {
  constructor(private readonly billing: Billing) {}

  @Post(':organizationId/credits')
  @HttpCode(200)
  @ApiOperation({ summary: 'Gives an organisation credit, at once; the same key again changes nothing' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: 'Names this credit; 1 to 200 characters.',
  })
  @ApiOkResponse({ type: CreditDto })
  async credit(
    @Param('organizationId') organizationId: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Body() body: CreditRequest,
  ): Promise<CreditDto> {
    const result = await this.billing.credits.credit({
      organizationId: organizationId as OrganizationId,
      amount: parseUsd(body.amount) ?? 0n,
      reason: body.reason,
      idempotencyKey: checkedKey(idempotencyKey),
    });
    if (result.status === 'unknown-organization') {
      throw new GatewayError('not_found', `There is no organisation ${organizationId}.`);
    }
    if (result.status === 'conflict') {
      throw new GatewayError(
        'idempotency_conflict',
        'This Idempotency-Key was used for another credit: use a new key for a new credit.',
      );
    }
    await this.billing.project();
    return toCreditDto(result.credit);
  }
}

function checkedKey(key: string | undefined): string {
  if (key !== undefined && IDEMPOTENCY_KEY.test(key)) return key;
  throw new ValidationFailed([
    { field: 'Idempotency-Key', message: 'Idempotency-Key must be a header of 1 to 200 visible characters' },
  ]);
}
