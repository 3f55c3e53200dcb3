// Findings in words, as tests that fail show them.

/** A check that failed: what was claimed and what was found, then what nearly was it. */
export function finding({ name, expected: claimed, reason, near_misses: misses }) {
  const lines = [`${name === claimed ? claimed : `${name}: ${claimed}`}; ${reason}`];
  for (const { request_id: id, differences } of misses) {
    lines.push(`  near miss ${id}:`);
    for (const { field, expected, got } of differences) {
      const [wanted, was] = [expected, got].map((value) => JSON.stringify(value));
      lines.push(`    ${field}: expected ${wanted}, got ${was}`);
    }
  }
  return lines.join('\n');
}

/** A report in words: one line for each leak and each finding. */
export function unclean({ project_id: projectId, label, leaks, findings, exact }) {
  const lines = [`world ${projectId}${label ? ` (${label})` : ''} is not clean`];
  const begun = (kind, left) => {
    const words = [left.operation];
    if (left.job_id) words.push(`job ${left.job_id} is ${left.job_status}`);
    if (left.resource_id) words.push(`${left.resource_id} is ${left.resource_status}`);
    if (left.request_id) words.push(`by request ${left.request_id}`);
    lines.push(`- ${kind}: ${words.join(', ')}`);
  };
  leaks.never_polled.forEach((left) => begun('started and never looked at', left));
  leaks.unfinished.forEach((left) => begun('unfinished', left));
  for (const rule of leaks.faults_never_hit) {
    lines.push(`- armed and never hit: ${JSON.stringify(rule)}`);
  }
  for (const { rule, count, sentence, examples } of findings) {
    lines.push(`- ${rule}, ${count} times: ${sentence}`);
    lines.push(...examples.map(({ request_id: id }) => `  by request ${id}`));
  }
  if (!exact) lines.push('- there was more than could be remembered');
  return lines.join('\n');
}
