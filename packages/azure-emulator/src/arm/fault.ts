export type FaultDetail = { code: string; message: string; target?: string };

/** A refusal as ARM writes it: `{ error: { code, message, target?, details? } }`. */
export class ArmFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: readonly FaultDetail[];

  constructor(status: number, code: string, message: string, more: { headers?: Record<string, string>; details?: readonly FaultDetail[] } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.details = more.details ?? [];
  }

  body(): unknown {
    const { code, message, details } = this;
    return { error: { code, message, ...(details.length > 0 && { details }) } };
  }
}
