import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { DIALECT_IDS, type DialectId } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { PROVIDER_CATALOGUE, type ProviderCatalogue } from './provider-catalogue.js';

export class ProviderView {
  @ApiProperty({ type: String, example: 'openai' })
  id: string;

  @ApiProperty({ type: String })
  displayName: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: every channel names its own.' })
  defaultBaseUrl: string | null;

  @ApiProperty({ type: Boolean })
  requiresCredential: boolean;

  @ApiProperty({ enum: DIALECT_IDS, isArray: true })
  dialects: DialectId[];
}

export class ProviderPage {
  @ApiProperty({ type: [ProviderView] })
  items: readonly ProviderView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

@ApiTags('providers')
@RequireRole('administrator')
@Controller('api/v1/providers')
export class ProviderController {
  constructor(@Inject(PROVIDER_CATALOGUE) private readonly providers: ProviderCatalogue) {}

  @Get()
  @ApiOperation({ summary: 'The vendors that channels can be made for; all on one page.' })
  @ApiOkResponse({ type: ProviderPage })
  list(): ProviderPage {
    const items = this.providers
      .list()
      .map(({ id, displayName, defaultBaseUrl, requiresCredential, dialects }) => ({
        ...{ id, displayName, defaultBaseUrl, requiresCredential },
        dialects: [...dialects],
      }));
    return { items, nextCursor: null };
  }
}
