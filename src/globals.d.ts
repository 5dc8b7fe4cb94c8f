/** The version in package.json, put in by the build and by the test runner's configuration. */
declare const RONDO_VERSION: string;
