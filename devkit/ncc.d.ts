/** The part of ncc's API that the build uses; the package has no types. */
declare module '@vercel/ncc' {
  export default function bundle(
    input: string,
    options: Readonly<Record<string, unknown>>,
  ): Promise<{
    code: string;
    assets: Record<string, { source: string | Uint8Array }>;
    stats: { toJson(): object };
  }>;
}
