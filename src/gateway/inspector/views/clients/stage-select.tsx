import { type ServedApi } from '../../apis.js';

interface StageSelectProps {
  readonly apis: readonly ServedApi[];
  readonly path: string;
  readonly isDisabled?: boolean;
  readonly onSelect: (path: string) => void;
}

/** The stages that the gateway's address leads to. */
export function StageSelect({ apis, path, isDisabled = false, onSelect }: StageSelectProps) {
  return (
    <label>
      API and stage
      <select
        value={path}
        disabled={isDisabled}
        onChange={({ currentTarget }) => onSelect(currentTarget.value)}
      >
        {apis.flatMap(({ apiId, name, stages }) =>
          stages.map(({ stageName, path: value }) =>
            value === undefined ? null : (
              <option key={`${apiId} ${stageName}`} value={value}>
                {name} · {stageName}
              </option>
            ),
          ),
        )}
      </select>
    </label>
  );
}
