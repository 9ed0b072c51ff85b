"""The core: providers, health and failover as an async library. No UI, no environment, no files."""
