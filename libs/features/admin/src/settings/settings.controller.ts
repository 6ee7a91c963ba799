import { Body, Controller, Get, Patch, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type SettingsDocument } from '@tollgate/contracts';
import { RequireRole } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { type Actor } from '../write-path/actor.js';
import { SettingsDto } from './settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('settings')
@RequireRole('administrator')
@Controller('api/v1/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @ApiOperation({ summary: 'All settings.' })
  @ApiOkResponse({ type: SettingsDto })
  get(): Promise<SettingsDocument> {
    return this.settings.get();
  }

  @Put()
  @ApiOperation({ summary: 'Replace all settings: what is not named gets its default.' })
  @ApiOkResponse({ type: SettingsDto })
  replace(@CurrentActor() actor: Actor, @Body() body: SettingsDto): Promise<SettingsDocument> {
    return this.settings.replace(actor, body);
  }

  @Patch()
  @ApiOperation({ summary: 'Change some settings: what is not named stays.' })
  @ApiOkResponse({ type: SettingsDto })
  patch(@CurrentActor() actor: Actor, @Body() body: SettingsDto): Promise<SettingsDocument> {
    return this.settings.patch(actor, body);
  }
}
