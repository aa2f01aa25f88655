"""The operator's part: what is cached, whether it is true, and how the processes are. It writes nothing."""
