import type { StageSettings } from '../../cdk/stage.ts';

/** What a role may do, by what it may do it to. */
export type Allowed = Readonly<Record<string, string>>;

const LOG = 'CreateLogStream PutLogEvents';
const HINT = 'SendMessage';
const WORK = 'ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage';
const DECRYPT = 'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo';

const ENGINE: Readonly<Record<string, Allowed>> = {
  Ingest: {
    TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem PutItem',
    TablesControl: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
    LanesLane: HINT,
    IngestLog: LOG,
  },
  Tick: {
    TablesSegments: 'Query',
    TablesControl: 'BatchGetItem DeleteItem GetItem PutItem Query',
    LanesLane: HINT,
    TickLog: LOG,
    MinuteTickDeadLetters: 'GetQueueAttributes GetQueueUrl SendMessage',
  },
  Send: {
    TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem PutItem',
    TablesControl: 'BatchGetItem GetItem PutItem UpdateItem',
    LanesLane: WORK,
    Outcomes: 'events:PutEvents',
    SendLog: LOG,
  },
};

const PROCESSES: Readonly<Record<string, Allowed>> = {
  ProcessesProcess: {
    TablesSegments: 'BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem PutItem',
    TablesControl: 'BatchGetItem GetItem PutItem UpdateItem',
    LanesLane: HINT,
    ProcessLanesLane: WORK,
    ProcessesProcessLog: LOG,
  },
  ProcessesElements: {
    TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem PutItem Query',
    TablesControl: 'BatchGetItem GetItem PutItem Query UpdateItem',
    LanesLane: HINT,
    ProcessLanesLane: HINT,
    ProcessesElementsLog: LOG,
  },
};

/** Besides, what it may do to its sources, of which `source-checks.ts` has one of each kind. */
const SOURCE: Allowed = {
  TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
  TablesKeys: 'BatchGetItem GetItem PutItem',
  TablesControl: 'BatchGetItem GetItem PutItem UpdateItem',
  LanesLane: HINT,
  ProcessLanesLane: HINT,
  ProcessesSourceLog: LOG,
};

const SCHEDULE: Allowed = { Tick: 'lambda:InvokeFunction', MinuteTickDeadLetters: 'SendMessage' };
const AUTHORIZE: Allowed = { FrontDoorAuthorizeLog: LOG };

/** All that each role of a stage may do; this is the snapshot that a review of a new grant changes. */
export function allowedIn(stage: StageSettings): Readonly<Record<string, Allowed>> {
  const hasProcesses = stage.processes !== undefined;
  const functions = {
    ...ENGINE,
    ...(hasProcesses && PROCESSES),
    ...(stage.sources && { ProcessesSource: SOURCE }),
  };
  const more = (role: string): Allowed => ({
    ...(stage.customerKey && { TablesKey: DECRYPT }),
    ...(hasProcesses && ['Ingest', 'Tick'].includes(role) && { ProcessLanesLane: HINT }),
  });
  return {
    ...Object.fromEntries(Object.entries(functions).map(([role, allowed]) => [role, { ...allowed, ...more(role) }])),
    ...(stage.secondTrigger && { MinuteTickSchedule: SCHEDULE }),
    ...(typeof stage.auth === 'object' && 'apiKeys' in stage.auth && { FrontDoorAuthorize: AUTHORIZE }),
  };
}
