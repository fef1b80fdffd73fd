// What the cold side calls: run, and the services of a CPU that is not running.
export { run } from './run';
export { refreshContext, chargeRunning, attend, contextFlags, setContextFlags, flushContext, flushContextPage, selectContextSet, forgetReads, resetTlb, translateContext, contextWalkAddress, contextWalkError, walkedDepth, walkedEntry, walkedShift, walkedDirty, forgetFrame, forgetRange } from './services';
export { markTable, unmarkTable } from './code';
export { condition, materialise } from './flags';
export { decodeFor, dropFrame, heatOf, installUnit, putHead, removeHead, setTranslation, stepRecord } from './translated';
