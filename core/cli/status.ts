/** Exit statuses of the command line. */

export const USAGE_STATUS = 2;
export const FAILURE_STATUS = 1;
export const TIMEOUT_STATUS = 124;
