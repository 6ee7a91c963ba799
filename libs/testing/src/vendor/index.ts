export { FakeVendor, type VendorBehaviour, type VendorRequest, type VendorScript } from './fake-vendor.js';
export { type VendorUsage } from './vendor-answer.js';
export { VENDOR_WRITERS, type WrittenDialect } from './vendor-writers.js';
