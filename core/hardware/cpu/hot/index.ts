// What the cold side calls: run, and the services of a CPU that is not running.
export { run } from './run';
export { refreshContext, chargeRunning, attend, contextFlags, setContextFlags, flushContext, flushContextPage, selectContextSet, resetTlb, translateContext, contextWalkAddress, contextWalkError, forgetFrame, forgetRange } from './services';
export { decodeFor, dropUnit, fillRead, fillWrite, flagCondition, installUnit, materialiseFlags, setTranslation, stepRecord, wasExecuted } from './translated';
