import { asFlag } from '../../wire-input.js';
import { type Report, type Subject } from '../subject.js';
import { type LintedApi } from '../template-apis.js';

/** H3.11. */
export function checkCredentials(subject: Subject, { api }: LintedApi, report: Report): void {
  const node = api?.properties.get('CorsConfiguration')?.value;
  if (api === undefined || node === undefined) return;
  const cors = subject.value(node);
  if (typeof cors !== 'object' || Array.isArray(cors)) return;
  const { AllowCredentials, AllowOrigins } = cors as Readonly<Record<string, never>>;
  if (asFlag(AllowCredentials) !== true) return;
  if (!Array.isArray(AllowOrigins) || !(AllowOrigins as readonly unknown[]).includes('*')) return;
  report(
    'credentials-for-every-origin',
    subject.at(api, 'CorsConfiguration'),
    `${api.logicalId} has AllowCredentials and the origin *`,
  );
}
