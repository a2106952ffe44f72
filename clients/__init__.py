"""Programs that use clients we did not write, run against the sandbox: `make clients`."""
