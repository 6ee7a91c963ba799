/** Lets one loop sleep until something happens; a wake-up before the sleep ends the next sleep at once. */
export class Wakeup {
  private awake = false;
  private wakeSleeper: () => void = () => undefined;

  wake(): void {
    this.awake = true;
    this.wakeSleeper();
  }

  async sleep(timeoutMs: number): Promise<void> {
    if (!this.awake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wakeSleeper = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.awake = false;
    this.wakeSleeper = () => undefined;
  }
}
