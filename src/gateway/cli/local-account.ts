/** Twelve digits, like every account id; appears only in names. */
export const LOCAL_ACCOUNT = '000000000000';
