/** Why a request was refused: the values of a metric's label, so the set is closed. */
export const EGRESS_REASONS = [
  'scheme',
  'userinfo',
  'host_denied',
  'host_not_allowed',
  'port',
  'address',
  'metadata',
  'header',
] as const;
export type EgressReason = (typeof EGRESS_REASONS)[number];
