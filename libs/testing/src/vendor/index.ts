export { FakeVendor, type VendorBehaviour, type VendorRequest, type VendorScript } from './fake-vendor.js';
