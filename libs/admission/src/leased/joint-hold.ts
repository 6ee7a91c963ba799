import type { LeaseId, NanoUsd } from '@tollgate/contracts';
import type { BudgetLease, Hold } from '../admission.js';
import type { LeaseHold } from './local-lease.js';

/** One request's holds on an account and on budgets: settled together, with one charge. */
export class JointHold implements Hold {
  readonly budgetLeases: readonly BudgetLease[];

  constructor(
    private readonly accountHold: LeaseHold,
    private readonly budgetHolds: readonly LeaseHold[],
  ) {
    this.budgetLeases = budgetHolds.map(({ account, leaseId }) => ({ account, leaseId }));
  }

  get amount(): NanoUsd {
    return this.accountHold.amount;
  }

  get leaseId(): LeaseId {
    return this.accountHold.leaseId;
  }

  settle(charge: NanoUsd): void {
    this.accountHold.settle(charge);
    for (const hold of this.budgetHolds) hold.settle(charge);
  }
}
