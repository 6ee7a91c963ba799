import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  CONFIG_CHANGE_KINDS,
  type ConfigApplyReply,
  type ConfigChange,
  type ConfigChangeKind,
  type ConfigFieldChange,
  type GeneratedKey,
} from '@tollgate/contracts';
import { IsBoolean } from 'class-validator';
import { IsGivenOptionally, QueryBoolean } from '../validation/rules.js';

export class ApplyQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Only say what would change.' })
  @IsGivenOptionally()
  @QueryBoolean()
  @IsBoolean()
  dryRun?: boolean;
}

export class FieldChangeView implements ConfigFieldChange {
  @ApiProperty({ type: String, example: 'priority' })
  field: string;

  @ApiProperty({ description: 'null: there was nothing. Secrets are masked.' })
  from: unknown;

  @ApiProperty({ description: 'Secrets are masked.' })
  to: unknown;
}

export class ChangeView implements ConfigChange {
  @ApiProperty({ enum: CONFIG_CHANGE_KINDS })
  kind: ConfigChangeKind;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ enum: ['create', 'update', 'delete'] })
  action: ConfigChange['action'];

  @ApiProperty({ type: [FieldChangeView] })
  fields: readonly FieldChangeView[];
}

export class GeneratedKeyView implements GeneratedKey {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  organization: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String, description: 'Shown this once and never again.' })
  secret: string;
}

export class ApplyView implements ConfigApplyReply {
  @ApiProperty({ type: Boolean })
  dryRun: boolean;

  @ApiProperty({ type: [ChangeView], description: 'Empty when everything is as the file says.' })
  changes: readonly ChangeView[];

  @ApiProperty({ type: [String], description: 'What to know, where nothing has to be done.' })
  notes: readonly string[];

  @ApiProperty({ type: [GeneratedKeyView], description: 'Keys that the file names without a secret.' })
  generatedKeys: readonly GeneratedKeyView[];
}
