type Parts = Readonly<Record<string, string>>;
export function featuresPage(parts: Parts): string;
export function featureFaults(parts: Parts, read: (file: string) => string | undefined): readonly string[];
export function readParts(): Parts;
export function readTest(file: string): string | undefined;
