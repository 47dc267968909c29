/** A template with what belongs to it. */
export interface TemplateFile {
  /** For error messages, and to recognize the template when it is loaded again. */
  readonly fileName: string;
  readonly text: string;
  /** The templates of its nested stacks, by logical id; one that is not here is ignored. */
  readonly nested?: ReadonlyMap<string, TemplateFile> | undefined;
  /** Local folders and files of what the deployment uploads to S3, by object key. */
  readonly assets?: ReadonlyMap<string, string> | undefined;
}

/** The template, and those of its nested stacks. */
export const withNested = (file: TemplateFile): readonly TemplateFile[] => [
  file,
  ...[...(file.nested?.values() ?? [])].flatMap(withNested),
];
