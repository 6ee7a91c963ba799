import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { VENDOR_DIALECT_IDS, type VendorDialectId } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import {
  PROVIDER_CATALOGUE,
  type ProviderCatalogue,
  type ProviderDescription,
  type ProviderOptionDescription,
} from './provider-catalogue.js';

export class ProviderOptionView {
  @ApiProperty({ type: String, example: 'region' })
  name: string;

  @ApiProperty({ type: String })
  description: string;

  @ApiProperty({ type: Boolean, description: 'true: a channel must set it.' })
  required: boolean;

  @ApiProperty({ type: String, nullable: true })
  default: string | null;

  @ApiProperty({ type: String, description: 'A regular expression that values match.' })
  pattern: string;
}

export class ProviderView {
  @ApiProperty({ type: String, example: 'openai' })
  id: string;

  @ApiProperty({ type: String })
  displayName: string;

  @ApiProperty({ type: String, description: "The vendor's own reference of its API." })
  documentationUrl: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'null: every channel names its own. {…} stands for an option.',
  })
  defaultBaseUrl: string | null;

  @ApiProperty({ type: Boolean })
  requiresCredential: boolean;

  @ApiProperty({ type: String, example: 'sk-…', description: 'What a credential looks like.' })
  credentialHint: string;

  @ApiProperty({ enum: VENDOR_DIALECT_IDS, isArray: true })
  dialects: VendorDialectId[];

  @ApiProperty({ type: [ProviderOptionView], description: 'What a channel can set in `options`.' })
  options: ProviderOptionView[];
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
    return { items: this.providers.list().map(toView), nextCursor: null };
  }
}

function toView(provider: ProviderDescription): ProviderView {
  const { id, displayName, documentationUrl, dialects, options } = provider;
  const { defaultBaseUrl, requiresCredential, credentialHint } = provider;
  return {
    ...{ id, displayName, documentationUrl, defaultBaseUrl, requiresCredential, credentialHint },
    dialects: [...new Set(dialects)],
    options: options.map(toOptionView),
  };
}

function toOptionView(option: ProviderOptionDescription): ProviderOptionView {
  const { name, description, required, pattern } = option;
  return { name, description, required, default: option.default, pattern };
}
