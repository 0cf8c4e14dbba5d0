/** The command layer over HTTP. */

export { createHttpAdapter, type HttpAdapter, type HttpOptions, type Limits } from './http-adapter.ts';
export { certificateEnd, certificateExaminer, type TlsFiles, tlsCheck } from './tls.ts';
