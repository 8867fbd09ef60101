/* Snapshots of a log on SIGUSR1, while something else writes it. */
#ifndef VRRL_CLI_SNAPSHOT_SIGNAL_H
#define VRRL_CLI_SNAPSHOT_SIGNAL_H

/* From here on each SIGUSR1 copies the log `log` to `base`.snapshot-N.vrrl, N from 1, and says so on
 * standard error. To be called before other threads are started: they must not take the signal. */
void snapshot_signal_start(const char *log, const char *base);
/* Ends that; a copy that is under way is finished. */
void snapshot_signal_stop(void);

#endif
