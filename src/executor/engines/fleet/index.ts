export { FleetMembership } from './fleet-membership.js';
