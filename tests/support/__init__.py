"""What tests share: worlds to build, real servers to talk to, pages to read."""
