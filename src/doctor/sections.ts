/** The entries of docs/troubleshooting.md that checks refer to: beginning of the heading → anchor. */
export const SECTIONS = {
  '1': '1-the-vpc-link-is-refused-or-every-handshake-ends-with-500',
  '2': '2-the-backend-does-not-know-whose-message-it-is',
  '4': '4-a-header-or-query-string-is-there-at-connect-and-never-again',
  '5': '5-the-backends-parser-rejects-messages-with-400-or-415',
  '7': '7-a-browser-only-says-closed-with-1006',
  '10': '10-the-backends-response-does-not-reach-the-client',
  '11': '11-a-client-receives-message-internal-server-error--or-forbidden-as-a-message',
  '15': '15-403-on-callbacks',
  '18': '18-every-connection-ends-after-10-idle-minutes-or-after-two-hours-with-1001',
  '19': '19-a-change-has-no-effect',
  '20': '20-endpoint-request-timed-out-after-29-s-whatever-the-timeout-is-set-to',
  '21': '21-only-connect-gets-400-from-the-backend',
  '22': '22-callbacks-time-out-without-an-error',
  '23': '23-anything-in-the-vpc-can-send-requests-as-api-gateway',
  '24': '24-some-handshakes-time-out-others-do-not',
  '25': '25-requests-fail-while-tasks-are-replaced-or-now-and-then',
  '26': '26-a-custom-domain-name-does-not-lead-to-the-api',
  '27': '27-429-although-there-is-little-traffic',
  '28': '28-users-notice-failures-first',
  logRole: 'cloudwatch-logs-role-arn-must-be-set-in-account-settings-to-enable-logging',
  rollout: 'the-stack-waits-for-the-service-then-rolls-back',
  privateLink: 'every-handshake-times-out-or-ends-with-500-and-the-tasks-are-healthy',
  privateDns: 'callbacks-get-403-only-inside-the-vpc',
  unreadable: 'the-service-logs-request-cannot-be-read',
} as const;

export type Section = keyof typeof SECTIONS;

/** Where to read on. */
export const see = (section: Section): string => `docs/troubleshooting.md#${SECTIONS[section]}`;
