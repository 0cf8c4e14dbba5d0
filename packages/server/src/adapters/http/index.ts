/** The command layer over HTTP. */

export { createHttpAdapter, type HttpAdapter, type HttpOptions, type Limits } from './http-adapter.ts';
export { certificateExaminer, type TlsFiles } from './tls.ts';
