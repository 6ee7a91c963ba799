import type { AdmissionLogger } from '../logger.js';

/** Whether the quota store answers; while it does not, requests are decided without asking it. */
export class StoreHealth {
  private down = false;

  constructor(private readonly logger: AdmissionLogger) {}

  get isDown(): boolean {
    return this.down;
  }

  answered(): void {
    if (this.down) this.logger.info({}, 'the quota store answers again');
    this.down = false;
  }

  failed(error: unknown): void {
    if (!this.down) {
      this.logger.warn(
        { error },
        'the quota store cannot be asked: serving from live leases, then as configured',
      );
    }
    this.down = true;
  }
}
